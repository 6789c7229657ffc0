"""Synthetic notices: short to write where a test needs one, whole where it needs everything."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.school import School

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 16)
_numbers = count(1)


def at(clock: str, on: date = MONDAY) -> datetime:
    """An instant by its local time in Porth Awel."""
    return datetime.combine(on, time.fromisoformat(clock), LONDON).astimezone(UTC)


def child(school: School | None = None, **fields: Any) -> dict[str, Any]:
    """A child, at this school by its code unless a test says otherwise."""
    plain: dict[str, Any] = {
        "given_name": "Synthetic",
        "family_name": f"Pupil{next(_numbers)}",
        "date_of_birth": "2016-03-01",
    }
    if school is not None:
        plain["school"] = {"code": school.code, "name": school.name}
    return plain | fields


def notice(*children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A notification of an incident of the evening before 16 November 2026."""
    return {
        "source_reference": f"26{next(_numbers):08d}",
        "occurred_at": "2026-11-15T22:40:00+00:00",
        "sent_at": "2026-11-16T06:55:00+00:00",
        "children": list(children),
    } | fields


def child_of(school: School, **fields: Any) -> dict[str, Any]:
    """A notification about one child of this school."""
    return notice(child(school, **fields))


WHOLE: dict[str, Any] = {
    "location": "Canary-location 12 Dock Road",
    "circumstances": "Canary-circumstances of that evening",
    "risk": {"scale": "DASH", "value": "canary-risk"},
    "police_action": {"arrest": "yes", "summary": "Canary-action bail until Friday"},
    "involved_adults": [{"given_name": "Canary-adult", "family_name": "Grownup"}],
}
WHOLE_CHILD: dict[str, Any] = {
    "given_name": "Canary-given",
    "family_name": "Canary-family",
    "year_group": 5,
    "present": "yes",
    "seen": "not_recorded",
    "spoken_to": "no",
    "voice": "Canary-voice I want Mam to be ok",
    "health": "Canary-health graze",
    "nhs_number": "Canary-nhs",
    "language": "canary-language",
    "disability": "Canary-disability",
    "ethnicity": "Canary-ethnicity",
    "looked_after": "yes",
}
"""Every field filled with a word that is found again wherever it should not be."""
