"""What decides now: the directory, ladders, matrix and calendars with what closed schools suddenly,
read again when they change."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType

from bot.domain.alert import Leg
from bot.domain.calendar import Calendar, DayRange
from bot.domain.directory import Directory
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.errors import StoreError
from bot.domain.escalation import EscalationPolicy
from bot.domain.pattern import Patterns
from bot.domain.routing import InForce
from bot.domain.versions import CALENDAR, DISCLOSURE, ESCALATION
from bot.flow.context import Context
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation, read_patterns
from bot.store import closures, config, directory
from bot.store.unit_of_work import Tx

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
    key = await config.key_in_force(tx)
    if ctx.known is None or ctx.known[0] != key:
        texts, numbers = await texts_in_force(tx), await config.numbers(tx)
        people, closed = await directory.load(tx), await closures.by_school(tx)
        known = assembled(texts, people, closed, numbers)
        ctx.known = (key, known)
    return ctx.known[1]


async def texts_in_force(tx: Tx) -> dict[str, str]:
    """The newest text of each kind."""
    return {row.kind: row.body for row in await config.in_force(tx)}


def assembled(
    texts: Mapping[str, str],
    people: Directory,
    closed: Mapping[str, Collection[DayRange]],
    numbers: Mapping[str, int],
) -> InForce:
    """What these texts decide together, whether they are in force or one of them is to be."""
    if ESCALATION not in texts:
        raise StoreError(
            "No ladders are in force yet: run `encompass migrate`, which reads config/."
        )
    policies, patterns = _policies(texts[ESCALATION]), _patterns(texts[ESCALATION])
    matrix = _matrix(texts[DISCLOSURE]) if DISCLOSURE in texts else DisclosureMatrix({})
    calendars = {
        name: _calendar(body, name)
        for kind, body in texts.items()
        if (name := kind.removeprefix(CALENDAR)) != kind
    }
    known = InForce(
        people,
        policies,
        calendars,
        matrix,
        numbers.get(DISCLOSURE),
        patterns,
        versions=dict(numbers),
    )
    return known.with_closures(closed)
