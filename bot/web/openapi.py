"""What the partners' API answers, as JSON schemas for the published document, and where each answer
leads: from the reference of what was taken in to the calls that take a reference."""

from typing import Any

from bot.domain.alert import OF_THE_DESK, AlertState, Leg, NotificationState
from bot.domain.people import Role

PROBLEM = "application/problem+json"
_AT = "#/components/schemas/"
_INSTANT = {"type": ["string", "null"], "format": "date-time"}
_REFERENCE = {"type": "string", "examples": ["ENC-7F3K9Q2M"]}
_VERSION = {"type": "integer", "minimum": 1}


def _of(may_lack: tuple[str, ...] = (), /, **fields: Any) -> dict[str, Any]:
    """An object that has all of these, but for what it may lack."""
    required = [name for name in fields if name not in may_lack]
    return {"type": "object", "properties": fields, "required": required}


def _list(one: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": one}


_ALERT = _of(
    school={"type": "string"},
    leg={"type": "string", "enum": [leg.value for leg in Leg if leg not in OF_THE_DESK]},
    state={"type": "string", "enum": [state.value for state in AlertState]},
    deadline_at=_INSTANT,
    recipients=_list(
        _of(
            role={"type": "string", "enum": [role.value for role in Role]},
            sent_at=_INSTANT,
            opened_at=_INSTANT,
            acknowledged_at=_INSTANT,
        )
    ),
    escalations=_list(_of(step={"type": "integer", "minimum": 2}, at=_INSTANT)),
)

ANSWERS: dict[str, dict[str, Any]] = {
    "Taken": _of(
        ("version", "ignored"),
        reference=_REFERENCE,
        duplicate={"type": "boolean"},
        version=_VERSION,
        ignored=_list({"type": "string"}),
    ),
    "Account": _of(
        reference=_REFERENCE,
        version=_VERSION,
        state={"type": "string", "enum": [state.value for state in NotificationState]},
        alerts=_list(_ALERT),
        triage=_list(
            _of(state={"type": "string", "enum": ["open", "decided"]}, since=_INSTANT),
        ),
    ),
    "Added": _of(
        ("duplicate",), reference=_REFERENCE, version=_VERSION, duplicate={"type": "boolean"}
    ),
    "TakenBack": _of(
        reference=_REFERENCE, state={"const": NotificationState.WITHDRAWN.value, "type": "string"}
    ),
    "Problem": _of(
        ("errors",),
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        errors=_list(_of(path={"type": "string"}, detail={"type": "string"})),
    ),
    "Ready": _of(
        ready={"type": "boolean"},
        red=_list({"type": "string"}),
        warnings=_list({"type": "string"}),
    ),
}


def answers(says: str, schema: str, media: str = "application/json") -> dict[str, Any]:
    """A response of the document, of one of `ANSWERS`."""
    content = {media: {"schema": {"$ref": f"{_AT}{schema}"}}}
    return {"description": says, "content": content}


def leads(response: dict[str, Any], reference: str, *calls: str) -> dict[str, Any]:
    """The same response, with the calls that may follow: each takes the reference that is found at
    this expression."""
    links = {call: {"operationId": call, "parameters": {"reference": reference}} for call in calls}
    return {**response, "links": links}
