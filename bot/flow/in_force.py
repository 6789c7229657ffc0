"""What decides now: the directory, ladders, matrix and calendars with what closed schools suddenly,
read again when they change."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from bot.domain.alert import Leg
from bot.domain.calendar import Calendar
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.errors import StoreError
from bot.domain.escalation import EscalationPolicy
from bot.domain.pattern import Patterns
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation, read_patterns
from bot.store import closures, config, directory
from bot.store.unit_of_work import Tx

CALENDAR = "calendar:"


# A version's text never changes, and the directory changes far more often than the configuration.


@lru_cache(maxsize=16)
def _policies(body: str) -> Mapping[Leg, EscalationPolicy]:
    return MappingProxyType(read_escalation(body.encode()))


@lru_cache(maxsize=16)
def _patterns(body: str) -> Patterns:
    return read_patterns(body.encode())


@lru_cache(maxsize=16)
def _matrix(body: str) -> DisclosureMatrix:
    return read_disclosure(body.encode())


@lru_cache(maxsize=64)
def _calendar(body: str, name: str) -> Calendar:
    return read_calendar(body.encode(), f"calendars/{name}.toml")


async def in_force(ctx: Context, tx: Tx) -> InForce:
    """One consistent picture, as of this transaction."""
    key = (await directory.version(tx), await config.latest_id(tx))
    if ctx.known is None or ctx.known[0] != key:
        policies: Mapping[Leg, EscalationPolicy] = {}
        matrix, matrix_id = DisclosureMatrix({}), None
        calendars: dict[str, Calendar] = {}
        patterns = Patterns()
        for row in await config.in_force(tx):
            if row.kind == "escalation":
                policies, patterns = _policies(row.body), _patterns(row.body)
            elif row.kind == "disclosure":
                matrix, matrix_id = _matrix(row.body), row.id
            elif row.kind.startswith(CALENDAR):
                name = row.kind.removeprefix(CALENDAR)
                calendars[name] = _calendar(row.body, name)
        if not policies:
            raise StoreError(
                "No ladders are in force yet: run `encompass migrate`, which reads config/."
            )
        people = await directory.load(tx)
        known = InForce(people, policies, calendars, matrix, matrix_id, patterns)
        ctx.known = (key, known.with_closures(await closures.by_school(tx)))
    return ctx.known[1]
