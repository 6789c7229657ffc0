"""The same sandbox for a rig in another process: a few addresses over the Python API.

    GET  /sandbox/ledger?since=INDEX   {"accepted": […], "refused": […], "next": INDEX}
    GET  /sandbox/state                {"resting", "working", "waiting_updates", "unsupported",
                                        "counts", "floods_earned"}
    GET  /sandbox/chats/CHAT_ID        {"messages": […]}: both sides, the deleted ones too
    POST /sandbox/control              {"do": VERB, …}, always as application/json

    person      user_id, first_name?, language_code?, username?      a person exists
    start       user_id, payload?                                    -> {"message_id"}
    say         user_id, text                                        -> {"message_id"}
    press       user_id, button, message_id?                         -> {"press": ID}
    press_data  user_id, data, message_id?                           -> {"press": ID}
    answer      press                            -> {"pending", "text", "show_alert"}
    block · unblock · deactivate   user_id
    fault       kind (answer, error, flood, delay, reset, hold, down, duplicate_updates,
                reorder_updates, withhold_updates) and that method's parameters -> {"fault": ID}
    lift        fault                                                 one fault is over
    clear                                                             all are
    limit       overall, per_chat                (null: no limit)     other limits from now on

What cannot be done is answered with 400 and {"error": …}. Requests must name a loopback host: a
web page elsewhere that has its name resolved to this machine gets nothing.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.chats import ChatMessage
from bot.sandbox.limits import Limits
from bot.sandbox.loopback import names_loopback
from bot.sandbox.presses import Press

if TYPE_CHECKING:
    from bot.sandbox.bot_api import Sandbox
    from bot.sandbox.phones import SandboxPhone

_FAULTS = frozenset(
    {
        "answer", "error", "flood", "delay", "reset", "hold", "down",
        "duplicate_updates", "reorder_updates", "withhold_updates",
    }
)  # fmt: skip

Given = dict[str, Any]


class Control:
    """Answers `/sandbox/…`. None of it counts as the bot's, nor is any of it struck by faults."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._verbs: dict[str, Callable[[Given], Given | None]] = {
            "person": self._person,
            "start": lambda given: _posted(self._phone(given).start(given.get("payload", ""))),
            "say": lambda given: _posted(self._phone(given).say(given["text"])),
            "press": self._press,
            "press_data": self._press_data,
            "answer": self._answer,
            "block": lambda given: self._phone(given).block(),
            "unblock": lambda given: self._phone(given).unblock(),
            "deactivate": lambda given: self._phone(given).deactivate(),
            "fault": self._fault,
            "lift": lambda given: sandbox.faults.lift(given["fault"]),
            "clear": lambda _: sandbox.faults.clear(),
            "limit": lambda given: sandbox.limit(Limits(**given)),
        }

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        if not names_loopback(request.headers.get("Host", "")):
            return web.json_response({"error": "the sandbox answers to loopback only"}, status=403)
        try:
            if request.method == "POST" and path == "/sandbox/control":
                return web.json_response(await self._do(request))
            if request.method == "GET":
                return web.json_response(self._read(request, path.removeprefix("/sandbox/")))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            says = f"{type(error).__name__}: {error}"
            return web.json_response({"error": says}, status=400)
        return web.json_response({"error": "there is nothing here"}, status=404)

    def _read(self, request: web.BaseRequest, what: str) -> Given:
        sandbox = self._sandbox
        if what == "ledger":
            return sandbox.ledger.as_json(int(request.query.get("since", "0")))
        if what == "state":
            return {
                "resting": sandbox.resting,
                "working": sandbox.working,
                "waiting_updates": sandbox.waiting_updates,
                "unsupported": [error.description for error in sandbox.unsupported],
                "counts": sandbox.ledger.counts(),
                "floods_earned": sandbox.ledger.floods_earned,
            }
        place, _, chat_id = what.partition("/")
        if place != "chats":
            raise LookupError(f"there is no {what}")
        known = self._sandbox.phones | self._sandbox.groups
        return {"messages": [_shown(m) for m in known[int(chat_id)].chat.messages.values()]}

    async def _do(self, request: web.BaseRequest) -> Given:
        # A page elsewhere can post a form here, but not JSON without asking first.
        if request.content_type != "application/json":
            raise ValueError("control speaks application/json")
        given = json.loads(await request.read())
        if not isinstance(given, dict):
            raise ValueError("control takes an object")
        verb = given.pop("do")
        if verb not in self._verbs:
            raise LookupError(f"unknown verb {verb!r}, known: {', '.join(self._verbs)}")
        return self._verbs[verb](given) or {}

    def _phone(self, given: Given) -> "SandboxPhone":
        return self._sandbox.phones[given["user_id"]]

    def _person(self, given: Given) -> Given:
        return {"user_id": self._sandbox.person(**given).id}

    def _press(self, given: Given) -> Given:
        return _pressed(self._phone(given).press(given["button"], self._message(given)))

    def _press_data(self, given: Given) -> Given:
        return _pressed(self._phone(given).press_data(given["data"], self._message(given)))

    def _message(self, given: Given) -> ChatMessage | None:
        message_id = given.get("message_id")
        return None if message_id is None else self._phone(given).chat.messages[message_id]

    def _answer(self, given: Given) -> Given:
        answer = self._sandbox.presses.by_id[given["press"]].answer
        if answer is None:
            return {"pending": True, "text": None, "show_alert": None}
        return {"pending": False, "text": answer.text, "show_alert": answer.show_alert}

    def _fault(self, given: Given) -> Given:
        kind = given.pop("kind")
        if kind not in _FAULTS:
            raise LookupError(f"unknown fault {kind!r}")
        return {"fault": getattr(self._sandbox.faults, kind)(**given).id}


def _posted(message: ChatMessage) -> Given:
    return {"message_id": message.message_id}


def _pressed(press: Press) -> Given:
    return {"press": press.id}


def _shown(message: ChatMessage) -> Given:
    return {
        "message_id": message.message_id,
        "from_bot": message.from_bot,
        "text": message.text,
        "buttons": [[button._asdict() for button in row] for row in message.buttons],
        "protect": message.protect,
        "silent": message.silent,
        "sent_at": message.sent_at.isoformat(),
        "edited_at": message.edited_at and message.edited_at.isoformat(),
        "deleted": message.deleted,
        "history": [
            {"text": version.text, "at": version.at.isoformat()} for version in message.history
        ],
    }
