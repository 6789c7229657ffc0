"""What a coordinator does about a person or a school from a screen: each in the commit of its
press, by the use cases that the commands and the command line have."""

from datetime import timedelta

from bot.domain.calendar import DayRange, local_day
from bot.domain.cover import Reachable
from bot.domain.message import Priority
from bot.domain.people import Person
from bot.domain.screen import PersonDeed, View
from bot.flow.absent import write_absence
from bot.flow.closures import may_close, put_down
from bot.flow.context import Context, Stage
from bot.flow.leave import end_account
from bot.flow.leave_chat import propose_leave
from bot.flow.look import Done, Look
from bot.flow.reply import Reply, nothing_here
from bot.flow.screen_readiness import day_of, person_marked, school_of
from bot.flow.tell import refresh_card
from bot.store import access, events

_WHY = "said in the chat"
_AHEAD = timedelta(days=31)


async def about_person(ctx: Context, look: Look, to: Reachable) -> Done | Reply | None:  # noqa: ARG001
    """Away today, everywhere signed out, their account ended, or gone."""
    match look.numbers:
        case (mark, PersonDeed.ABSENT | PersonDeed.LEAVE as deed):
            pass
        case (mark, PersonDeed.SESSIONS | PersonDeed.ACCOUNT as deed, 1):
            pass
        case _:
            return None
    someone = person_marked(look.known, mark)
    if someone is None:
        return nothing_here(look.person.language)
    return Done(await _do(look, to, someone, PersonDeed(deed)), View.PERSON, (mark,))


async def _do(look: Look, to: Reachable, someone: Person, deed: PersonDeed) -> Reply:
    tx, known, now, language = look.tx, look.known, look.now, look.person.language
    match deed:
        case PersonDeed.ABSENT:
            today = local_day(now)
            if any(today in absence for absence in someone.absences):
                return Reply("screen.press_away_before", language)
            await write_absence(tx, known, to, someone, (today, today), now)
            tx.wake(Stage.COVER)
            return Reply("absence.press_written", language)
        case PersonDeed.LEAVE:
            await propose_leave(tx, known, to, someone, now)
            return Reply("me.press_asked", language)
        case PersonDeed.ACCOUNT:
            await end_account(tx, known, someone, now, look.person.id)
            return Reply("screen.press_account", language, {"person": someone.name})
        case _:
            for card in await access.end_access_of(tx, [someone.id], now):
                await refresh_card(tx, now, card, Priority.ANSWER)
            line = events.line("person:signed_out", now, person_id=someone.id, by=look.person.id)
            await events.append(tx, line)
            return Reply("screen.press_sessions", language, {"person": someone.name})


async def close_school(ctx: Context, look: Look, to: Reachable) -> Done | Reply | None:  # noqa: ARG001
    """A school is closed on a day; a second press says that it is already."""
    match look.numbers:
        case (code, number, 1):
            school, day = school_of(look.known, code), day_of(number)
        case _:
            return None
    if school is None or day is None or not may_close(look.known, look.person, school.code):
        return nothing_here(look.person.language)
    today = local_day(look.now)
    if not today <= day <= today + _AHEAD:
        return Done(Reply("closure.past", look.person.language), View.SNOW, (code,))
    days = DayRange(day, day, _WHY)
    done = await put_down(look.tx, look.known, school.code, days, look.person.id, look.now)
    sentence = "closure.press_closed" if done.changed else "closure.press_closed_before"
    values = {"school": school.name_in(look.person.language)}
    return Done(Reply(sentence, look.person.language, values), View.READINESS, (0,))
