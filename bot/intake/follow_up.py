"""What a sender says later about a notice: an update, or that it is withdrawn (contract: HTTP)."""

from typing import Any, TypeVar

from pydantic import ValidationError, model_validator

from bot.domain.errors import Fault, RefusedError
from bot.domain.incident import FollowUp, PoliceAction
from bot.intake import document_fields as of
from bot.intake.document import faults_of
from bot.intake.document_records import PoliceActionRecord, Record
from bot.intake.json_text import first_of, parsed, refuse_unclean


class UpdateRecord(Record):
    """At least one of the three."""

    text: of.Long | None = None
    police_action: PoliceActionRecord | None = None
    closed: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "UpdateRecord":
        if not (self.text or self.police_action or self.closed):
            raise of.refusal("must hold text, police_action or closed")
        return self


class WithdrawalRecord(Record):
    reason: of.Filled


R = TypeVar("R", bound=Record)


def _record(kind: type[R], body: bytes) -> R:
    document: Any = parsed(body)
    refuse_unclean(document, "$")
    if not isinstance(document, dict):
        raise RefusedError([Fault("$", "must be an object")])
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise RefusedError(first_of(list(faults_of(error, "$")))) from None


def read_update(body: bytes) -> FollowUp:
    """An update. Raises `NotReadableError` or `RefusedError`."""
    record = _record(UpdateRecord, body)
    action = record.police_action
    return FollowUp(
        text=record.text,
        police_action=PoliceAction(action.arrest, action.summary) if action else None,
        closed=record.closed,
    )


def read_withdrawal(body: bytes) -> str:
    """The reason. Raises `NotReadableError` or `RefusedError`."""
    return _record(WithdrawalRecord, body).reason
