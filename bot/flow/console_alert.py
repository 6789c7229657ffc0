"""One alert in the console: how it stands, its line of time without content, and its end by a
coordinator with a reason.

Dies before the commit: nothing is closed, and the press is made again. Dies after it: it is closed,
and the cards that are to say so wait for the dispatcher's tick.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.alert import CLOSINGS, AlertState
from bot.domain.errors import NotFoundError
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.account import line_of_time
from bot.flow.call_list import Call, call_list
from bot.flow.close import close_all
from bot.flow.console import coordinators_alert
from bot.flow.console_today import Duty, duties_of
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.flow.take_ladder import ladder_to_take
from bot.rendering.catalogue import words
from bot.rendering.trail import Trail
from bot.store import alerts

_TELLS_OF_EXCLUSION = ("alert:recused",)
_EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Account:
    """How one alert stands, and how it came to that."""

    duty: Duty
    is_open: bool
    state: AlertState
    at: datetime
    line: tuple[Step, ...]
    may_close: bool
    may_take_ladder: bool
    """The ladder in force now would tell it otherwise than the one that it was raised with."""

    @property
    def state_name(self) -> str:
        """Its sentence in the catalogue."""
        return f"console.state.{self.state.value}"

    @staticmethod
    def ladder_reason_name(reason: str) -> str:
        return f"console.ladder_reason.{reason}"


async def account_of(ctx: Context, someone: Visitor, number: int) -> Account | None:
    """None for what is not there, and for what this reader is excluded from."""
    async with ctx.store.reading() as tx:
        now, known, reader = ctx.now(), await in_force(ctx, tx), someone.person
        row = await alerts.by_id(tx, number)
        if row is None or reader.id in row.excluded:
            return None
        duty = (await duties_of(tx, known, reader, [row], now))[row.id]
        other = await ladder_to_take(tx, known, row)
    trail = _trail(known, reader.language)
    line = tuple(
        Step(one["at"], _sentence(trail, _kept(one, row.excluded)))
        for one in await line_of_time(ctx, row.reference)
        if one["action"] not in _TELLS_OF_EXCLUSION and one.get("person") not in row.excluded
    )
    is_open = row.state is AlertState.OPEN
    may_close = is_open and reader.role is Role.COORDINATOR
    return Account(duty, is_open, row.state, now, line, may_close, may_close and other is not None)


def _trail(known: InForce, language: str) -> Trail:
    def person(who: str) -> str:
        found = known.directory.people.get(who)
        return found.name if found else who

    def school(code: str) -> str:
        found = known.directory.schools.get(code)
        return found.name_in(language) if found else code

    return Trail(words(language), person, school)


def _kept(line: Mapping[str, Any], excluded: Collection[str]) -> Mapping[str, Any]:
    """Who is excluded from an alert stands nowhere in this line of it, nor did before they were:
    that they fell silent would say as much."""
    kept = dict(line)
    if isinstance(told := line.get("told"), list):
        kept["told"] = [who for who in told if who not in excluded]
    if isinstance(skipped := line.get("skipped"), Mapping):
        kept["skipped"] = {who: why for who, why in skipped.items() if why != _EXCLUDED}
    return kept


def _sentence(trail: Trail, line: Mapping[str, Any]) -> str:
    """What has no sentence, or lacks what its own needs, is shown by its name."""
    try:
        return trail.sentence(line)
    except (KeyError, ValueError):
        return str(line["action"])


async def close_alert(ctx: Context, someone: Visitor, number: int, reason: str) -> Reply:
    """End every duty of this alert's notice that nobody settled."""
    language = someone.person.language
    try:
        async with ctx.store.unit() as tx:
            found = await coordinators_alert(ctx, tx, someone, number)
            if found is None:
                return nothing_here(language)
            why = next((one for one in CLOSINGS if one.id == reason), None)
            if why is None:
                return Reply("console.reason_missing", language, alert=True)
            me, alert = found[0].id, found[1]
            if not await close_all(ctx, tx, alert.reference, why.value, me, unless_excluded=me):
                return Reply("console.closed_before", language)
            return Reply("console.closed", language, {"reference": alert.reference})
    except NotFoundError:
        return nothing_here(language)


async def calls(ctx: Context, someone: Visitor) -> list[Call] | None:
    """Whom to ring, for a coordinator; None for anyone else."""
    if someone.person.role is not Role.COORDINATOR:
        return None
    return await call_list(ctx, someone.person.id)
