"""What a screen shows, made when it goes out: a press on an old one brings the present state.

A screen is one message that is edited in place. Its row says which screen it shows; a press writes
an edit with another name and the numbers of rows, and nothing else. Authorised twice, at the press
and again here, since the reader may have another role by the time the edit goes out.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.delivery import Button
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.domain.screen import View, may_look, view_named
from bot.flow import screen_duties, screen_me, screen_readiness, screen_route
from bot.flow.look import SCREEN, Look, Screen
from bot.rendering.catalogue import words
from bot.store.unit_of_work import Tx

_MOST_DIGITS = 18

_SCREENS: Mapping[View, Callable[[Look], Awaitable[Screen | None]]] = {
    View.STATUS: screen_duties.status,
    View.LIST: screen_duties.listed,
    View.LIST_BACK: screen_duties.listed,
    View.DUTY: screen_duties.duty,
    View.CLOSE: screen_duties.closing,
    View.ME: screen_me.me,
    View.READINESS: screen_readiness.readiness,
    View.GAP: screen_readiness.gap,
    View.PERSON: screen_readiness.person,
    View.SNOW: screen_readiness.snow,
    View.ROUTE: screen_route.route,
}


def read(data: str) -> tuple[View, tuple[int, ...]] | None:
    """The screen and the numbers that a button's data names; None for what is no screen's."""
    name, *numbers = data.split(":")
    view = view_named(name)
    if view is None or not all(
        number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS
        for number in numbers
    ):
        return None
    return view, tuple(int(number) for number in numbers)


async def screen_of(look: Look) -> Screen | None:
    """This screen as things stand; None where for this reader there is nothing."""
    make = _SCREENS.get(look.view)
    if make is None or not may_look(look.person.role, look.view):
        return None
    return await make(look)


async def worded(
    tx: Tx, known: InForce, now: datetime, person: Person | None, params: Mapping[str, Any]
) -> tuple[str, tuple[tuple[Button, ...], ...]]:
    """A screen's text and buttons for whoever holds its chat; for anybody else, that there is
    nothing."""
    meant = read(str(params.get(SCREEN, "")))
    screen = None
    if person is not None and meant is not None:
        screen = await screen_of(Look(tx, known, now, person, *meant))
    if screen is None:
        return words(person.language if person else "en").say("press.neutral"), ()
    return "\n".join(screen.lines), tuple(screen.rows)
