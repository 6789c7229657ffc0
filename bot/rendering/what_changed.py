"""Sentences about versions and drafts, in the reader's language: what changed, what was found."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.domain.calendar import InDay
from bot.domain.escalation import EscalationStep
from bot.domain.pattern import Patterns
from bot.domain.people import Role
from bot.domain.quiet import Holiday, QuietHours, Send
from bot.domain.school import School
from bot.domain.versions import CALENDAR, FROM_COMMAND_LINE, FROM_FILE, Said
from bot.rendering.catalogue import Words

_KINDS = {
    "escalation": "kind.escalation",
    "disclosure": "kind.disclosure",
    "scenarios": "kind.scenarios",
    "directory": "kind.directory",
}
IN_THE_HOLIDAYS = {
    Send.AT_ONCE: "waits.at_once",
    Send.HOLIDAY_LIST: "waits.holiday_list",
    Send.HOLD: "waits.hold",
}
_NO_PERSON = {
    FROM_FILE: "made_by.file",
    FROM_COMMAND_LINE: "made_by.command_line",
    "import": "made_by.import",
}


def kind_name(say: Words, kind: str) -> str:
    """What a version is of, as people speak of it."""
    if kind.startswith(CALENDAR):
        return say.say("kind.calendar", name=kind.removeprefix(CALENDAR))
    return say.say(_KINDS[kind]) if kind in _KINDS else kind


def made_by(say: Words, names: Mapping[str, str], who: str) -> str:
    """Who made a version: somebody of the directory by their name, or no person."""
    return say.say(_NO_PERSON[who]) if who in _NO_PERSON else names.get(who, who)


def in_words(say: Words, said: Said) -> str:
    """The sentence, with its ladder's heading before it where it is about one."""
    values = {name: _word(say, name, value) for name, value in said.values.items()}
    sentence = say.say(said.sentence, **values)
    if not said.leg:
        return sentence
    return say.say("changed.of_leg", leg=say.say(f"ladder.{said.leg}"), change=sentence)


def _word(say: Words, name: str, value: object) -> object:
    match value:
        case Said():
            return in_words(say, value)
        case Role():
            return say.say(f"role.{value.value}")
        case str() if name == "field":
            return say.say(f"field.{value}")
        case School() if name == "name":
            return value.name_in(say.language)
        case School():
            return f"{value.name_in(say.language)} ({value.code})"
        case EscalationStep():
            return step_time(say, value)
        case timedelta():
            return span(value)
        case QuietHours() | Holiday() | InDay() | Patterns():
            return wait(say, value)
        case None:
            return say.say("waits.none")
        case datetime():
            return say.moment(value)
        case date():
            return say.date(value)
        case tuple():
            words = [str(_word(say, name, part)) for part in value]
            return say.either(words) if name in ("roles", "was") else say.listed(words)
        case str() if name == "who" and value in list(Role):
            return say.say(f"role.{value}")
        case _:
            return value


def wait(say: Words, value: QuietHours | Holiday | InDay | Patterns) -> str:
    """`22:00–06:30`; what happens in the holidays; until when an alert is due the same day."""
    match value:
        case QuietHours():
            return f"{value.first:%H:%M}–{value.last:%H:%M}"
        case Holiday():
            sends = say.say(IN_THE_HOLIDAYS[value.send])
            if value.send is Send.AT_ONCE:
                return sends
            days, at = value.longer_than, f"{value.at:%H:%M}"
            return say.say("waits.in_holidays", sends=sends, days=days, at=at)
        case InDay() if not value.enabled:
            return say.say("waits.none")
        case InDay():
            begins = step_from(say, value.after_opening)
            return say.say("waits.lane", begins=begins, before=span(value.before_closing))
        case Patterns():
            return say.say("waits.together", notices=value.notices, days=value.within.days)


def step_from(say: Words, from_opening: timedelta) -> str:
    """A time of the school day by its opening."""
    if not from_opening:
        return say.say("waits.from_opening")
    if from_opening < timedelta():
        return say.say("waits.ahead_of_opening", span=span(-from_opening))
    return say.say("waits.behind_opening", span=span(from_opening))


def step_time(say: Words, step: EscalationStep) -> str:
    """`after 15 min, not before 1 h before the bell`"""
    parts = []
    if step.after:
        parts.append(say.say("step.after", span=span(step.after)))
    if step.not_before is not None:
        from_bell = step.not_before
        if not from_bell:
            parts.append(say.say("step.not_before_bell"))
        elif from_bell < timedelta():
            parts.append(say.say("step.not_before_ahead", span=span(-from_bell)))
        else:
            parts.append(say.say("step.not_before_behind", span=span(from_bell)))
    return ", ".join(parts) or say.say("step.at_once")


def span(value: timedelta) -> str:
    """`1 h 30 min`, the same in both languages."""
    seconds = int(value.total_seconds())
    parts = [
        f"{number} {unit}"
        for number, unit in (
            (seconds // 3600, "h"),
            (seconds % 3600 // 60, "min"),
            (seconds % 60, "s"),
        )
        if number
    ]
    return " ".join(parts) or "0 min"
