"""The composition root: every object of the running service, built by hand and wired here.

One TaskGroup runs it and one stop event ends it, in this order: ticks, polling, presses in hand,
requests in hand, sends in flight, then Telegram's session and the database.
"""

import asyncio
import hashlib
import hmac
import importlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.domain.access import SecurePage
from bot.domain.accounts import BACK_PATH, Accounts
from bot.domain.delivery import Notifier
from bot.domain.errors import RefusedError, SettingsError, StoreError
from bot.domain.people import Channel
from bot.flow.configure import anything_in_force, read_config, take_config
from bot.flow.console_import import forget_old_uploads
from bot.flow.contain import contain_due
from bot.flow.context import CONFIG, Context, SecondWays, Stage
from bot.flow.cover_due import cover_due
from bot.flow.dispatch import Dispatcher
from bot.flow.drill_due import drill_due
from bot.flow.due_stages import due_stages
from bot.flow.escalate import escalate_due
from bot.flow.hear import Hearer, forget_old_updates
from bot.flow.identity import remember_bot
from bot.flow.lease import Lease
from bot.flow.menu import owe_new_menus
from bot.flow.offers import offers_over
from bot.flow.open_alert import hide_due
from bot.flow.outage import outage_due
from bot.flow.plan_due import plans_due
from bot.flow.raise_alerts import raise_due
from bot.flow.ready import ready_due
from bot.flow.replan import replan_due
from bot.flow.report import due_next
from bot.flow.second_ways import take_ways
from bot.flow.session import forget_old_ways_in
from bot.flow.watch import watch
from bot.scheduler import Stages, Ticks
from bot.settings import Settings, TelegramMode, UnlockCode, check_for_serving
from bot.store import schema
from bot.web.server import WebServer, web_app
from bot.web.telegram_webhook import PATH as WEBHOOK_PATH

if TYPE_CHECKING:
    from bot.connect import Connection

LEASE = "telegram"
_HOUR = 3600
_WATCH = timedelta(seconds=30)
_OF_DUE_ROWS = (
    Stage.RAISE, Stage.OUTAGE, Stage.ESCALATE, Stage.REPLAN, Stage.HIDE, Stage.CONTAIN, Stage.PLAN,
    Stage.OFFER, Stage.COVER, Stage.READY,
)  # fmt: skip
_SENDS = {Channel.EMAIL: Stage.EMAIL, Channel.SMS: Stage.SMS}
_RATES = {Channel.EMAIL: 10.0, Channel.SMS: 20.0}
"""Messages a second. GOV.UK Notify takes 3,000 a minute; a mail server is one of many's."""
log = logging.getLogger(__name__)


