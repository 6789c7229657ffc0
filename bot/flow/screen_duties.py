"""The board of what is owed: counts, the nearest bells, lists to turn, and one duty by itself.

References, schools, times and names of staff; nothing of a child. Whoever is excluded from a notice
finds it nowhere here. Nothing is written, so there is nothing to die in the middle of.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import CLOSINGS, OF_THE_DESK, AlertState, Leg
from bot.domain.people import Role
from bot.domain.routing import climb
from bot.domain.screen import LISTS, View, Which, turned
from bot.flow.ladder import ladders
from bot.flow.look import Look, Screen, to
from bot.store import alerts, plans

NEAREST = 5
_PEOPLE = 12
_OF: dict[Which, Callable[[Row[Any], datetime], bool]] = {
    Which.OVERDUE: lambda row, now: row.leg not in OF_THE_DESK and row.bell_at < now,
    Which.OPEN: lambda row, now: row.leg not in OF_THE_DESK,  # noqa: ARG005
    Which.TRIAGE: lambda row, now: row.leg is Leg.TRIAGE,  # noqa: ARG005
    Which.QUESTIONS: lambda row, now: row.leg is Leg.QUESTION,  # noqa: ARG005
}


async def status(look: Look) -> Screen | None:
    """How much is open, overdue and in triage, and the nearest bells; drills apart."""
    if look.numbers != (1,):
        return None
    say, now = look.say, look.now
    rows = await _open(look)
    practised = [row for row in rows if row.drill_id is not None]
    of = {which: _listed(rows, which, now) for which in LISTS}
    lines = [
        say.say(
            "answer.status",
            open=len(of[Which.OPEN]),
            overdue=len(of[Which.OVERDUE]),
            triage=len(of[Which.TRIAGE]),
        )
    ]
    unplanned = [r for r in await plans.missing(look.tx) if look.person.id not in r.excluded]
    if unplanned:
        lines.append(say.say("answer.status_plans", count=len(unplanned)))
    if of[Which.QUESTIONS]:
        lines.append(say.say("answer.status_questions", questions=len(of[Which.QUESTIONS])))
    lines += _nearest(look, of[Which.OPEN])
    if practised:
        lines.append(say.say("drill.status", open=len(practised)))
        lines += _nearest(look, practised)
    screen = Screen(lines)
    for place, which in enumerate(LISTS):
        if of[which]:
            screen.button(_name(look, which, len(of[which])), View.LIST, place, 0)
    last = [to(say.say("screen.again"), View.STATUS, 1)]
    if look.person.role is Role.COORDINATOR:
        last.append(to(say.say("screen.readiness"), View.READINESS, 0))
    screen.rows.append(tuple(last))
    return screen


def _name(look: Look, which: Which, count: int) -> str:
    match which:
        case Which.OVERDUE:
            return look.say.say("screen.overdue", count=count)
        case Which.OPEN:
            return look.say.say("screen.open", count=count)
        case Which.TRIAGE:
            return look.say.say("screen.triage", count=count)
        case Which.QUESTIONS:
            return look.say.say("screen.questions", count=count)


def _nearest(look: Look, rows: Sequence[Row[Any]]) -> list[str]:
    lines = [line_of_duty(look, row) for row in rows[:NEAREST]]
    if (more := len(rows) - NEAREST) > 0:
        lines.append(look.say.count("answer.more_not_shown", more))
    return lines


def line_of_duty(look: Look, row: Row[Any]) -> str:
    """`ENC-…, Ysgol Bryn: 08:50, Monday 16 November.`"""
    values = {
        "reference": row.reference,
        "school": where(look, row),
        "bell": look.say.moment(row.bell_at),
    }
    if row.drill_id is None:
        return look.say.say("answer.status_item", **values)
    return look.say.say("drill.status_item", number=row.drill_id, **values)


def where(look: Look, row: Row[Any]) -> str:
    """The school's name; the MASH desk for what is its own."""
    if row.leg in OF_THE_DESK:
        return look.say.say("role.mash_desk")
    school = look.known.directory.schools.get(row.school_code)
    return school.name_in(look.person.language) if school else str(row.school_code)


async def _open(look: Look) -> list[Row[Any]]:
    return [row for row in await alerts.open_ones(look.tx) if look.person.id not in row.excluded]


def _listed(rows: Sequence[Row[Any]], which: Which, now: datetime) -> list[Row[Any]]:
    return [row for row in rows if row.drill_id is None and _OF[which](row, now)]


def _key(row: Row[Any]) -> tuple[datetime, int]:
    return row.bell_at, row.id


# --- a list --------------------------------------------------------------------------------------


