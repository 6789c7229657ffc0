"""The words of messages that are no cards and name one alert, or several notices, each in its way:
as things stand when they go out.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import NotificationState
from bot.domain.calendar import local_day
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.shared_words import instant
from bot.rendering import notices
from bot.rendering.catalogue import words
from bot.store import notifications
from bot.store.unit_of_work import Tx


def replanned_words(
    known: InForce, alert: Row[Any], person: Person | None, now: datetime, language: str
) -> str:
    """The deadline as it is when this goes out; the school only to who covers several."""
    directory, say = known.directory, words(language)
    school = directory.schools.get(alert.school_code)
    bell = say.moment(alert.bell_at)
    if person is None or school is None or not directory.covers_several(person, local_day(now)):
        return say.say("replanned.deadline", reference=alert.reference, bell=bell)
    name = school.name_in(language)
    return say.say(
        "replanned.deadline_of_school", reference=alert.reference, school=name, bell=bell
    )


async def consider_words(tx: Tx, known: InForce, row: Row[Any], language: str) -> str | None:
    """The references that this reader may know; None when they are too few by now to be several."""
    numbers = row.params["consider"]
    rows = await notifications.by_ids(tx, numbers)
    standing = [
        notice.reference
        for number in numbers
        if (notice := rows.get(number)) is not None
        and notice.state is not NotificationState.WITHDRAWN
        and row.person_id not in notice.excluded
    ]
    if len(standing) < known.patterns.notices:
        return None
    days = known.patterns.within.days
    return notices.consider(words(language), standing, days, repeat=row.unknowns > 0)


def containment_words(known: InForce, row: Row[Any], now: datetime, language: str) -> str:
    """What reached a wrong school, and the clock that runs since."""
    said, code = row.params, row.params.get("school", "")
    school = known.directory.schools.get(code)
    due = instant(said["report_due"])
    assert due is not None
    return notices.containment(
        words(language),
        reference=said["reference"],
        school=school.name_in(language) if school else code,
        report_due_at=due,
        opened=said["opened"],
        reminder=said["reminder"],
        overdue=due <= now,
    )
