"""Who would be told if a notice came for this school: now, tonight or tomorrow, of one year or any,
by buttons. The functions are those of the real thing; nothing is written."""

from datetime import datetime, time, timedelta

from bot.domain.calendar import LONDON
from bot.domain.screen import View
from bot.flow.look import Look, Screen, to
from bot.flow.route_words import route_lines
from bot.flow.screen_readiness import school_of
from bot.rendering.view import year_group

_TONIGHT, _TOMORROW = time(20), time(7, 30)
_WHENS = 3
_ANY, _FIRST = 0, -2
"""In data a year is its number from 1 on, nursery first; 0 is any."""
_IN_A_ROW = 4
_YEARS = range(-1, 14)


async def route(look: Look) -> Screen | None:
    """`mh:CODE:WHEN:YEAR`."""
    match look.numbers:
        case (code, when, year) if when < _WHENS and year <= len(_YEARS):
            school = school_of(look.known, code)
        case _:
            return None
    if school is None:
        return None
    say = look.say
    at = _instant(look.now, when)
    meant = None if year == _ANY else year + _FIRST
    screen = Screen(list(route_lines(look.known, say, school, at, meant)))
    screen.rows.append(
        (
            to(say.say("screen.now"), View.ROUTE, code, 0, year),
            to(say.say("screen.tonight"), View.ROUTE, code, 1, year),
            to(say.say("screen.tomorrow"), View.ROUTE, code, 2, year),
        )
    )
    named = sorted(
        {
            of
            for person in look.known.directory.people.values()
            if person.scope.covers_school(school.code, school.nurse_team)
            for of in person.scope.years
            if of in _YEARS
        }
    )
    buttons = [to(year_group(say, y), View.ROUTE, code, when, y - _FIRST) for y in named]
    if buttons:
        buttons.append(to(say.say("screen.any_year"), View.ROUTE, code, when, _ANY))
    for first in range(0, len(buttons), _IN_A_ROW):
        screen.rows.append(tuple(buttons[first : first + _IN_A_ROW]))
    screen.button(say.say("screen.to_status"), View.STATUS, 1)
    return screen


def _instant(now: datetime, when: int) -> datetime:
    """Tonight is now if the evening has begun."""
    if when == 0:
        return now
    today = now.astimezone(LONDON).date()
    if when == 1:
        return max(now, datetime.combine(today, _TONIGHT, LONDON))
    return datetime.combine(today + timedelta(days=1), _TOMORROW, LONDON)
