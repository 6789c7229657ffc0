"""Somebody at the secure page with a browser that knows no script: follows links, presses buttons
of forms, keeps the cookie."""

import html
import re
from typing import Self

import httpx

from bot.sandbox.chats import ChatMessage
from tests.world import Phone, World

_FORM = re.compile(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">')
_OWN = re.compile(r'<button[^>]* name="(\w+)" value="([^"]*)"[^>]*>([^<]*)</button>')


class Reader:
    """One browser. `page` is what it shows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cookie = ""
        self.response = httpx.Response(200)
        self.path = ""

    @classmethod
    async def of(cls, world: World, phone: Phone, card: ChatMessage) -> Self:
        """Presses Open details on this card, then the button of the link, then the page's own."""
        reader = cls(world)
        await reader.get(await link_on(phone, card))
        await reader.press("Open it")
        return reader

    @property
    def page(self) -> str:
        return html.unescape(self.response.text)

    @property
    def status(self) -> int:
        return self.response.status_code

    def shows(self, *texts: str) -> bool:
        return all(text in self.page for text in texts)

    async def get(self, address: str) -> None:
        await self._ask("GET", address.removeprefix(str(self._world.http.base_url).rstrip("/")))

    async def press(self, button: str, **fields: str) -> None:
        """The button of a form with this text on it."""
        for action, inside in _FORM.findall(self.response.text):
            if f">{button}</button>" in html.unescape(inside):
                form = dict(_HIDDEN.findall(inside)) | fields
                own = _OWN.findall(html.unescape(inside))
                form |= {name: value for name, value, text in own if text == button}
                await self.post(html.unescape(action) or self.path, form)
                return
        raise AssertionError(f"no button {button} on {self.page}")

    async def post(self, path: str, form: dict[str, str], **headers: str) -> None:
        headers = {"sec-fetch-site": "same-origin"} | headers
        await self._ask("POST", path, data=form, headers=headers)

    async def upload(self, path: str, *files: tuple[str, str | bytes], **headers: str) -> None:
        """Choose these files in this page's form of that address, and send it."""
        token = self.page.partition('name="form" value="')[2].partition('"')[0]
        brought = [
            ("files", (name, data.encode() if isinstance(data, str) else data))
            for name, data in files
        ]
        headers = {"sec-fetch-site": "same-origin"} | headers
        await self._ask("POST", path, data={"form": token}, files=brought, headers=headers)

    async def _ask(self, method: str, path: str, **given: object) -> None:
        headers = dict(given.pop("headers", {}))  # type: ignore[call-overload]
        if self.cookie:
            headers["cookie"] = self.cookie
        self.response = await self._world.http.request(method, path, headers=headers, **given)  # type: ignore[arg-type]
        self.path = path
        for line in self.response.headers.get_list("set-cookie"):
            self.cookie = "" if "Max-Age=0" in line else line.partition(";")[0]
        await self._world.settle()
        if self.status == 303:
            await self._ask("GET", self.response.headers["location"])


async def link_on(phone: Phone, card: ChatMessage, button: str = "Open details") -> str:
    """Press Open details; the address that the card then carries."""
    await phone.press(button, card)
    [address] = [button.url for row in card.buttons for button in row if button.url]
    return str(address)
