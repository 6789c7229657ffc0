"""Who was told what of which alert, as rows; the message that says it is another row's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row

from bot.domain.message import OF_LADDERS, SHARED, Kind, MessageState
from bot.store.tables import messages, stand_ins, tellings
from bot.store.unit_of_work import Tx

_other = messages.alias("other")
_BY_ANOTHER_WAY = (
    select(func.min(_other.c.sent_at))
    .select_from(stand_ins.join(_other, _other.c.id == stand_ins.c.message_id))
    .where(stand_ins.c.instead_of == messages.c.id)
    .correlate(messages)
    .scalar_subquery()
)


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await tx.execute(insert(tellings), list(rows))


async def of_alerts(tx: Tx, alert_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Who was told of these alerts, as what, when, and when that was sent; oldest first."""
    sent_at = func.coalesce(messages.c.sent_at, _BY_ANOTHER_WAY).label("sent_at")
    return await tx.all(
        select(tellings, sent_at, messages.c.state.label("message_state"))
        .join(messages, messages.c.id == tellings.c.message_id)
        .where(tellings.c.alert_id.in_(alert_ids))
        .order_by(tellings.c.id)
    )


async def of_steps(tx: Tx, alert_id: int, raising: int) -> list[tuple[int, Row[Any]]]:
    """Each telling by a step of this raising's ladder, or by a reminder at its end, with the
    step's number."""
    rows = await tx.all(
        select(tellings.c.person_id, tellings.c.role, tellings.c.kind, tellings.c.occasion).where(
            tellings.c.alert_id == alert_id,
            tellings.c.kind.in_(OF_LADDERS),
            tellings.c.occasion.startswith(f"{raising}.", autoescape=True),
        )
    )
    steps = [(row.occasion.partition(".")[2], row) for row in rows]
    return [(int(step), row) for step, row in steps if step.isdecimal()]  # the rest is no step


async def unsaid(tx: Tx, alert_id: int, raising: str, ended_at: datetime) -> Sequence[Row[Any]]:
    """Of each person whom this raising's ladder told, the last telling, if nothing of it went out:
    it was cancelled as the alert was settled, or shared a message that left it out."""
    rows = await tx.all(
        select(
            tellings.c.person_id,
            tellings.c.kind,
            tellings.c.occasion,
            messages.c.state,
            messages.c.sent_at,
        )
        .join(messages, messages.c.id == tellings.c.message_id)
        .where(
            tellings.c.alert_id == alert_id,
            tellings.c.kind.in_([Kind.ALERT, Kind.ESCALATION]),
            tellings.c.occasion.startswith(raising, autoescape=True),
        )
        .order_by(tellings.c.id)
    )
    last = {row.person_id: row for row in rows}
    return [
        row
        for row in last.values()
        if row.state is MessageState.CANCELLED
        or (row.kind in SHARED and row.sent_at is not None and row.sent_at > ended_at)
    ]