async def listed(look: Look) -> Screen | None:
    """One page of a list, nearest bell first, each row a button."""
    match look.numbers:
        case (place, cursor) if place < len(LISTS):
            which = LISTS[place]
        case _:
            return None
    at = None
    if cursor:
        row = await alerts.by_id(look.tx, cursor)
        if row is None or look.person.id in row.excluded:
            return None
        at = _key(row)
    rows = sorted(_listed(await _open(look), which, look.now), key=_key)
    page = turned([_key(row) for row in rows], at, back=look.view is View.LIST_BACK)
    shown, say = rows[page.first : page.end], look.say
    screen = Screen([_name(look, which, len(rows)), *(line_of_duty(look, row) for row in shown)])
    for row in shown:
        screen.button(f"{row.reference} {say.clock(row.bell_at)}", View.DUTY, row.id)
    turns = []
    if page.before:
        turns.append(to(say.say("screen.back_a_page"), View.LIST_BACK, place, shown[0].id))
    if page.behind:
        turns.append(to(say.say("screen.next_page"), View.LIST, place, shown[-1].id))
    if turns:
        screen.rows.append(tuple(turns))
    screen.button(say.say("screen.to_status"), View.STATUS, 1)
    return screen


# --- one duty ------------------------------------------------------------------------------------


async def found(look: Look) -> Row[Any] | None:
    """The duty of this screen, unless the reader is excluded from its notice."""
    row = await alerts.by_id(look.tx, look.numbers[0]) if look.numbers else None
    return None if row is None or look.person.id in row.excluded else row


async def duty(look: Look) -> Screen | None:
    """One duty: whose, since when, until when, who has it, and what its ladder does next."""
    row = await found(look)
    if row is None or len(look.numbers) != 1:
        return None
    say, is_open = look.say, row.state is AlertState.OPEN
    lines = [
        line_of_duty(look, row),
        say.say(f"leg.{row.leg.value}"),
        say.say("screen.since", at=say.moment(row.raised_at)),
    ]
    if not is_open:
        lines.append(say.say(f"screen.state_{row.state.value}"))
    elif row.bell_at < look.now:
        lines.append(say.say("screen.past_the_bell"))
    lines += await _who_has_it(look, row)
    if is_open and not row.held:  # while that is asked nobody is told
        lines += await _next(look, row)
    screen = Screen(lines)
    if is_open and look.person.role is Role.COORDINATOR:
        screen.button(say.say("screen.close"), View.CLOSE, row.id)
    screen.rows.append(
        (
            to(say.say("screen.again"), View.DUTY, row.id),
            to(say.say("screen.to_status"), View.STATUS, 1),
        )
    )
    return screen


async def _who_has_it(look: Look, row: Row[Any]) -> list[str]:
    people, say = look.known.directory.people, look.say

    def named(ids: Sequence[str]) -> str:
        return say.listed([people[i].name if i in people else i for i in ids[:_PEOPLE]])

    answers = (await alerts.answers(look.tx, [row.id]))[row.id]
    have = sorted({a.person_id for a in answers}.difference(row.excluded))
    told = sorted((await alerts.told_by_ladder(look.tx, [row.id]))[row.id].difference(row.excluded))
    lines = []
    if have:
        lines.append(say.say("screen.answered_by", people=named(have)))
    if waiting := [i for i in told if i not in have]:
        lines.append(say.say("screen.told", people=named(waiting)))
    return lines or [say.say("screen.told_nobody")]


async def _next(look: Look, row: Row[Any]) -> list[str]:
    """By the function that will tell them."""
    say = look.say
    state = (await ladders(look.tx, look.known, [row]))[row.id]
    at = max(row.next_step_at, look.now)
    steps = climb(state, look.known.directory, at).steps
    people = [reached.person.name for step in steps for reached in step.reached]
    if not people:
        return [say.say("screen.next_nobody", at=say.moment(at))]
    return [say.say("screen.next", at=say.moment(at), people=say.listed(people[:_PEOPLE]))]


# --- ending one ----------------------------------------------------------------------------------


async def closing(look: Look) -> Screen | None:
    """The reasons to choose from; then whether it is meant."""
    row = await found(look)
    match look.numbers:
        case (_,) if row is not None and row.state is AlertState.OPEN:
            screen = Screen([look.say.say("screen.close_why", reference=row.reference)])
            for place, reason in enumerate(CLOSINGS):
                text = look.say.say(reason.sentence)
                screen.button(text, View.CLOSE, row.id, place)
        case (_, place) if row is not None and place < len(CLOSINGS):
            if row.state is not AlertState.OPEN:
                return await duty(_at_duty(look))
            why = look.say.say(CLOSINGS[place].sentence)
            of_it = await alerts.of_notifications(look.tx, [row.notification_id], lock=False)
            standing = sum(one.state is AlertState.OPEN for one in of_it)
            sentence = look.say.count(
                "screen.close_sure", standing, reference=row.reference, why=why
            )
            screen = Screen([sentence])
            screen.button(look.say.say("screen.close_yes"), View.CLOSE, row.id, place, 1)
        case (_,) | (_, _, 1) if row is not None:
            return await duty(_at_duty(look))
        case _:
            return None
    screen.button(look.say.say("screen.leave_it"), View.DUTY, row.id)
    return screen


def _at_duty(look: Look) -> Look:
    return Look(look.tx, look.known, look.now, look.person, View.DUTY, look.numbers[:1])
