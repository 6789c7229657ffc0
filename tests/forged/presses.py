"""Callback data and cards as a forger makes them up, and the rule by which one is no forgery."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.forged.town import Town

_SINGLE = re.compile(r"([arth]):(\d{1,18})", re.ASCII)
_OPEN = re.compile(r"[op]:(\d{1,18})(?::\d{1,18})*", re.ASCII)
_DECIDE = re.compile(r"t:(\d{1,18}):\d{1,18}", re.ASCII)
_ANSWER = re.compile(r"(?:c:(\d{1,18})|n:(\d{1,18})(?::\d{1,18})?)", re.ASCII)
_PLAN = re.compile(r"k:(\d{1,18})(?::\d{1,18})?", re.ASCII)
_NURSES = re.compile(r"(?:y:(\d{1,18})|w:(\d{1,18})(?::\d{1,18})?)", re.ASCII)
_UNDO = re.compile(r"u:(\d{1,18})", re.ASCII)
_ASK = re.compile(r"q:(\d{1,18})(?::\d{1,18}){0,3}", re.ASCII)
_AT_THE_DESK = re.compile(r"i:(\d{1,18})|s:(\d{1,18}):\d{1,18}", re.ASCII)
_CONFIRM = re.compile(r"([vxd]|c[wabp]|rl):(\d{1,18})(?::\d{1,18})?", re.ASCII)
_SCREEN = re.compile(r"m[slbdcrgpnhm](?::\d{1,18})*", re.ASCII)
OF_THE_DESK = ("triage", "question")
_VERBS = [
    "o", "a", "r", "h", "t", "p", "d", "v", "x", "l", "n", "c", "e", "k", "u", "w", "y",
    "q", "s", "i", "O", "A", "é", "cw", "ca", "cb", "cp", "rl",
    "ms", "ml", "mb", "md", "mc", "mr", "mg", "mp", "mn", "mh", "mm", "mz",
]  # fmt: skip
_ODD = (
    "", ":", "::", "o", "o:", "a: 1", "o:+1", "o:-1", "o:1.0", "o:0x1", "a:١", "o:¹", "o:１",
    "a:9223372036854775808", "o:" + "9" * 61, "🙂" * 16, "x" * 64, "o:\u202e1",
    "o:1;drop table alerts",
    "l:", "l:fr", "l:en:cy", "a\x00:1", "o:1\n", "../../a:1", "%61:1", "{'a': 1}", "null",
)  # fmt: skip


@dataclass(frozen=True)
class Forged:
    """A press: whose account, on which of the bot's messages, with what."""

    name: str
    message_id: int | None
    data: str

    def raw(self, town: Town, update_id: int) -> dict[str, Any]:
        """The update as Telegram sends it."""
        person = town.world.phone(self.name).sandbox.person.as_json()
        chat = {"id": person["id"], "type": "private", "first_name": person["first_name"]}
        query = {"id": str(update_id), "from": person, "chat_instance": "1", "data": self.data}
        if self.message_id is not None:
            query["message"] = {"message_id": self.message_id, "chat": chat, "date": 0}
        return {"update_id": update_id, "callback_query": query}


def is_no_forgery(town: Town, press: Forged) -> bool:
    """Whether somebody presses what they may, be it stale: they get a kind answer, or an action.
    Everything else is to be answered as if nothing were there."""
    name, data = press.name, press.data
    if name not in town.roles and name != "Elin":  # Elin is enrolled, and not yet eligible
        return False
    if data in ("l:en", "l:cy"):
        return True
    if found := _OPEN.fullmatch(data):
        return town.may(name, int(found[1]))
    if found := _DECIDE.fullmatch(data):
        number = int(found[1])
        return town.may(name, number) and town.duties[number].leg == "triage"
    if found := _SINGLE.fullmatch(data):
        if found[1] == "h":
            mine = town.world.phone(name).sandbox.chat.messages
            return press.message_id in {m.message_id for m in mine.values() if m.from_bot}
        number = int(found[2])
        asks = town.may(name, number)
        return (
            asks
            and found[1] != "t"
            and not (found[1] == "a" and town.duties[number].leg in OF_THE_DESK)
        )
    if found := _ANSWER.fullmatch(data):
        number = int(found[1] or found[2])
        return town.may(name, number) and town.duties[number].leg not in OF_THE_DESK
    for shape, legs in ((_PLAN, "school"), (_NURSES, "nurse"), (_UNDO, "school nurse")):
        if found := shape.fullmatch(data):
            number = int(next(group for group in found.groups() if group))
            duty = town.duties.get(number)
            return town.may(name, number) and duty is not None and (duty.over or duty.leg in legs)
    if found := _ASK.fullmatch(data):
        number = int(found[1])
        return town.may(name, number) and town.duties[number].leg not in OF_THE_DESK
    if found := _AT_THE_DESK.fullmatch(data):
        number = int(found[1] or found[2])
        return town.may(name, number) and town.duties[number].leg == "question"
    if found := _CONFIRM.fullmatch(data):
        if found[1] == "d":
            return name == "Coordinator"
        return town.proposals.get(press.message_id or 0) == (name, found[1])
    if _SCREEN.fullmatch(data):
        return town.proposals.get(press.message_id or 0) == (name, "m")
    return False


def presses(town: Town, seed: int, count: int) -> Iterator[Forged]:
    """So many that are to change nothing: every prefix with every kind of number, real presses of
    others replayed to the letter, wrong cards, wrong people."""
    draw = random.Random(seed)
    messages = [m for name in town.everybody for m in town.world.phone(name).sandbox.received]
    real = [
        (m.message_id, b.data)
        for m in messages
        for version in m.history
        for row in version.buttons
        for b in row
        if b.data
    ]
    numbers = [*map(str, town.duties), "0", "404", "-1", "٣", "999999999999999999", "1e3", ""]
    while count:
        card = draw.choice([*(m.message_id for m in messages), 1, 10**12, None])
        match draw.randrange(4):
            case 0:  # somebody else's press, to the letter
                card, data = draw.choice(real)
            case 1:
                data = draw.choice(_ODD)
            case 2:
                data = _flipped(draw, draw.choice(real)[1])
            case _:
                parts = [
                    draw.choice(_VERBS),
                    *draw.choices(numbers, k=draw.choice((1, 1, 1, 2, 2, 3))),
                ]
                data = ":".join(parts)
        press = Forged(draw.choice(town.everybody), card, data[:64])
        if not is_no_forgery(town, press):
            count -= 1
            yield press


def _flipped(draw: random.Random, data: str) -> str:
    """One bit of one character changed."""
    at = draw.randrange(len(data))
    return data[:at] + chr(ord(data[at]) ^ 1 << draw.randrange(7)) + data[at + 1 :]
