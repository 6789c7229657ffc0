"""The sandbox: a Bot API server on loopback, in this process, for one bot.

    async with Sandbox(clock) as sandbox:
        session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url))
        bot = Bot(sandbox.token, session=session)
        mair = sandbox.person(42, first_name="Mair")

It is strict where Telegram is, refuses aloud what it does not play, and never listens or speaks
beyond loopback. Time is the injected clock's: limits, long polls, expiry, retries and delays.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.clock import Clock
from bot.sandbox.calls import Calls
from bot.sandbox.chats import GroupChat, Person, PrivateChat
from bot.sandbox.cloud import USERNAME, Cloud
from bot.sandbox.control import Control
from bot.sandbox.groups import SandboxGroup
from bot.sandbox.limits import TELEGRAMS, FloodGate, Limits
from bot.sandbox.loopback import is_loopback
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.profile import Profile
from bot.sandbox.refusals import UnplayedError
from bot.sandbox.updates import PRESS_LIFETIME

TOKEN = "4242424242:sandbox-token-that-opens-nothing"  # noqa: S105 - opens this sandbox only
"""What a sandbox answers to unless told otherwise."""


class Sandbox:
    """One bot's Telegram with its people, its faults and its ledger. Start it once."""

    username = USERNAME

    def __init__(
        self,
        clock: Clock,
        *,
        token: str = TOKEN,
        limits: Limits = TELEGRAMS,
        press_lifetime: timedelta = PRESS_LIFETIME,
    ) -> None:
        self.clock = clock
        self.token = token
        self.url = ""
        """Base address once started, as `TelegramAPIServer.from_base` and our settings take it."""
        self.phones: dict[int, SandboxPhone] = {}
        self.groups: dict[int, SandboxGroup] = {}
        self.page: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] | None = None
        """What answers at the same address all that is neither Telegram's nor the control's."""
        self._cloud = Cloud(clock, token, limits, press_lifetime)
        self._calls = Calls(self._cloud)
        self._control = Control(self)
        self._runner: web.ServerRunner | None = None
        self.faults = self._cloud.faults
        self.ledger = self._cloud.ledger
        self.presses = self._cloud.presses

    # People -------------------------------------------------------------------------------------

    def person(
        self,
        user_id: int,
        first_name: str = "",
        language_code: str | None = None,
        username: str | None = None,
    ) -> SandboxPhone:
        """The phone of this person, who exists from now on and has not started the bot. Asked for
        again it is the same phone, and the details of the first time stand."""
        if user_id <= 0:
            raise ValueError("a person's id is positive")
        phone = self.phones.get(user_id)
        if phone is None:
            person = Person(user_id, first_name or f"Person {user_id}", language_code, username)
            chat = PrivateChat(person, self._cloud.bot)
            self._cloud.chats.add(chat)
            phone = self.phones[user_id] = SandboxPhone(self._cloud, chat)
        return phone

    def group(self, chat_id: int, title: str = "A group") -> SandboxGroup:
        """The group of this number, which exists from now on, without the bot."""
        if chat_id >= 0:
            raise ValueError("a group's id is negative")
        group = self.groups.get(chat_id)
        if group is None:
            chat = GroupChat(chat_id, title, self._cloud.bot)
            self._cloud.chats.add(chat)
            group = self.groups[chat_id] = SandboxGroup(self._cloud, chat)
        return group

    # What a harness asks ------------------------------------------------------------------------

    @property
    def working(self) -> int:
        """Requests in work. Long polls, and calls that a fault makes wait for the clock or for a
        hand, are parked and not counted: nothing more comes of them until somebody moves."""
        return self._cloud.work.busy

    @property
    def waiting_updates(self) -> int:
        """Updates that are not yet confirmed by a later offset, nor taken by the webhook."""
        return len(self._cloud.updates)

    @property
    def resting(self) -> bool:
        """Nothing is in work and every update has been heard."""
        return self.working == 0 and self.waiting_updates == 0

    @property
    def unsupported(self) -> list[UnplayedError]:
        """What was asked for that Telegram has and the sandbox does not play. A test whose world
        ends with an entry here has tested nothing."""
        return self._calls.unplayed

    @property
    def profile(self) -> Profile:
        """The bot's commands and menu buttons."""
        return self._calls.profile

    def limit(self, limits: Limits) -> None:
        """Other limits from now on, with windows that are empty."""
        self._cloud.gate = FloodGate(limits)

    # The server ---------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on loopback, and on nothing else; port 0 takes a free one."""
        if not is_loopback(host):
            raise ValueError(f"the sandbox listens on loopback only, not on {host}")
        server = web.Server(self._serve, access_log=None, keepalive_timeout=3600)
        # What is open at the end was given up before: there is nobody to wait for.
        self._runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        number, taken = self._runner.addresses[0][:2]
        self.url = f"http://[{number}]:{taken}" if ":" in number else f"http://{number}:{taken}"

    async def stop(self) -> None:
        """Give up on every open call and stop listening; what was remembered stays readable."""
        if self._runner is not None:
            await self._calls.stop()
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if "%" in path:
            path = request.path
        if path.startswith("/sandbox/"):
            return await self._control.answer(request, path)
        if self.page is not None and not path.startswith("/bot"):
            return await self.page(request)
        return await self._calls.answer(request, path, query)
