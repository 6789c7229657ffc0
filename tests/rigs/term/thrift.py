"""The service's ticks, spared where nothing is due: sixty days have two million seconds.

A tick of a stage that finds nothing does nothing; of what has come due, `due_next` says the kind.
Every stage has its tick all the same, due or not, at least each ten minutes.
"""

from datetime import datetime, timedelta

from bot.app import App
from bot.flow.context import Stage

_STAGES = {
    "notification": Stage.RAISE, "ladder": Stage.ESCALATE, "view": Stage.HIDE,
    "link": Stage.HIDE,
    "message": Stage.DISPATCH, "claim": Stage.DISPATCH, "containment": Stage.CONTAIN,
    "plan": Stage.PLAN, "offer": Stage.OFFER, "cover": Stage.COVER, "absence": Stage.COVER,
    "readiness": Stage.READY, "update": Stage.HEAR,
}  # fmt: skip
"""Whose tick serves what; of any other kind, everybody's."""
_ALL = timedelta(minutes=10)
_LEASE = timedelta(seconds=3)


class Thrift:
    """Stands between the stagehand and the service."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._all_at = self._renewed_at = app.ctx.now()
        self._due: dict[str, datetime] = {}

    @property
    def in_hand(self) -> int:
        return self._app.in_hand

    async def due_next(self) -> dict[str, datetime]:
        self._due = await self._app.due_next()
        return self._due

    async def tick(self) -> None:
        now = self._app.ctx.now()
        due = {name for name, at in self._due.items() if at <= now}
        if now >= self._all_at + _ALL or due - _STAGES.keys():
            self._all_at = self._renewed_at = now
            await self._app.tick()
            return
        if now >= self._renewed_at + _LEASE:
            self._renewed_at = now
            await self._app._renew()
        self._app.stages.wake({Stage.DISPATCH, Stage.HEAR, *(_STAGES[name] for name in due)})
