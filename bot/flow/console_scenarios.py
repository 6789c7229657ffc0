"""The kept scenarios in the console: whether each holds now, one more by a form, one less.

Each change is a draft like any other (`flow/drafts`). Dies before its commit: nothing has changed.
Dies after it: the draft is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON, local_day
from bot.domain.errors import Fault, RefusedError
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.scenario import MustHear, Outcome, Scenario
from bot.domain.versions import NO_VERSION, SCENARIOS
from bot.flow import drafts, versions
from bot.flow.context import Context
from bot.flow.in_force import in_force, texts_in_force
from bot.flow.session import Visitor
from bot.intake.scenarios_toml import read_scenarios
from bot.intake.scenarios_written import new_suite, with_scenario, without_scenario
from bot.rendering.catalogue import words

TOLD_ROWS = 4
"""How many a form offers of those who must be told."""
_MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class Kept:
    known: InForce
    outcomes: tuple[Outcome, ...]
    made_from: int
    """The version that a form is made from; `NO_VERSION` while there is none."""


async def kept(ctx: Context) -> Kept:
    """Each kept scenario, run against what is in force now."""
    async with ctx.store.reading() as tx:
        known, texts = await in_force(ctx, tx), await texts_in_force(tx)
    outcomes = drafts.scenarios_of(known, texts.get(SCENARIOS))
    return Kept(known, outcomes, known.versions.get(SCENARIOS, NO_VERSION))


async def draft_with(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> int:
    """The suite with what the form says in it, as a draft; its number. RefusedError with every
    fault, in the reader's language."""
    body, made_from = await _seen(ctx, someone, form)
    names = {one.name for one in read_scenarios(body.encode())}
    text = with_scenario(body, _scenario(form, names, someone.person.language))
    reason = form.get("reason", "")
    return await drafts.start(ctx, SCENARIOS, text, reason=reason, by=someone, made_from=made_from)


async def draft_without(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> int:
    """The suite without one, as a draft; its number."""
    (body, made_from), name = await _seen(ctx, someone, form), form.get("name", "")
    if name not in {one.name for one in read_scenarios(body.encode())}:
        raise RefusedError([_fault(someone.person.language, "scenario.fault_gone")])
    reason, text = form.get("reason", ""), without_scenario(body, name)
    return await drafts.start(ctx, SCENARIOS, text, reason=reason, by=someone, made_from=made_from)


async def _seen(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> tuple[str, int]:
    """The suite that the form was filled in over; an empty one where there was none."""
    number = form.get("made_from", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    if not known or int(number) == NO_VERSION:
        return new_suite(str(local_day(ctx.now())), someone.person.name), NO_VERSION
    seen = await versions.version(ctx, int(number))
    if seen.kind != SCENARIOS:
        raise RefusedError([_fault(someone.person.language, "scenario.fault_gone")])
    return seen.body, seen.id


def _fault(language: str, sentence: str) -> Fault:
    return Fault("", words(language).say(sentence))


def _scenario(form: Mapping[str, str], names: set[str], language: str) -> Scenario:
    faults: list[str] = []
    name = " ".join(form.get("name", "").split())
    if not name or len(name) > _MOST_NAME or not name.isprintable():
        faults.append("scenario.fault_name")
    elif name in names:
        faults.append("scenario.fault_twice")
    at, year = _moment(form.get("at", "")), form.get("year", "").strip()
    if at is None or not form.get("school"):
        faults.append("routing.told_wrong")
    if year and not (year.isascii() and year.isdecimal() and int(year[:4]) < 15):
        faults.append("scenario.fault_year")
    told, wrong = _told(form)
    faults += wrong
    not_told = tuple(role.value for role in Role if f"not.{role.value}" in form)
    if not told and not not_told:
        faults.append("scenario.fault_nobody")
    if faults:
        raise RefusedError([_fault(language, fault) for fault in faults])
    return Scenario(
        name=name,
        school=form["school"],
        at=at or datetime.max.replace(tzinfo=LONDON),
        year=int(year) if year else None,
        urgent="urgent" in form,
        leg=Leg.NURSE if form.get("leg") == Leg.NURSE.value else Leg.SCHOOL,
        told=told,
        not_told=not_told,
    )


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=LONDON) if at.tzinfo is None else at
    return at if at.year in range(2000, 2100) else None


def _told(form: Mapping[str, str]) -> tuple[tuple[MustHear, ...], list[str]]:
    told: list[MustHear] = []
    for number in range(TOLD_ROWS):
        who = form.get(f"w{number}.who", "")
        if not who:
            continue
        after, bell = (form.get(f"w{number}.{name}", "").strip() for name in ("after", "bell"))
        spans = [_minutes(after) if after else None, _minutes(bell) if bell else None]
        wrong = (after and (spans[0] is None or after[0] == "-")) or (bell and spans[1] is None)
        if who not in list(Role) or wrong:
            return (), ["scenario.fault_minutes"]
        told.append(MustHear(who, None if bell else spans[0], spans[1]))
    return tuple(told), []


def _minutes(text: str) -> timedelta | None:
    """Whole minutes; a minus before them is ahead of the bell."""
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 5):
        return None
    return timedelta(minutes=int(plain)) * (-1 if text.startswith("-") else 1)
