"""The words of a message that names several references: of those that are still owed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import STANDING, AlertState
from bot.domain.message import Kind
from bot.domain.routing import InForce
from bot.rendering import notices
from bot.rendering.catalogue import words


def shared_words(
    known: InForce,
    duties: Mapping[int, Row[Any]],
    row: Row[Any],
    now: datetime,
    language: str,
) -> str | None:
    """The references of this message that are still owed; None when none is."""
    schools = known.directory.schools
    items = []
    for item in row.params["items"]:
        alert = duties[item["alert"]]
        owed = STANDING if row.kind is Kind.PLAN_MISSING else (AlertState.OPEN,)
        if alert.state not in owed or row.person_id in alert.excluded:
            continue
        school = schools.get(item.get("school", ""))
        candidates = [schools[code] for code in item.get("candidates", ()) if code in schools]
        items.append(
            notices.Item(
                reference=item["reference"],
                school=school.name_in(language) if school else item.get("school"),
                bell_at=alert.bell_at,
                overdue=alert.bell_at < now,
                was_due_at=instant(item.get("was_due")),
                step=item.get("step", 0),
                roles=tuple(item.get("roles", ())),
                candidates=tuple(school.name_in(language) for school in candidates),
            )
        )
    if not items:
        return None
    return notices.shared(words(language), row.kind, items, repeat=row.unknowns > 0)


def instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
