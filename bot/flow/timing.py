"""What an alert's own ladder says of a message about it: whether it comes without sound, whether
there is less time than the ladder wants, and which wait has ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, AlertState
from bot.domain.escalation import compressed
from bot.domain.quiet import Waited
from bot.domain.routing import StepTold
from bot.flow.ladder import climb_of
from bot.store import alerts, events

_ENDS = {Waited.QUIET: "alert:quiet_over", Waited.HOLIDAY: "alert:hold_over"}
_LIFTED = {Waited.QUIET: "alert:quiet_lifted", Waited.HOLIDAY: "alert:hold_lifted"}


def is_silent(now: datetime, *rows: Row[Any]) -> bool:
    """Whether all of these alerts have quiet hours now; an urgent one never has."""
    return all(not row.urgent and _is_quiet(row, now) for row in rows)


def _is_quiet(row: Row[Any], now: datetime) -> bool:
    quiet = alerts.policy(row).quiet if "quiet" in row.policy else None
    return quiet is not None and quiet.until(now) is not None


def is_compressed(row: Row[Any]) -> bool:
    """Whether this open alert's steps were pulled together, since its deadline is that near."""
    if row.state is not AlertState.OPEN or row.leg in OF_THE_DESK:
        return False
    return compressed(alerts.policy(row), climb_of(row).begins_at, row.bell_at)


def wait_lines(
    notification_id: int, alert_id: int, steps: Sequence[StepTold], now: datetime
) -> list[dict[str, Any]]:
    """The end of each wait that these steps had, once each: it has come, or was not waited for
    because nobody told before could be reached."""
    lines, said = [], set()
    for step in steps:
        if step.waited is None or step.planned_at is None or step.waited in said:
            continue
        said.add(step.waited)
        end = _ENDS[step.waited] if step.due_at <= now else _LIFTED[step.waited]
        lines.append(
            events.line(
                end,
                now,
                notification_id=notification_id,
                alert_id=alert_id,
                since=step.planned_at.isoformat(),
            )
        )
    return lines
