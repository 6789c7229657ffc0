"""What a viewer can do: each verb that the page posts, and what it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.demo.page.conductor import Conductor, Speed
from bot.demo.page.police import PoliceDesk
from bot.demo.page.trouble import Trouble
from bot.demo.stage import Stage
from bot.sandbox.phones import SandboxPhone

_SPINS_SECONDS = 30
"""So long a telephone shows that it waits, then it gives up; the press is not lost by that."""
Given = dict[str, Any]


class Deeds:
    def __init__(
        self, stage: Stage, conductor: Conductor, police: PoliceDesk, trouble: Trouble
    ) -> None:
        self._stage = stage
        self._conductor = conductor
        self._police = police
        self._trouble = trouble
        self._verbs: dict[str, Callable[[Given], Awaitable[Given]]] = {
            "press": self._press,
            "say": self._say,
            "start": self._start,
            "block": self._block,
            "unblock": self._unblock,
            "read": self._read,
            "send_sample": lambda given: police.send_sample(given["key"]),
            "send_written": lambda given: police.send_written(given),
            "send_file": lambda _: police.send_file(),
            "correct": lambda given: police.correct(
                given["reference"], str(given["school"]), str(given["year"])
            ),
            "add": lambda given: police.add(given["reference"], given["text"]),
            "withdraw": lambda given: police.withdraw(given["reference"], given["reason"]),
            "speed": self._speed,
            "step": self._step,
            "trouble": self._make_trouble,
            "service": self._service,
        }

    async def do(self, given: Given) -> Given:
        """LookupError, ValueError, TypeError or AttributeError for what cannot be done."""
        verb = given.pop("do")
        if verb not in self._verbs:
            raise LookupError(f"unknown verb {verb!r}")
        return await self._verbs[verb](given)

    # --- with a telephone ------------------------------------------------------------------------

    def _phone(self, given: Given) -> SandboxPhone:
        return self._stage.phones[given["phone"]]

    async def _press(self, given: Given) -> Given:
        """Answered when the bot has answered the press; `given_up` when it took too long."""
        phone = self._phone(given)
        phone.read()
        press = phone.press_data(given["data"], phone.chat.messages[given["message"]])
        try:
            answer = await asyncio.wait_for(press.answered(), _SPINS_SECONDS)
        except TimeoutError:
            return {"given_up": True}
        return {"text": answer.text, "alert": answer.show_alert}

    async def _say(self, given: Given) -> Given:
        phone = self._phone(given)
        phone.read()
        phone.say(given["text"])
        return {}

    async def _start(self, given: Given) -> Given:
        """Somebody who was never invited can press START too, and gets the neutral answer."""
        self._stage.phone_of(self._stage.person(given["phone"])).start()
        return {}

    async def _block(self, given: Given) -> Given:
        self._phone(given).block()
        return {}

    async def _unblock(self, given: Given) -> Given:
        self._phone(given).unblock()
        return {}

    async def _read(self, given: Given) -> Given:
        self._phone(given).read()
        return {}

    # --- with the stage --------------------------------------------------------------------------

    async def _speed(self, given: Given) -> Given:
        self._conductor.speed = Speed(given["speed"])
        return {}

    async def _step(self, given: Given) -> Given:  # noqa: ARG002
        await self._conductor.step()
        return {}

    async def _make_trouble(self, given: Given) -> Given:
        if given["on"]:
            self._trouble.make(given["kind"])
        else:
            self._trouble.end(given["kind"])
        return {}

    async def _service(self, given: Given) -> Given:
        if given["on"]:
            await self._conductor.start()
        else:
            await self._conductor.kill()
        return {}
