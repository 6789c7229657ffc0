"""Everyone's own page on the web: read, and changed for oneself alone, through a session that
stands now. Each deed is one commit: dies before it, nothing has happened; dies after it, what
follows is in the outbox, and the same days written again end the first.
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable
from bot.domain.own_page import OwnPage, own_page
from bot.domain.people import LONGEST_AHEAD
from bot.domain.school import School
from bot.flow.away import away_line, go_away
from bot.flow.catch_up import catch_up
from bot.flow.contact_test import send_test
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.leave import end_account
from bot.flow.menu import addresses_of, owe_menus
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor, still_in
from bot.flow.stand_in import begin, end, fresh, tell_of_gaps
from bot.rendering.catalogue import LANGUAGES, words
from bot.store import directory


@dataclass(frozen=True, slots=True)
class MyPage:
    page: OwnPage
    schools: dict[str, School]
    absences: tuple[tuple[int, str], ...]
    """Of the standing ones, the number and the days."""
    today: date


async def my_page(ctx: Context, someone: Visitor) -> MyPage | None:
    """What this visitor may read of themselves; None once they are gone."""
    async with ctx.store.reading() as tx:
        known, today = await in_force(ctx, tx), local_day(ctx.now())
    person = known.directory.people.get(someone.person.id)
    if person is None:
        return None
    say = words(person.language)
    standing = [absence for absence in person.absences if absence.last_on >= today]
    days = tuple((absence.id, away_line(say, absence)) for absence in standing)
    return MyPage(own_page(known, person, today), dict(known.directory.schools), days, today)


async def speak(ctx: Context, someone: Visitor, language: str) -> Reply:
    async with ctx.store.unit() as tx:
        here = await still_in(ctx, tx, someone)
        if here is None or language not in LANGUAGES:
            return nothing_here(someone.person.language)
        await directory.set_language(tx, here[1].id, language)
        await owe_menus(tx, ctx.now(), addresses_of([here[1]]))
        return Reply("answer.language_set", language)


async def try_my_ways(ctx: Context, someone: Visitor) -> Reply:
    async with ctx.store.unit() as tx:
        here = await still_in(ctx, tx, someone)
        if here is None:
            return nothing_here(someone.person.language)
        return await send_test(tx, here[1], ctx.now())


async def away(ctx: Context, someone: Visitor, first: str, last: str) -> Reply:
    """Away from one day to another. Who could stand in is asked in the chat, where one is there."""
    async with ctx.store.unit() as tx:
        here, now = await still_in(ctx, tx, someone), ctx.now()
        if here is None:
            return nothing_here(someone.person.language)
        known, person, _ = here
        days = _days(first, last or first, local_day(now))
        if days is None:
            return Reply("me.days_not_understood", person.language)
        chat = person.answering_contact
        if chat is not None:
            await go_away(tx, known, Reachable(person, chat), days, now)
        else:
            absence = await begin(tx, person, *days, now, person.id)
            after = await fresh(tx, known)
            await tell_of_gaps(tx, after, after.directory.people[person.id], absence, now)
        return Reply("me.press_away", person.language)


async def back_early(ctx: Context, someone: Visitor, number: int) -> Reply:
    """One of one's own absences is over from now."""
    async with ctx.store.unit() as tx:
        here, now = await still_in(ctx, tx, someone), ctx.now()
        if here is None:
            return nothing_here(someone.person.language)
        known, person, _ = here
        absence = next((a for a in person.absences if a.id == number), None)
        if absence is None:
            return nothing_here(person.language)
        await end(tx, person, [absence], now, person.id)
        await catch_up(tx, ctx, await fresh(tx, known), person.id)
        return Reply("absence.press_back", person.language)


async def telephone_lost(ctx: Context, someone: Visitor) -> Reply:
    """One's account in Telegram ends, with every session, this one too."""
    async with ctx.store.unit() as tx:
        here = await still_in(ctx, tx, someone)
        if here is None:
            return nothing_here(someone.person.language)
        known, person, _ = here
        await end_account(tx, known, person, ctx.now(), person.id)
        return Reply("lost.press_done", person.language)


def _days(first: str, last: str, today: date) -> tuple[date, date] | None:
    """As a browser writes them."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return days if max(days[0], today) <= days[1] <= today + LONGEST_AHEAD else None
