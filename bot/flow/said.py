"""What people have said of alerts beyond that they have them, and what their cards offer now: read
once for many cards, and put together for one reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, STANDING, AlertChild, AlertState, Leg, Meaning
from bot.domain.people import Person
from bot.domain.plan import Choice, Offer
from bot.domain.routing import InForce
from bot.flow.pass_on import passed_at, targets_for
from bot.rendering.answers import NONE, Answers, PassedOn
from bot.rendering.cards import Answered
from bot.store import offers, plans
from bot.store.plans import Whose
from bot.store.unit_of_work import Tx


@dataclass(frozen=True)
class Said:
    """By alert and person."""

    planned: Mapping[Whose, Choice]
    owed: Mapping[Whose, datetime]
    offered: frozenset[tuple[int, str, Offer]]


async def read_said(tx: Tx, alert_ids: Collection[int], now: datetime) -> Said:
    if not alert_ids:
        return Said({}, {}, frozenset())
    return Said(
        planned=await plans.newest(tx, alert_ids),
        owed=await plans.owed(tx, alert_ids),
        offered=await offers.open_on(tx, alert_ids, now),
    )


def answers_for(
    said: Said,
    known: InForce,
    alert: Row[Any],
    children: Sequence[AlertChild],
    mine: Answered | None,
    person: Person,
    now: datetime,
    *,
    all_targets: bool = False,
) -> Answers:
    """For a reader who may. `all_targets`: where a page lists them, no list need be opened."""
    if alert.leg in OF_THE_DESK or alert.state not in STANDING:
        return NONE
    whose = (alert.id, person.id)
    nurse = alert.leg is Leg.NURSE
    mine_to_say = alert.state is AlertState.OPEN or mine is not None
    listing = all_targets or (*whose, Offer.HAND_ON) in said.offered
    found = targets_for(known, alert, children, person, now) if nurse and mine_to_say else ()
    may_plan = mine is not None and not nurse
    return Answers(
        may_plan=may_plan,
        owed_by=said.owed.get(whose) if may_plan else None,
        plan=said.planned.get(whose) if may_plan else None,
        choosing=(*whose, Offer.PLAN) in said.offered,
        may_see_no_need=nurse
        and mine_to_say
        and (mine is None or mine.meaning is not Meaning.NO_HEALTH_NEED),
        may_pass=bool(found),
        pass_to=tuple((target.mark, target.name) for target in found) if listing else (),
        passed=None if mine is not None else _passed(known, alert, person),
        asks_whose=nurse and mine is None and alert.state is AlertState.OPEN,
        may_undo=(*whose, Offer.UNDO) in said.offered,
    )


def _passed(known: InForce, alert: Row[Any], person: Person) -> PassedOn | None:
    """Whom this reader passed it to, if that was the last passing; no name of who must not be."""
    last = alert.passed[-1] if alert.passed else None
    if last is None or last["by"] != person.id or last["to"] in alert.excluded:
        return None
    who = known.directory.people.get(last["to"])
    return PassedOn(last["team"] or (who.name if who else last["to"]), passed_at(last))
