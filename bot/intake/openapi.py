"""The bodies that partners send, as JSON schemas for the published OpenAPI document."""

from typing import Any

from pydantic.json_schema import models_json_schema

from bot.intake.document_records import NotificationRecord
from bot.intake.follow_up import UpdateRecord, WithdrawalRecord


def openapi_schemas() -> dict[str, Any]:
    """For an OpenAPI document's `components`: a request body is a
    `#/components/schemas/NotificationRecord`, an `UpdateRecord` or a `WithdrawalRecord`."""
    records = (NotificationRecord, UpdateRecord, WithdrawalRecord)
    _, schema = models_json_schema(
        [(record, "validation") for record in records],
        ref_template="#/components/schemas/{model}",
    )
    return dict(schema["$defs"])
