"""Updates brought to the bot (Bot API: setWebhook). Loopback only: nothing ever leaves here."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from bot.sandbox.cloud import Cloud
from bot.sandbox.loopback import leads_to_loopback
from bot.sandbox.polling import WEBHOOK_SET, Polling
from bot.sandbox.refusals import UnplayedError, bad_request
from bot.sandbox.updates import Waiting
from bot.sandbox.waits import first_of

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=60)
ANSWER_WITHIN = timedelta(seconds=60)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}|")


@dataclass(slots=True)
class Target:
    """Where updates go, and how it has fared."""

    url: str
    secret: str
    max_connections: int
    last_error: dict[str, Any]


class Webhook:
    """Delivers in order, one at a time; what is not answered with 2xx is tried again, at growing
    pauses on the sandbox's clock, until it expires."""

    def __init__(self, cloud: Cloud, polling: Polling, unplayed: list[UnplayedError]) -> None:
        self.target: Target | None = None
        self._cloud = cloud
        self._polling = polling
        self._unplayed = unplayed
        self._task: asyncio.Task[None] | None = None

    def set(self, args: dict[str, Any]) -> bool:
        """Bot API: setWebhook. An empty address removes it."""
        if not args["url"]:
            return self.delete(args)
        secret, connections = args.get("secret_token", ""), args.get("max_connections", 40)
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if not 1 <= connections <= 100:
            raise bad_request('parameter "max_connections" must be from 1 to 100')
        if not leads_to_loopback(args["url"]):
            raise bad_request("bad webhook: THE SANDBOX CALLS LOOPBACK ADDRESSES ONLY")
        if "allowed_updates" in args:
            self._cloud.updates.allow(args["allowed_updates"])
        self._drop_if_asked(args)
        self._polling.end(WEBHOOK_SET)
        self.stop()
        self.target = Target(args["url"], secret, connections, {})
        self._task = asyncio.create_task(self._run(self.target))
        self._cloud.accept("setWebhook")
        return True

    def delete(self, args: dict[str, Any]) -> bool:
        """Bot API: deleteWebhook. Back to getUpdates; what waits stays, unless told otherwise."""
        self.stop()
        self.target = None
        self._drop_if_asked(args)
        self._cloud.accept("deleteWebhook")
        return True

    def info(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Bot API: getWebhookInfo."""
        pending = {
            "has_custom_certificate": False,
            "pending_update_count": len(self._cloud.updates),
        }
        allowed = list(self._cloud.updates.allowed)
        rest = {"allowed_updates": allowed} if allowed else {}
        if self.target is None:
            return {"url": "", **pending, **rest}
        return {
            "url": self.target.url,
            **pending,
            "max_connections": self.target.max_connections,
            **self.target.last_error,
            **rest,
        }

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _drop_if_asked(self, args: dict[str, Any]) -> None:
        if args.get("drop_pending_updates"):
            self._cloud.updates.clear()

    async def _run(self, target: Target) -> None:
        updates = self._cloud.updates
        timeout = aiohttp.ClientTimeout(total=None)  # the sandbox's clock keeps the time
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                updates.arrived.clear()
                for waiting in updates.batch(100):
                    await self._deliver(session, target, waiting)
                    updates.settle(waiting)
                await updates.arrived.wait()

    async def _deliver(
        self, session: aiohttp.ClientSession, target: Target, waiting: Waiting
    ) -> None:
        pause, clock = FIRST_PAUSE, self._cloud.clock
        while clock.now() < waiting.expires_at:
            await self._cloud.faults.until_up()
            said = ["Read timeout expired"]
            await first_of(
                self._post(session, target, waiting.update, said),
                clock.sleep(ANSWER_WITHIN.total_seconds(), idle=True),
            )
            if not said:
                return
            target.last_error = {
                "last_error_date": int(clock.now().timestamp()),
                "last_error_message": said[0],
            }
            await clock.sleep_until(clock.now() + pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _post(
        self, session: aiohttp.ClientSession, target: Target, update: Any, said: list[str]
    ) -> None:
        """Bring one update; `said` is emptied when it was taken, else holds what went wrong."""
        headers = {SECRET_HEADER: target.secret} if target.secret else {}
        try:
            async with session.post(target.url, json=update, headers=headers) as response:
                body = await response.read()
        except aiohttp.ClientError as error:
            said[:] = [f"Connection failed: {type(error).__name__}"]
            return
        if not 200 <= response.status < 300:
            said[:] = [f"Wrong response from the webhook: {response.status} {response.reason}"]
            return
        if b'"method"' in body:  # Telegram would carry the call out; here it must not vanish
            self._unplayed.append(UnplayedError("setWebhook", "a call in the webhook's answer"))
        said.clear()
