"""The bodies that partners send, as JSON schemas for the published OpenAPI document.

They say what the records take, as far as JSON Schema can: what counts as absent, which characters a
text may hold, what needs what. What it cannot say (no instant ahead of now, no child too old, no
name of invisible signs alone, no whole number of more than 18 digits) is refused with its sentence.
"""

from typing import Any

from pydantic.json_schema import models_json_schema

from bot.intake.document_records import NotificationRecord
from bot.intake.follow_up import UpdateRecord, WithdrawalRecord

_AT = "#/components/schemas/"
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f"
_WHITE = r"\t\n\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TEXT = f"^[^{_CONTROLS}]*$"
_FILLED = f"^[^{_CONTROLS}]*[^{_CONTROLS}{_WHITE}][^{_CONTROLS}]*$"
_VISIBLE = rf"[^{_CONTROLS}{_WHITE}]"
_ONE_LINE = rf"^[{_WHITE}]*{_VISIBLE}([^{_CONTROLS}\n\r]*{_VISIBLE})?[{_WHITE}]*$"

_ANYTHING: dict[str, Any] = {
    "description": "What no field is there for: let through, kept, reported as ignored.",
    "anyOf": [
        {"type": ["null", "boolean", "number"]},
        {"type": "string", "pattern": _TEXT},
        {"type": "array", "items": {"$ref": f"{_AT}Anything"}},
        {
            "type": "object",
            "propertyNames": {"pattern": _TEXT},
            "additionalProperties": {"$ref": f"{_AT}Anything"},
        },
    ],
}
_EMPTY: dict[str, Any] = {
    "description": "Null, or a text of nothing but white space: counts as absent.",
    "anyOf": [{"type": "null"}, {"type": "string", "pattern": f"^[{_WHITE}]*$"}],
}


def _named(*names: str) -> dict[str, Any]:
    """One of these is there and is a text that says something."""
    filled = {"type": "string", "pattern": _FILLED}
    return {"anyOf": [{"required": [name], "properties": {name: filled}} for name in names]}


_TOGETHER: dict[str, dict[str, Any]] = {
    "ChildRecord": {
        **_named("given_name", "family_name"),
        "not": {
            "required": ["school", "schools"],
            "properties": {
                "school": {"type": "object"},
                "schools": {"type": "array", "minItems": 1},
            },
        },
    },
    "SchoolRecord": _named("code", "name"),
    "UpdateRecord": {
        "anyOf": [
            *_named("text")["anyOf"],
            {"required": ["police_action"], "properties": {"police_action": {"type": "object"}}},
            {"required": ["closed"], "properties": {"closed": {"const": True}}},
        ]
    },
}
"""What fields need of each other."""


def openapi_schemas() -> dict[str, Any]:
    """For an OpenAPI document's `components`: a request body is a
    `#/components/schemas/NotificationRecord`, an `UpdateRecord` or a `WithdrawalRecord`."""
    records = (NotificationRecord, UpdateRecord, WithdrawalRecord)
    _, schema = models_json_schema(
        [(record, "validation") for record in records], ref_template=f"{_AT}{{model}}"
    )
    found = {name: one for name, one in schema["$defs"].items() if "properties" in one}
    for name, record in found.items():
        for field, written in record["properties"].items():
            required = field in record.get("required", ())
            record["properties"][field] = _said(field, written, required=required)
        record["propertyNames"] = {"pattern": _TEXT}
        record["additionalProperties"] = {"$ref": f"{_AT}Anything"}
        record.update(_TOGETHER.get(name, {}))
    return {**found, "Anything": _ANYTHING, "Empty": _EMPTY}


def _said(field: str, written: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """A field as it is read: `release` alone may not be empty, for content fails closed."""
    if required or field == "release":
        written = {key: value for key, value in written.items() if key != "default"}
        return _clean(written, _ONE_LINE if field == "source_reference" else _FILLED)
    default = written.get("default")
    about = {key: value for key, value in written.items() if key in ("title", "description")}
    held = {key: value for key, value in written.items() if key not in ("default", *about)}
    ways = [way for way in held.get("anyOf", [held]) if way.get("type") != "null"]
    empty = {"$ref": f"{_AT}Empty"}
    found: dict[str, Any] = {**about, "anyOf": [*(_clean(way, _FILLED) for way in ways), empty]}
    return found if default in (None, "") else {**found, "default": default}


def _clean(written: dict[str, Any], filled: str) -> dict[str, Any]:
    """Texts without control characters; one that must say something with something visible."""
    if "items" in written:
        return {**written, "items": _clean(written["items"], filled)}
    if written.get("type") != "string" or "enum" in written or "format" in written:
        return written
    return {**written, "pattern": filled if "minLength" in written else _TEXT}
