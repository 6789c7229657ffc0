"""Everyone's own screen in the chat: what one is told of, one's ways, one's absence. Nothing is
written here, so there is nothing to die in the middle of."""

from enum import IntEnum

from bot.domain.calendar import local_day
from bot.domain.own_page import own_page
from bot.domain.screen import View
from bot.flow.answer import NAMES
from bot.flow.look import Look, Screen, to
from bot.rendering.catalogue import LANGUAGES
from bot.rendering.own_page import own_parts


class MyDeed(IntEnum):
    """What the second number of a button on one's own screen says."""

    LANGUAGE = 1
    AWAY_TODAY = 2
    AWAY = 3
    TEST = 4
    LOST = 5


async def me(look: Look) -> Screen | None:
    """Made from the directory and the policies in force."""
    if look.numbers != (0,):
        return None
    say, schools = look.say, dict(look.known.directory.schools)
    page = own_page(look.known, look.person, local_day(look.now))
    lines: list[str] = []
    for part in own_parts(say, page, schools):
        lines += [*([""] if lines else []), part.heading, *part.lines]
    screen = Screen(lines)
    screen.rows.append(
        tuple(
            to(NAMES[code], View.ME, MyDeed.LANGUAGE, place)
            for place, code in enumerate(LANGUAGES)
            if code != look.person.language
        )
    )
    screen.button(say.say("me.button_away_today"), View.ME, MyDeed.AWAY_TODAY)
    screen.button(say.say("me.button_away"), View.ME, MyDeed.AWAY)
    screen.button(say.say("me.button_test"), View.ME, MyDeed.TEST)
    screen.button(say.say("me.button_lost"), View.ME, MyDeed.LOST)
    return screen
