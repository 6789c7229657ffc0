"""The door of a busy service, before `receive`: notices that arrive while a commit is under way
share the next one (docs/adr/0003-one-writer-group-commit.md).
"""

import asyncio
from contextlib import suppress

from bot.flow.context import Context
from bot.flow.new_notices import Incoming
from bot.flow.receive import Received, receive

_BATCH = 200


class Reception:
    """The door of a busy service: notices that arrive while a commit is under way share the next.

    Each caller gets its own answer after the commit that holds its notice; a notice that breaks
    the batch is taken in alone, so that it fails alone.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: list[tuple[Incoming, asyncio.Future[Received]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def take(self, incoming: Incoming) -> Received:
        answer: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                answers = await receive(self._ctx, [incoming for incoming, _ in batch])
            except Exception:
                await asyncio.gather(*(self._alone(*pair) for pair in batch))
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    _settle(future, answer)

    async def _alone(self, incoming: Incoming, answer: asyncio.Future[Received]) -> None:
        try:
            received = await receive(self._ctx, [incoming])
        except Exception as error:
            with suppress(asyncio.InvalidStateError):  # the sender has hung up meanwhile
                answer.set_exception(error)
        else:
            _settle(answer, received[0])


def _settle(future: asyncio.Future[Received], answer: Received) -> None:
    with suppress(asyncio.InvalidStateError):
        future.set_result(answer)
