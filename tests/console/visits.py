"""Coming into the console as people do: `/console` in the chat, the link's press, and the pages."""

from typing import cast

from fastapi.routing import APIRoute

from bot.flow.context import Context
from bot.sandbox.chats import ChatMessage
from bot.web.console import Console, frame_pages
from bot.web.console_pages import CONSOLE_PAGES
from tests.page.reader import Reader
from tests.world import Phone, World

CODE = "294713"
_FILLED = {
    "alert": "1", "number": "1", "code": "9992001", "leg": "school", "name": "porth-awel",
}  # fmt: skip
"""What stands in an address for each of its gaps: a gap that is new here has to be named."""


def addresses(method: str) -> list[str]:
    """Every address of the console that takes this method, its gaps filled."""
    console = Console(cast(Context, None))
    routes = [route for pages in (frame_pages, *CONSOLE_PAGES) for route in pages(console).routes]
    return [
        route.path.format(**_FILLED)
        for route in routes
        if isinstance(route, APIRoute) and method in (route.methods or ())
    ]


async def asks_for_it(world: World, name: str) -> tuple[Phone, ChatMessage]:
    """Write /console; the message that comes."""
    phone = world.phone(name)
    await phone.says("/console")
    return phone, phone.expects("console.here")


def link_in(message: ChatMessage) -> str:
    [address] = [button.url for row in message.buttons for button in row if button.url]
    return str(address)


async def enters(world: World, name: str) -> Reader:
    """At Today, signed in by a fresh link."""
    _, message = await asks_for_it(world, name)
    reader = Reader(world)
    await reader.get(link_in(message))
    await reader.press("Open it")
    return reader


async def steps_up(reader: Reader) -> None:
    """Give the unlock code, chosen at the first time."""
    back = reader.path
    await reader.get("/console/unlock")
    again = {"again": CODE} if 'name="again"' in reader.page else {}
    await reader.press("Go on", code=CODE, **again)
    await reader.get(back)


def token_of(reader: Reader) -> str:
    return reader.page.partition('name="form" value="')[2].partition('"')[0]
