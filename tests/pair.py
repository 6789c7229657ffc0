"""Two services on one database, of which either may die."""

import asyncio
from datetime import datetime

from bot.app import App
from tests.world import World


class Pair:
    """The world's first worker and a second one; a stagehand ticks those that are alive."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.first, self.second = world.app, App(world.settings(), world.clock, ticking=False)
        assert world._running is not None
        self._running = {self.first: world._running}
        self.alive: list[App] = [self.first]

    async def start_second(self) -> None:
        await self._start(self.second)

    async def start_another(self) -> None:
        """A further one, in the place of one that was killed."""
        await self._start(App(self.world.settings(), self.world.clock, ticking=False))

    async def _start(self, app: App) -> None:
        self._running[app] = asyncio.create_task(app.run())
        await app.started.wait()
        self.alive.append(app)
        self.world.stagehand.service = self
        await self.world.settle()

    @property
    def in_hand(self) -> int:
        return sum(app.in_hand for app in self.alive)

    async def tick(self) -> None:
        for app in self.alive:
            await app.tick()

    async def due_next(self) -> dict[str, datetime]:
        return await self.alive[-1].due_next()

    def freeze(self, app: App) -> None:
        """It does nothing by itself any more; what it has under way stays under way."""
        self.alive.remove(app)
        self._lead()

    async def kill(self, app: App) -> None:
        """As a killed process: nothing is finished, recorded or handed over."""

        async def never() -> None:
            return None

        app.lease.give_up = never  # type: ignore[method-assign]
        for sending in app.dispatcher._sending:
            sending.cancel()
        self._running[app].cancel()
        await asyncio.gather(self._running[app], return_exceptions=True)
        self.alive.remove(app)
        self._lead()

    def _lead(self) -> None:
        """The world goes on with whoever is alive."""
        self.world._app, self.world._running = self.alive[0], self._running[self.alive[0]]
        self.world.http.base_url = self.alive[0].url

    async def stop(self) -> None:
        for app, running in self._running.items():
            self.world._app, self.world._running = app, running
            if not running.done():
                await self.world.stop()
        self.world._app = self.world._running = None
