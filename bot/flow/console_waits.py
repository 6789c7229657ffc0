"""What is set beside the ladders' steps, as one form: quiet hours, holidays, the lane of the same
day, how long the desk has, what counts together, and whether a change takes two people.

Dies before the commit: nothing has changed. Dies after it: the draft is there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import InDay
from bot.domain.errors import Fault, RefusedError
from bot.domain.escalation import EscalationPolicy
from bot.domain.pattern import Patterns
from bot.domain.quiet import Holiday, QuietHours, Send
from bot.domain.versions import ESCALATION
from bot.domain.waits import MAY_BE_OFF, LegWaits, Waits
from bot.flow import drafts
from bot.flow.console_routing import routing, shown_minutes, version_seen
from bot.flow.context import Context
from bot.flow.session import Visitor
from bot.flow.versions import version
from bot.intake.escalation_toml import read_escalation, read_waits
from bot.intake.written_again import with_waits
from bot.rendering.catalogue import Words, words

_TICKED = "1"
_MOST = 1000
_MOST_DAYS = 99
_MOST_MINUTES = 99_999
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class WaitsForm:
    """The form's fields by name, as the version in force has them, and that version's number."""

    fields: Mapping[str, str]
    made_from: int


async def waits_form(ctx: Context) -> WaitsForm:
    number = (await routing(ctx)).numbers[ESCALATION]
    held = read_waits((await version(ctx, number)).body.encode())
    return WaitsForm(shown(held), number)


async def draft_of_waits(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> int:
    """What the form says, as a draft; its number. RefusedError with every fault in it by field, in
    its reader's language."""
    made_from, say = await version_seen(ctx, ESCALATION, form), words(someone.person.language)
    was = read_waits(made_from.body.encode())
    reading = _Reading(say, form, shown(was))
    asked = _asked(reading, was)
    ladders = read_escalation(made_from.body.encode())
    for leg, one in asked.legs.items():
        if one.enabled and not ladders[leg].steps:
            ladder = say.say(f"ladder.{leg.value}")
            reading.fault(f"{leg.value}.enabled", say.say("waits.fault_no_steps", ladder=ladder))
    if reading.faults:
        raise RefusedError(reading.faults)
    text = with_waits(made_from.body, was, asked)
    if not _says(text, ladders, asked):
        raise RefusedError([Fault("", say.say("routing.fault_not_by_form"))])
    return await drafts.start(
        ctx,
        ESCALATION,
        text,
        reason=form.get("reason", ""),
        by=someone,
        made_from=made_from.id,
    )


def _says(text: str, ladders: Mapping[Leg, EscalationPolicy], asked: Waits) -> bool:
    """Whether the text, read again, is what was asked for, and else what it was: it may be written
    in a way that a form's change cannot be put into."""
    meant = {
        leg: replace(
            ladders[leg],
            enabled=one.enabled,
            quiet=one.quiet,
            holiday=one.holiday,
            in_day=one.in_day,
            answer_within=one.answer_within,
        )
        for leg, one in asked.legs.items()
    }
    data = text.encode()
    try:
        return read_waits(data) == asked and read_escalation(data) == meant
    except RefusedError:
        return False


def shown(held: Waits) -> dict[str, str]:
    """Each field as a form has it; a box that is not ticked has nothing."""
    found = {
        "two_people": _TICKED if held.two_people else "",
        "notices": str(held.patterns.notices),
        "within_days": str(held.patterns.within.days),
    }
    for leg, one in held.legs.items():
        quiet, of_leg = one.quiet, dict[str, str]()
        of_leg["quiet_from"] = f"{quiet.first:%H:%M}" if quiet else ""
        of_leg["quiet_to"] = f"{quiet.last:%H:%M}" if quiet else ""
        if leg in MAY_BE_OFF:
            of_leg["enabled"] = _TICKED if one.enabled else ""
            of_leg["send"] = one.holiday.send.value
            of_leg["longer_than"] = str(one.holiday.longer_than)
            of_leg["at"] = f"{one.holiday.at:%H:%M}"
        if leg is Leg.SCHOOL:
            of_leg["in_day"] = _TICKED if one.in_day.enabled else ""
            of_leg["after_opening"] = str(shown_minutes(one.in_day.after_opening))
            of_leg["before_closing"] = str(shown_minutes(one.in_day.before_closing))
        if one.answer_within is not None:
            of_leg["answer_within"] = str(shown_minutes(one.answer_within))
        found |= {f"{leg.value}.{name}": value for name, value in of_leg.items()}
    return found