class App:
    """The service. `run` it; it is up when `started` is set, and ends after `stop` is set."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, *, ticking: bool = True
    ) -> None:
        """`ticking` off: whoever moves the clock calls `tick` as well."""
        check_for_serving(settings)
        self.settings = settings
        self._ticking = ticking
        self.ctx = Context.on(settings.database_url, clock)
        self.ctx.page = _secure_page(settings)
        self.started = asyncio.Event()
        self.stop = asyncio.Event()
        self.lease = Lease(self.ctx, LEASE)
        self.ctx.second = _second_ways(settings)
        self.dispatcher = Dispatcher(self.ctx, Channel.TELEGRAM, shares=self._shares)
        # Each with a pace of its own: a slow mail server never holds up Telegram.
        self.others = {
            _SENDS[way]: Dispatcher(self.ctx, way, _RATES[way], shares=self._shares)
            for way in settings.ways_beside_telegram
        }
        self.hearer = Hearer(self.ctx, hold=lambda: self.lease.hold)
        self.stages = Stages(
            {
                Stage.DRILL: lambda: drill_due(self.ctx),
                Stage.RAISE: lambda: raise_due(self.ctx),
                Stage.DISPATCH: self.dispatcher.step,
                **{stage: dispatcher.step for stage, dispatcher in self.others.items()},
                Stage.OUTAGE: lambda: outage_due(self.ctx),
                Stage.HEAR: self.hearer.step,
                Stage.ESCALATE: lambda: escalate_due(self.ctx),
                Stage.REPLAN: lambda: replan_due(self.ctx),
                Stage.HIDE: lambda: hide_due(self.ctx),
                Stage.CONTAIN: lambda: contain_due(self.ctx),
                Stage.PLAN: lambda: plans_due(self.ctx),
                Stage.OFFER: lambda: offers_over(self.ctx),
                Stage.COVER: lambda: cover_due(self.ctx),
                Stage.READY: lambda: ready_due(self.ctx),
                Stage.WATCH: self._watch,
            },
            self.ctx.beat,
        )
        self.ticks = Ticks()
        self._watched_at = self.ctx.now()
        self.web: WebServer | None = None
        self._telegram: Connection | None = None

    @property
    def url(self) -> str:
        """Where the HTTP port answers."""
        assert self.web is not None
        return self.web.url

    @property
    def in_hand(self) -> int:
        """How much is being done now: stages at work, presses handled, sends in flight."""
        senders_and_hearers: list[Hearer | Dispatcher] = [self.hearer, *self._dispatchers]
        in_flight = sum(each.in_flight for each in senders_and_hearers)
        return self.stages.in_hand + in_flight - sum(each.waiting for each in senders_and_hearers)

    @property
    def _dispatchers(self) -> list[Dispatcher]:
        return [self.dispatcher, *self.others.values()]

    async def run(self) -> None:
        """Serve until `stop` is set. SettingsError or StoreError if it cannot start. Cancelled, it
        leaves everything where it stands, as a process that is killed does."""
        try:
            telegram = await self._start()
            async with asyncio.TaskGroup() as group:
                for loop in self.stages.loops.values():
                    group.create_task(loop.run())
                hearing = group.create_task(self._hear_from(telegram))
                if self._ticking:
                    self._start_ticks()
                # What an outage left overdue has a minute (I7): until then nothing is broken by it.
                at_once = (s for s in Stage if s is not Stage.WATCH or self.ctx.trouble)
                self.stages.wake(at_once)
                self.started.set()
                await self.stop.wait()
                self.ticks.stop()
                hearing.cancel()
                await self.hearer.drain()
                await self._stop_web()
                self.stages.stop()
            for dispatcher in self._dispatchers:
                await dispatcher.drain()
        except BaseException:
            for dispatcher in self._dispatchers:
                await dispatcher.abandon()
            await self.hearer.abandon()
            raise
        finally:
            await self._close()

    # --- start ---

    async def _start(self) -> "Connection":
        """The HTTP port first: Telegram's library takes seconds to load, notices need not wait."""
        await schema.check(self.settings.database_url)
        await self._take_config()
        await take_ways(self.ctx)
        self.ctx.store.on_wake = self._wake
        secret = ""
        if self.settings.telegram_mode is TelegramMode.WEBHOOK:
            secret = self.settings.telegram_webhook_secret.get_secret_value()
        receipts = self.settings.notify_callback_token.get_secret_value()
        self.ctx.accounts = await _accounts(self.settings, self.ctx.clock)
        app = web_app(self.ctx, self.settings.partner_rate, secret, receipts)
        self.web = WebServer(app, self.settings.http_host, self.settings.http_port)
        await self.web.start()
        # In a thread, so that the port answers meanwhile.
        module = await asyncio.to_thread(importlib.import_module, "bot.connect")
        token = self.settings.telegram_token.get_secret_value()
        telegram: Connection = module.connect(
            self.ctx, self.lease, token, self.settings.telegram_api
        )
        self._telegram = telegram
        self.ctx.notifiers = {Channel.TELEGRAM: telegram.notifier, **await self._second()}
        self.hearer.handle = telegram.handle
        self.ctx.launched = telegram.launched
        if username := await telegram.who_am_i():
            await remember_bot(self.ctx, username)
        await owe_new_menus(self.ctx)
        await self.lease.renew()
        return telegram

    async def _second(self) -> dict[Channel, Notifier]:
        if self.ctx.second is None:
            return {}
        module = await asyncio.to_thread(importlib.import_module, "bot.second")
        built: dict[Channel, Notifier] = module.second_notifiers(self.settings, self.ctx.clock)
        return built

    def _wake(self, names: Iterable[str]) -> None:
        """Whoever puts something in the outbox need not know by which way it goes."""
        woken = set(names)
        self.stages.wake([*woken, *self.others] if Stage.DISPATCH in woken else woken)

    async def _take_config(self) -> None:
        """Put changed files of CONFIG_DIR in force. Broken ones stop a first start; once versions
        are in force the service goes on with those and says so, since a slip in a file must not
        silence it (docs/adr/0007-a-broken-file-never-takes-the-service-down.md)."""
        try:
            files = read_config(self.settings.config_dir)
        except (SettingsError, RefusedError) as error:
            if not await anything_in_force(self.ctx):
                raise
            log.error("config was not read, what was in force stays", extra={"why": str(error)})
            self.ctx.trouble.add(f"{CONFIG}not_read")
        else:
            await take_config(self.ctx, files)

    async def _hear_from(self, telegram: "Connection") -> None:
        await telegram.set_menu()
        if self.settings.telegram_mode is TelegramMode.WEBHOOK:
            url = self.settings.public_url.rstrip("/") + WEBHOOK_PATH
            secret = self.settings.telegram_webhook_secret.get_secret_value()
            await telegram.use_webhook(url, secret)
        else:
            await telegram.poll()

    # --- run ---

    def _shares(self) -> bool:
        return self.lease.others

    async def _watch(self) -> bool:
        """What has just come due, all at once after a leap of the clock, is being done this moment:
        it is no broken promise."""
        await self.stages.at_rest(_OF_DUE_ROWS)
        await watch(self.ctx)
        return False

    async def _renew(self) -> None:
        held = self.lease.held
        if await self.lease.keep(lambda: self.hearer.in_flight) and not held:
            log.info("this worker now hears Telegram", extra={"fence": self.lease.fence})
            self.stages.wake([Stage.HEAR])

    async def _hourly(self) -> None:
        await watch(self.ctx, history=True)
        await forget_old_updates(self.ctx)
        await forget_old_ways_in(self.ctx)
        await forget_old_uploads(self.ctx)

    async def tick(self) -> None:
        """The scheduler's ticks, for whoever moves the clock by hand."""
        await self._renew()
        self.stages.wake([Stage.DISPATCH, *self.others])
        if self.ctx.now() >= self._watched_at + _WATCH:
            self._watched_at = self.ctx.now()
            self.stages.wake_all()
        else:
            await self._look()

    async def _look(self) -> None:
        """Wake whoever has something due; where that cannot be seen, all see for themselves."""
        try:
            due = await due_stages(self.ctx)
        except StoreError:
            due = set(Stage) - {Stage.WATCH}
        self.stages.wake(due)

    async def _free(self) -> None:
        with suppress(StoreError):  # it is tried again at once
            if ended := await self.ctx.store.end_frozen():
                log.warning("frozen transactions were ended", extra={"count": ended})

    async def due_next(self) -> dict[str, datetime]:
        """What is due next, of each kind that waits."""
        return await due_next(self.ctx)

    def _start_ticks(self) -> None:
        """Wake-ups make a stage prompt, these make it certain."""

        def waking(*names: Stage) -> Callable[[], Awaitable[None]]:
            async def tick() -> None:
                self.stages.wake(names)

            return tick

        self.ticks.every(0.25, "dispatch", waking(Stage.DISPATCH, *self.others))
        self.ticks.every(1, "look", self._look)
        self.ticks.every(1, "free", self._free)
        self.ticks.every(self.ctx.lease_seconds / 3, "lease", self._renew)
        self.ticks.every(_WATCH.total_seconds(), "all and watch", waking(*Stage))
        self.ticks.every(_HOUR, "hourly", self._hourly)
        self.ticks.start()

    # --- stop ---

    async def _stop_web(self) -> None:
        if self.web is not None:
            await self.web.stop()
            self.web = None

    async def _close(self) -> None:
        self.ticks.stop()
        await self._stop_web()
        if self._telegram is not None:
            await self._give_up_lease()
            await self._telegram.close()
        await self.ctx.store.close()

    async def _give_up_lease(self) -> None:
        """Another worker may poll at once; if this cannot be said, the lease runs out by itself."""
        try:
            await self.lease.give_up()
        except Exception as error:
            log.info("the lease was not given up", extra={"why": type(error).__name__})


def _second_ways(settings: Settings) -> SecondWays | None:
    ways = settings.ways_beside_telegram
    return SecondWays(ways, settings.desk_phone) if ways else None


async def _accounts(settings: Settings, clock: Clock) -> Accounts | None:
    """The authority's own accounts, where they are set up; what asks them loads only then."""
    if not settings.oidc_issuer:
        return None
    module = await asyncio.to_thread(importlib.import_module, "bot.oidc")
    secret = settings.oidc_client_secret.get_secret_value()
    back = settings.page_url + BACK_PATH
    built: Accounts = module.OidcAccounts(
        settings.oidc_issuer, settings.oidc_client_id, secret, back, clock
    )
    return built


def _secure_page(settings: Settings) -> SecurePage | None:
    """Links are signed with a key that every worker makes from what all of them know, and that no
    copy of the database holds."""
    if not settings.page_url:
        return None
    token = settings.telegram_token.get_secret_value().encode()
    key = hmac.digest(token, b"encompass: links to the secure page", hashlib.sha256)
    return SecurePage(settings.page_url, key, settings.unlock_code is UnlockCode.REQUIRED)
