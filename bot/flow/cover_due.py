"""Standing in: the answer of whoever was asked, the questions that nobody answered, and the
midnights at which absences begin and are over.

Due times are rows. Dies before a commit: the row is due still, and a press is handled again. Dies
after it: what was said waits in the outbox and the ladders are due. Nothing changes in an alert's
rows at midnight, so the turn of an absence has its ladders read anew and tells whoever stands in
what is open. A row that cannot be served is put off, with an alarm, and holds up no other.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.calendar import local_day
from bot.domain.covers import CoverState, answer_due, next_turn
from bot.domain.message import Kind
from bot.domain.people import Absence
from bot.domain.routing import InForce
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.catch_up import catch_up
from bot.flow.compare_names import compare_names
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.stand_in import COVER, is_fit, nobody_stands_in
from bot.flow.tell import can_be_told, refresh_cards
from bot.rendering.catalogue import words
from bot.store import absences, alarms, alerts, events
from bot.store.unit_of_work import Tx

_BATCH = 50
_SOON = timedelta(seconds=1)
_PUT_OFF = timedelta(seconds=30)
log = logging.getLogger(__name__)


async def answer(ctx: Context, person_id: str, address: str, card: str, choice: int) -> Reply:
    """*I will* or *I cannot* of whoever was asked; who has said that they will may still not."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        asked = await pressed_message(tx, presser, address, card, COVER)
        if presser is None or asked is None or choice not in (0, 1):
            return nothing_here(presser.language if presser else "en")
        row = await absences.cover(tx, asked.params[COVER], lock=True)
        if row is None or row.person_id != presser.id:
            return nothing_here(presser.language)
        state: CoverState = row.state
        over = row.last_on < local_day(now) or row.absence_ended_at is not None
        if over or state in (CoverState.EXPIRED, CoverState.ENDED):
            return Reply("absence.press_over", presser.language)
        if state is CoverState.DECLINED:
            return Reply("absence.press_declined_before", presser.language)
        if not choice:
            await absences.settle(tx, row.id, CoverState.DECLINED, now)
            await _note(tx, "cover:declined", row, now)
            await nobody_stands_in(tx, known, row, "absence.declined", now)
            return Reply("absence.press_declined", presser.language)
        if state is CoverState.ACCEPTED:
            return Reply("absence.press_accepted_before", presser.language)
        if not is_fit(known, known.directory.people.get(row.away), presser):
            return Reply("absence.press_over", presser.language)
        await _accept(ctx, tx, known, row, now)
        return Reply("absence.press_accepted", presser.language)


async def _accept(ctx: Context, tx: Tx, known: InForce, row: Row[Any], now: datetime) -> None:
    people = known.directory.people
    await absences.settle(tx, row.id, CoverState.ACCEPTED, now)
    await _note(tx, "cover:accepted", row, now)
    # Of the days under way they hear from the turn, behind whatever the next line has looked at.
    await compare_names(ctx, tx, [people[row.person_id]])
    if row.first_on <= local_day(now):
        await absences.set_turn(tx, row.absence_id, now)
    for chooser in dict.fromkeys([row.away, *([row.asked_by] if row.asked_by else [])]):
        if to := can_be_told(people.get(chooser), frozenset(), now):
            say = words(to.person.language)
            line = say.say(
                "absence.accepted",
                name=people[row.person_id].name,
                person=people[row.away].name,
                first=say.day(row.first_on),
                last=say.day(row.last_on),
            )
            await tell_lines(tx, now, to, [line], kind=Kind.COVER)
    tx.wake(Stage.COVER)


async def _note(tx: Tx, action: str, row: Row[Any], now: datetime) -> None:
    await events.append(
        tx, events.line(action, now, person_id=row.person_id, away=row.away, cover=row.id)
    )


# --- what is due ---------------------------------------------------------------------------------


async def cover_due(ctx: Context) -> bool:
    """Every question whose time is over, every absence that begins or ends; whether more wait."""
    async with ctx.store.reading() as tx:
        questions = await absences.due_covers(tx, ctx.now(), _BATCH)
        turns = await absences.due_turns(tx, ctx.now(), _BATCH)
    for number in questions:
        await _or_put_off(ctx, number, _question, absences.due_cover, absences.put_off)
    for number in turns:
        await _or_put_off(ctx, number, _turn, absences.due_turn, absences.set_turn)
    return len(questions) == _BATCH or len(turns) == _BATCH


async def _or_put_off(
    ctx: Context,
    number: int,
    serve: Callable[[Context, Tx, InForce, Row[Any]], Awaitable[None]],
    due_one: Callable[..., Awaitable[Row[Any] | None]],
    put_off: Callable[..., Awaitable[None]],
) -> None:
    try:
        async with ctx.store.unit() as tx:
            row = await due_one(tx, number, ctx.now())
            if row is not None:  # else another worker has it, or had it
                await serve(ctx, tx, await in_force(ctx, tx), row)
    except Exception as error:
        log.exception("an absence could not be served", extra={"row": number})
        async with ctx.store.unit() as tx:
            if await due_one(tx, number, ctx.now()) is not None:
                await put_off(tx, number, ctx.now() + _PUT_OFF)
                why = f"Reading it failed ({type(error).__name__})."
                await alarms.set_off(tx, f"absence_not_served:{number}", why, ctx.now())


async def _question(ctx: Context, tx: Tx, known: InForce, row: Row[Any]) -> None:
    now, people = ctx.now(), known.directory.people
    fit = is_fit(known, people.get(row.away), people.get(row.person_id))
    match row.state:
        case CoverState.ACCEPTED if fit:
            await absences.is_fine(tx, row.id)
        case CoverState.ASKED if fit and answer_due(row.asked_at, row.first_on) > now:
            await absences.put_off(tx, row.id, answer_due(row.asked_at, row.first_on))
        case CoverState.ASKED:
            await absences.settle(tx, row.id, CoverState.EXPIRED, now)
            await _note(tx, "cover:expired", row, now)
            await nobody_stands_in(tx, known, row, "absence.not_answered", now)
        case _:
            await absences.settle(tx, row.id, CoverState.ENDED, now)
            await _note(tx, "cover:ended", row, now)
            await nobody_stands_in(tx, known, row, "absence.cannot_any_more", now)


async def _turn(ctx: Context, tx: Tx, known: InForce, row: Row[Any]) -> None:
    """The day on which an absence begins, or the one after its last; and, while it lasts, somebody
    who has just said that they stand in."""
    now = ctx.now()
    today, absence = local_day(now), Absence(row.first_on, row.last_on)
    standing = [
        one for one in await absences.of_absences(tx, [row.id]) if one.state is CoverState.ACCEPTED
    ]
    if today in absence:
        await alerts.look_again(tx, await alerts.open_told_to(tx, row.person_id), now)
        for one in standing:
            if not await catch_up(tx, ctx, known, one.person_id):
                await absences.set_turn(tx, row.id, now + _SOON)
                return
    elif today > row.last_on:
        for one in standing:
            told = await alerts.open_told_to(tx, one.person_id)
            await alerts.look_again(tx, told, now)
            await refresh_cards(tx, now, told, [one.person_id])
        if not await catch_up(tx, ctx, known, row.person_id):
            await absences.set_turn(tx, row.id, now + _SOON)
            return
    tx.wake(Stage.ESCALATE, Stage.DISPATCH)
    await absences.set_turn(tx, row.id, next_turn(absence, today))