@dataclass(slots=True)
class _Reading:
    """A form beside what it showed: what is as it was shown is as it was, to the second. A fault
    says which field, and names it as the page does."""

    say: Words
    form: Mapping[str, str]
    shown: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: str, says: str) -> None:
        self.faults.append(Fault(name, says))

    def typed(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        return self.typed(name) == _TICKED

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None for what is as it was, or with a fault for what is none."""
        typed = self.typed(name)
        if typed == self.shown[name]:
            return None
        digits = typed.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits) < 7:
            value = int(typed)
            if least <= value <= most:
                return value
        leg, _, what = name.rpartition(".")
        asked = self.say.say(f"waits.{what}")
        says = self.say.say("waits.fault_number", what=asked, least=least, most=most)
        self.fault(name, f"{self.say.say(f'ladder.{leg}')}: {says}" if leg else says)
        return None

    def minutes(self, name: str, was: timedelta, least: int, most: int) -> timedelta:
        value = self.number(name, least, most)
        return was if value is None else timedelta(minutes=value)

    def clock(self, name: str, was: time | None) -> time | None:
        """A time of day, hours and minutes; None for anything else."""
        typed = self.typed(name)
        if typed == self.shown[name]:
            return was
        return time.fromisoformat(typed) if _CLOCK.fullmatch(typed) else None


def _asked(reading: _Reading, was: Waits) -> Waits:
    days = reading.number("within_days", 1, _MOST)
    within = was.patterns.within if days is None else timedelta(days=days)
    patterns = Patterns(reading.number("notices", 2, _MOST) or was.patterns.notices, within)
    legs = {leg: _of_leg(reading, leg, one) for leg, one in was.legs.items()}
    return Waits(legs, patterns, reading.ticked("two_people")).with_one_lane()


def _of_leg(reading: _Reading, leg: Leg, was: LegWaits) -> LegWaits:
    name, within = leg.value, was.answer_within
    if within is not None:
        within = reading.minutes(f"{name}.answer_within", within, 1, _MOST_MINUTES)
    may_be_off = leg in MAY_BE_OFF
    return LegWaits(
        enabled=reading.ticked(f"{name}.enabled") if may_be_off else was.enabled,
        quiet=_quiet(reading, name, was.quiet),
        holiday=_holiday(reading, name, was.holiday) if may_be_off else was.holiday,
        in_day=_in_day(reading, name, was.in_day) if leg is Leg.SCHOOL else was.in_day,
        answer_within=within,
    )


def _quiet(reading: _Reading, leg: str, was: QuietHours | None) -> QuietHours | None:
    first, last = f"{leg}.quiet_from", f"{leg}.quiet_to"
    if not reading.typed(first) and not reading.typed(last):
        return None
    begins = reading.clock(first, was.first if was else None)
    ends = reading.clock(last, was.last if was else None)
    if begins is None or ends is None or begins == ends:
        ladder = reading.say.say(f"ladder.{leg}")
        reading.fault(first, reading.say.say("waits.fault_quiet", ladder=ladder))
        return None
    return QuietHours(begins, ends)


def _holiday(reading: _Reading, leg: str, was: Holiday) -> Holiday:
    send, days, at = (f"{leg}.{name}" for name in ("send", "longer_than", "at"))
    asked, clock = reading.typed(send), reading.clock(at, was.at)
    many = reading.number(days, 0, _MOST_DAYS)
    if asked not in list(Send) or clock is None:
        ladder = reading.say.say(f"ladder.{leg}")
        reading.fault(at, reading.say.say("waits.fault_holiday", ladder=ladder))
        return was
    return Holiday(Send(asked), was.longer_than if many is None else many, clock)


def _in_day(reading: _Reading, leg: str, was: InDay) -> InDay:
    after, before = f"{leg}.after_opening", f"{leg}.before_closing"
    return InDay(
        reading.ticked(f"{leg}.in_day"),
        reading.minutes(after, was.after_opening, -_MOST, _MOST),
        reading.minutes(before, was.before_closing, 0, _MOST),
    )
