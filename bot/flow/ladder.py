"""Where the ladders of alerts stand, read from their rows: for climbing them, and for saying ahead
whom they will tell.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import Leg, uncovered
from bot.domain.escalation import Climb
from bot.domain.passing import teams_passed_to
from bot.domain.routing import InForce, LadderState
from bot.store import alerts, questions
from bot.store.unit_of_work import Tx


def climb_of(row: Row[Any]) -> Climb:
    """Where this alert's ladder stands."""
    return Climb(
        row.raised_at, row.bell_at, row.next_step, row.last_told_at, row.urgent, row.held_until
    )


async def ladders(tx: Tx, known: InForce, rows: Sequence[Row[Any]]) -> dict[int, LadderState]:
    """The state of each alert's ladder, by the alert's number. `rows` as `alerts` selects them."""
    ids = [row.id for row in rows]
    children = await alerts.children(tx, ids)
    answers = await alerts.answers(tx, ids)
    told = await alerts.told_by_ladder(tx, ids)
    asked = await questions.by_alerts(tx, [row.id for row in rows if row.leg is Leg.QUESTION])
    states = {}
    for row in rows:
        policy = alerts.policy(row)
        excluded = frozenset(row.excluded)
        owing = uncovered(
            children[row.id],
            answers[row.id],
            policy.settled_by,
            excluded,
            known.directory.people,
        )
        states[row.id] = LadderState(
            policy=policy,
            school_code=row.school_code or None,
            children=children[row.id],
            uncovered=owing,
            excluded=excluded,
            climb=climb_of(row),
            told=told[row.id],
            passed=teams_passed_to(row.passed),
            hurry=row.hurry,
            owner=(asked[row.id].owner or "") if row.id in asked else "",
        )
    return states
