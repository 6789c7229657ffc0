"""One call from the wire to its answer: who asks, what for, what goes wrong on the way."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import Cloud
from bot.sandbox.faults import Fault, Kind
from bot.sandbox.messages import Messages
from bot.sandbox.methods import Call, decoded, spelled
from bot.sandbox.polling import WEBHOOK_ACTIVE, Polling
from bot.sandbox.profile import Profile
from bot.sandbox.refusals import ApiError, UnplayedError, conflict, not_found, unauthorized
from bot.sandbox.requests import parameters_of
from bot.sandbox.webhook import Webhook

_HEADERS = {"Content-Type": "application/json", "Server": "encompass-sandbox"}
_RESET = struct.pack("ii", 1, 0)


class Calls:
    """Answers `/bot<token>/<method>` (Bot API: making requests), and knows what is still open."""

    def __init__(self, cloud: Cloud) -> None:
        self.unplayed: list[UnplayedError] = []
        self.profile = Profile(cloud)
        self.polling = Polling(cloud)
        self.webhook = Webhook(cloud, self.polling, self.unplayed)
        self._cloud = cloud
        self._prefix = f"/bot{cloud.token}/"
        self._open: dict[asyncio.Task[Any], web.BaseRequest] = {}
        self._players = self._table(Messages(cloud))
        cloud.faults.on_down = self.cut_all

    async def answer(self, request: web.BaseRequest, path: str, query: str) -> web.Response:
        """What Telegram says to this request. It is carried out even if nobody waits any more."""
        faults = self._cloud.faults
        if faults.standing and faults.claim(Kind.DOWN):
            return self._cut(request, path.rpartition("/")[2], None)
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = request
        self._cloud.work.busy += 1
        method = path.rpartition("/")[2]
        try:
            if not path.startswith(self._prefix):
                raise unauthorized() if path.startswith("/bot") else not_found()
            method = spelled(path.removeprefix(self._prefix))
            call = decoded(method, await parameters_of(request, query))
            fault = faults.strike(method, call.args.get("chat_id")) if faults.standing else None
            if fault is not None:
                return await self._spoiled(request, call, fault)
            return await self._carried_out(request, call)
        except ApiError as error:
            return self._refused(method, None, error)
        finally:
            self._cloud.work.busy -= 1
            del self._open[task]

    def cut_all(self) -> None:
        """Close every connection that waits for something."""
        self.polling.end(None)
        for request in self._open.values():
            _reset(request)

    async def stop(self) -> None:
        """Give up on every call that is still open."""
        self.webhook.stop()
        tasks = tuple(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _table(self, messages: Messages) -> dict[str, Callable[[dict[str, Any]], Any]]:
        return {
            "getMe": self.profile.get_me,
            "setWebhook": self.webhook.set,
            "deleteWebhook": self.webhook.delete,
            "getWebhookInfo": self.webhook.info,
            "sendMessage": messages.send,
            "editMessageText": messages.edit_text,
            "editMessageReplyMarkup": messages.edit_buttons,
            "deleteMessage": messages.delete,
            "answerCallbackQuery": self._answer_press,
            "setMyCommands": self.profile.set_commands,
            "getMyCommands": self.profile.get_commands,
            "deleteMyCommands": self.profile.delete_commands,
            "setChatMenuButton": self.profile.set_menu_button,
            "leaveChat": self.profile.leave_chat,
        }

    def _answer_press(self, args: dict[str, Any]) -> bool:
        press = self._cloud.presses.answer(args)
        message_id = press.message.message_id if press.message else None
        self._cloud.accept("answerCallbackQuery", press.person.id, message_id, args.get("text"))
        return True

    async def _get_updates(
        self, request: web.BaseRequest, args: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if self.webhook.target is not None:
            raise conflict(WEBHOOK_ACTIVE)
        return await self.polling.get(args, lambda: _is_gone(request))

    async def _carried_out(self, request: web.BaseRequest, call: Call) -> web.Response:
        try:
            if call.method == "getUpdates":
                result: Any = await self._get_updates(request, call.args)
            else:
                result = self._players[call.method](call.args)
        except ApiError as error:
            return self._refused(call.method, call.args.get("chat_id"), error)
        return _response({"ok": True, "result": result}, 200)

    async def _spoiled(self, request: web.BaseRequest, call: Call, fault: Fault) -> web.Response:
        response = await self._carried_out(request, call) if fault.accepted else None
        match fault.kind:
            case Kind.DELAY if fault.real:
                await asyncio.sleep(fault.seconds)
            case Kind.DELAY:
                with self._cloud.work.parked():
                    await self._cloud.clock.sleep(fault.seconds)
            case Kind.HOLD:
                with self._cloud.work.parked():
                    await fault.lifted.wait()
            case Kind.RESET:
                return self._cut(request, call.method, call.args.get("chat_id"))
            case _:
                return self._injected(call, fault)
        return response if response is not None else await self._carried_out(request, call)

    def _injected(self, call: Call, fault: Fault) -> web.Response:
        if fault.status >= 400:
            chat_id, says = call.args.get("chat_id"), fault.body.decode(errors="replace")
            self._record(call.method, chat_id, fault.status, says, injected=True)
        headers = {"Content-Type": fault.content_type}
        return web.Response(body=fault.body, status=fault.status, headers=headers)

    def _refused(self, method: str, chat_id: int | str | None, error: ApiError) -> web.Response:
        if isinstance(error, UnplayedError):
            self.unplayed.append(error)
        self._record(method, chat_id, error.code, error.description)
        return _response(error.body(), error.code)

    def _cut(
        self, request: web.BaseRequest, method: str, chat_id: int | str | None
    ) -> web.Response:
        self._record(method, chat_id, 0, "connection cut", injected=True)
        _reset(request)
        return web.Response()  # nobody is there to read it

    def _record(
        self,
        method: str,
        chat_id: int | str | None,
        code: int,
        says: str,
        *,
        injected: bool = False,
    ) -> None:
        now = self._cloud.clock.now()
        self._cloud.ledger.refuse(method, chat_id, code, says, now, injected=injected)


def _response(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, headers=_HEADERS)


def _is_gone(request: web.BaseRequest) -> bool:
    return request.transport is None or request.transport.is_closing()


def _reset(request: web.BaseRequest) -> None:
    """Close without a word: the peer sees a reset, not an orderly end."""
    transport = request.transport
    if transport is not None and not transport.is_closing():
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
