"""The notification's JSON, to what it says: `Submission`, or every fault by its JSON path.

Contract: HTTP. `read_document` is shared: every other format is brought into the same plain form.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.domain.errors import Fault, RefusedError
from bot.domain.incident import EVERYTHING, Carried, Incident, Named, Submission
from bot.intake.document_fields import sentence
from bot.intake.document_records import NotificationRecord
from bot.intake.entry import Entry, outcome_of
from bot.intake.json_text import first_of, parsed, path, refuse_unclean

OLDEST = 25
"""A child of an incident is at most this old; whoever is older was entered by mistake."""
_MOST_IGNORED = 100


def read_json(body: bytes, now: datetime) -> Submission:
    """One notification. Raises `NotReadableError` (not JSON) or `RefusedError` (its faults)."""
    return read_document(parsed(body), now)


def read_json_file(body: bytes, now: datetime) -> list[Entry]:
    """One notification or a list of them, each with what became of it.

    One bad entry spoils no other; its faults' paths begin with its place in the list.
    """
    value = parsed(body)
    if isinstance(value, list):
        return [_entry(one, now, f"$[{index}]") for index, one in enumerate(value)]
    return [_entry(value, now, "$")]


def _entry(value: Any, now: datetime, root: str) -> Entry:
    raw = json.dumps(value, default=lambda _: None).encode()  # None: a number that was refused
    return Entry(root, outcome_of(lambda: read_document(value, now, root=root)), raw)


def read_document(
    document: Any, now: datetime, carried: Carried = EVERYTHING, root: str = "$"
) -> Submission:
    """A notification from its plain form: objects, lists, texts, numbers, as JSON has them."""
    refuse_unclean(document, root)
    if not isinstance(document, dict):
        raise RefusedError([Fault(root, "must be an object: one notification")])
    try:
        record = NotificationRecord.model_validate(document, context={"now": now})
    except ValidationError as error:
        raise RefusedError(first_of(list(faults_of(error, root)))) from None
    incident = record.incident()
    if too_old := list(_too_old(incident, root)):
        raise RefusedError(too_old)
    return Submission(incident, carried, _ignored(record, root))


def faults_of(error: ValidationError, root: str) -> Iterator[Fault]:
    """Our own sentence for each fault that pydantic found, by JSON path."""
    for found in error.errors(include_url=False, include_input=False):
        says = sentence(found["type"], found["msg"], found.get("ctx", {}))
        yield Fault(path(found["loc"], root), says)


def _too_old(incident: Incident, root: str) -> Iterator[Fault]:
    at = incident.occurred_at.date()
    for index, child in enumerate(incident.children):
        if (born := child.date_of_birth) is None:
            continue
        if at.year - born.year - ((at.month, at.day) < (born.month, born.day)) > OLDEST:
            where = path(["children", index, "date_of_birth"], root)
            yield Fault(where, f"must be that of a child, at most {OLDEST} years before")


def _ignored(record: NotificationRecord, root: str) -> tuple[str, ...]:
    paths = [path(trail, root) for trail in _unknown(record, ())]
    for index, adult in enumerate(record.involved_adults or ()):
        if Named(adult.given_name, adult.family_name) == Named():
            paths.append(path(["involved_adults", index], root))
    if len(paths) > _MOST_IGNORED:
        paths[_MOST_IGNORED:] = [f"{root} and {len(paths) - _MOST_IGNORED} more"]
    return tuple(paths)


def _unknown(record: BaseModel, trail: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The ways to the fields that no record has a place for."""
    for name in record.model_extra or ():
        yield (*trail, name)
    for name, value in record.__dict__.items():
        if isinstance(value, BaseModel):
            yield from _unknown(value, (*trail, name))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                if isinstance(inner, BaseModel):
                    yield from _unknown(inner, (*trail, name, index))
