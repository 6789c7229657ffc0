"""What an alert's own ladder says of a message about it: whether it comes without sound, and
whether there is less time than the ladder wants."""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.escalation import compressed
from bot.flow.ladder import climb_of
from bot.store import alerts


def is_silent(now: datetime, *rows: Row[Any]) -> bool:
    """Whether all of these alerts have quiet hours now; an urgent one never has."""
    return all(not row.urgent and _is_quiet(row, now) for row in rows)


def _is_quiet(row: Row[Any], now: datetime) -> bool:
    quiet = alerts.policy(row).quiet if "quiet" in row.policy else None
    return quiet is not None and quiet.until(now) is not None


def is_compressed(row: Row[Any]) -> bool:
    """Whether this open alert's steps were pulled together, since its deadline is that near."""
    if row.state is not AlertState.OPEN or row.leg is Leg.TRIAGE:
        return False
    return compressed(alerts.policy(row), climb_of(row).begins_at, row.bell_at)
