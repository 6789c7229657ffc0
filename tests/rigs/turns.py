"""Whoever comes to the database waits for its turn, and a lot says whose it is: so many orders of
the same deeds as there are seeds.

One that is let on goes as far as its next turn; those that are let on together overlap. One that
does not come back within moments is waited for no longer: on PostgreSQL it may stand before a row
that another holds. There the seed also draws how long a transaction dallies between its statements,
and the rows' locks have the last word: of two runs of one seed no two need end alike.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from bot.store.unit_of_work import Store, Tx

_WHO: ContextVar[int] = ContextVar("_WHO", default=0)
_AT_ONCE = {True: (1, 1, 1, 2, 4), False: (1, 2, 4, 8)}
"""How many are let on together, drawn: those that are may share a commit (on SQLite, where there is
one writer), or meet at a row."""
_PATIENCE = {True: 0.01, False: 0.003}
"""Seconds for which somebody who was let on is waited for."""
_DALLIES = (0.0, 0.0, 0.001, 0.004)
"""Seconds between two statements of a transaction, drawn; far below what PostgreSQL allows."""


class Turns:
    """Of one set of deeds after another; between them nobody waits."""

    def __init__(self, lot: random.Random, *, one_writer: bool) -> None:
        self._lot = lot
        self._at_once, self._patience = _AT_ONCE[one_writer], _PATIENCE[one_writer]
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._away: set[int] = set()
        self._leading = False
        self._moved = asyncio.Event()

    async def mine(self) -> None:
        """Return when it is one's turn."""
        if not self._leading:
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_WHO.get(), turn))
        self._back(_WHO.get())
        await turn

    async def dally(self, share: float) -> None:
        """In this share of the cases."""
        if self._leading and self._lot.random() < share:
            await asyncio.sleep(self._lot.choice(_DALLIES))

    async def all_of(self, deeds: Sequence[Coroutine[Any, Any, None]]) -> list[BaseException]:
        """Do these beside each other; what they raised."""
        self._leading = True
        tasks = [asyncio.create_task(self._one(who, deed)) for who, deed in enumerate(deeds, 1)]
        while not all(task.done() for task in tasks):
            await self._let_on()
        self._leading = False
        for _, turn in self._waiting:
            turn.set_result(None)
        self._waiting.clear()
        raised = await asyncio.gather(*tasks, return_exceptions=True)
        return [error for error in raised if error is not None]

    async def _one(self, who: int, deed: Coroutine[Any, Any, None]) -> None:
        _WHO.set(who)
        try:
            await self.mine()
            await deed
        finally:
            self._back(who)

    def _back(self, who: int) -> None:
        self._away.discard(who)
        self._moved.set()

    async def _let_on(self) -> None:
        several = min(len(self._waiting), self._lot.choice(self._at_once))
        chosen = self._lot.sample(self._waiting, several)
        self._away = {who for who, _ in chosen}
        for one in chosen:
            self._waiting.remove(one)
            one[1].set_result(None)
        try:
            async with asyncio.timeout(self._patience):
                while self._away or not several:
                    self._moved.clear()
                    await self._moved.wait()
                    several = 1
        except TimeoutError:
            pass


class InTurn(Store):
    """The database as a worker has it; before each unit and each look its turn is waited for, and a
    unit dallies before this share of its statements."""

    def __init__(self, url: str, turns: Turns, within: float) -> None:
        super().__init__(url)
        self._turns = turns
        self._within = within

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Tx]:
        await self._turns.mine()
        async with super().unit() as tx:
            execute = tx.execute

            async def in_turn(*given: Any) -> Any:
                await self._turns.dally(self._within)
                return await execute(*given)

            if self._within:
                vars(tx)["execute"] = in_turn
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        await self._turns.mine()
        async with super().reading() as tx:
            yield tx
        await self._turns.mine()
