"""A drill: synthetic notices that go the real way to real people, so that an authority learns whom
it reaches before it matters. What a drill is, how one is asked for, when it starts and ends.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.calendar import LONDON
from bot.domain.errors import EncompassError
from bot.domain.forecast import forecast
from bot.domain.incident import Child, Incident, WrittenSchool
from bot.domain.routing import InForce

ALL = "all"
"""Stands for every school of the directory."""
REASON = "drill over"
"""Why what is open at a drill's end is closed."""
LAPSES_AFTER = timedelta(hours=1)
"""A proposal that nobody has decided by then starts nothing any more."""
AFTER_THE_BELL = timedelta(hours=1)
"""How long after its latest bell a drill goes on, if somebody has not answered by then."""
FARTHEST = timedelta(days=366)
"""A start beyond that is a slip of the hand."""
_SLACK = timedelta(minutes=5)
"""A start so long ago is meant as now; one before that is a slip of the hand."""
_YEARS = range(2000, 2101)
_APART = re.compile(r"[\s,|]+")


class DrillState(StrEnum):
    PROPOSED = "proposed"
    """Asked for in the chat, and nobody has pressed a button yet."""
    LAPSED = "lapsed"
    DECLINED = "declined"
    WAITING = "waiting"
    """It will start by itself."""
    UNDER_WAY = "under way"
    OVER = "over"
    CALLED_OFF = "called off"
    """Ended before it had started: nobody was told anything."""


@dataclass(frozen=True, slots=True)
class Drill:
    number: int
    schools: tuple[str, ...]
    asked_by: str | None
    """A person's id; None at the command line."""
    created_at: datetime
    start_at: datetime
    end_at: datetime
    confirmed_at: datetime | None = None
    started_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None

    def state(self, now: datetime) -> DrillState:
        """How it stands; nothing but its instants decides."""
        if self.confirmed_at is None:
            if self.ended_at is not None:
                return DrillState.DECLINED
            lapsed = now > self.created_at + LAPSES_AFTER
            return DrillState.LAPSED if lapsed else DrillState.PROPOSED
        if self.ended_at is not None:
            return DrillState.CALLED_OFF if self.started_at is None else DrillState.OVER
        return DrillState.WAITING if self.started_at is None else DrillState.UNDER_WAY


# --- asking for one ------------------------------------------------------------------------------


class Slip(StrEnum):
    NO_SCHOOL = "no_school"
    UNKNOWN_SCHOOL = "unknown_school"
    PAST = "past"
    FAR = "far"


class SlipError(EncompassError):
    """A drill cannot be asked for like this; `slip` names the sentence in the catalogue."""

    def __init__(self, slip: Slip, sentence: str, school: str = "") -> None:
        self.slip = slip
        self.school = school
        super().__init__(sentence)


def schools_meant(written: str, codes: Collection[str]) -> tuple[str, ...]:
    """The codes that somebody wrote down, each once, or every school's for `all`. SlipError for
    none at all, or for one that no school has."""
    if written.strip().casefold() == ALL:
        meant = sorted(codes)
    else:
        meant = list(dict.fromkeys(part for part in _APART.split(written) if part))
    if not meant:
        raise SlipError(Slip.NO_SCHOOL, "Name at least one school by its code, or say all.")
    for code in meant:
        if code not in codes:
            short = code[:20]
            raise SlipError(Slip.UNKNOWN_SCHOOL, f"No school has the code {short}.", short)
    return tuple(meant)


def start_meant(at: datetime | None, now: datetime) -> datetime:
    """When a drill starts that was asked for `at` this instant, or for now. SlipError for one that
    has passed by more than five minutes, or is more than a year away."""
    if at is None:
        return now
    if at < now - _SLACK:
        raise SlipError(Slip.PAST, "A drill cannot start in the past.")
    if at > now + FARTHEST:
        raise SlipError(Slip.FAR, "A drill cannot start more than a year from now.")
    return max(at, now)


def instant_written(written: str) -> datetime:
    """A local time unless it carries an offset, as people write it. ValueError if it is none: a day
    alone would be its midnight, which nobody means."""
    if ":" not in written:
        raise ValueError(written)
    at = datetime.fromisoformat(written)
    if at.year not in _YEARS:
        raise ValueError(written)
    return (at.replace(tzinfo=LONDON) if at.tzinfo is None else at).astimezone(UTC)


def end_of(known: InForce, codes: Iterable[str], start_at: datetime) -> datetime:
    """When a drill that starts then ends by itself: an hour after the latest of its real bells."""
    bells = [known.bell(code, start_at).at for code in codes if code in known.directory.schools]
    return max(bells, default=start_at) + AFTER_THE_BELL


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people a drill would tell: at once, and in all if nobody ever answers."""

    at_once: int
    at_most: int


def reach(known: InForce, codes: Iterable[str], start_at: datetime, end_at: datetime) -> Reach:
    """By the same functions that tell them; see `domain/forecast`."""
    first: set[str] = set()
    everyone: set[str] = set()
    for code in codes:
        for leg in forecast(known, code, start_at):
            for when, step in leg.steps:
                people = {reached.person.id for reached in step.reached}
                first |= people if when <= start_at else set()
                everyone |= people if when < end_at else set()
    return Reach(len(first), len(everyone))


def source_reference(number: int, school_code: str) -> str:
    """What marks a drill's notice in the sender's place."""
    return f"DRILL-{number}-{school_code}"


def synthetic_incident(number: int, school_code: str, at: datetime) -> Incident:
    """A notice about one pupil who does not exist. Of no year: everybody who covers any year of the
    school is in scope."""
    child = Child(1, "Synthetic", "Pupil", schools=(WrittenSchool(school_code),))
    return Incident(source_reference(number, school_code), at, (child,), sent_at=at)
