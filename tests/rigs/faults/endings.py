"""What must be so behind every fault, wherever it struck: held against what the partner was told,
what the people were shown, what the database holds and what Telegram took."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.alert import AlertState
from bot.flow.watch import check_invariants
from bot.store.tables import alarms, alerts, disclosures, notifications, receipts
from tests.rigs.faults.journey import CANARY, Journey

LOST, UNTOLD, SHOWN, CLIMBED, BROKEN, ALARMS, WRONG = (
    "lost", "not told", "shown unrecorded", "told after an answer", "broken promises",
    "alarms left", "wrong endings",
)  # fmt: skip
MUST_BE_NONE = (LOST, UNTOLD, SHOWN, CLIMBED, BROKEN, ALARMS, WRONG)
_TOLD = ("Mair", "Owen", "Safeguarding")


@dataclass
class Ending:
    """What was found wrong, counted and in words."""

    counts: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def add(self, kind: str, what: str) -> None:
        self.counts[kind] += 1
        self.said.append(f"{kind}: {what}")


async def look(journey: Journey, stands: frozenset[str], *, instead: bool) -> Ending:
    """All of it. `stands`: alarms that are to stand; `instead`: whether somebody else may have been
    told in the place of whom it was owed to."""
    ending = Ending()
    for wrong in journey.wrong:
        ending.add(WRONG, wrong)
    await _is_kept(journey, ending)
    _is_told(journey, ending, instead=instead)
    await _is_on_record(journey, ending)
    await _stands_still(journey, ending)
    for breach in await check_invariants(journey.world.ctx.store, journey.world.ctx):
        ending.add(BROKEN, f"{breach.invariant} {breach.what}: {breach.count}")
    async with journey.world.ctx.store.reading() as tx:
        standing = {row.name.partition(":")[0] for row in await tx.all(select(alarms.c.name))}
    for name in sorted(standing - stands):
        ending.add(ALARMS, name)
    for asked in journey.world.sandbox.unsupported:
        ending.add(WRONG, f"Telegram was asked {asked}")
    return ending


async def _is_kept(journey: Journey, ending: Ending) -> None:
    """The very bytes of everything that was said to be accepted, under the reference that was
    said; each notice once."""
    async with journey.world.ctx.store.reading() as tx:
        held = {row.reference for row in await tx.all(select(notifications.c.reference))}
        kept = {
            row.sha256
            for row in await tx.all(select(receipts).where(receipts.c.raw.is_not(None)))
            if hashlib.sha256(row.raw).hexdigest() == row.sha256
        }
    for raw, reference in journey.accepted:
        if reference not in held or hashlib.sha256(raw).hexdigest() not in kept:
            ending.add(LOST, f"{reference} was accepted and is not there")
    if len({reference for _, reference in journey.accepted}) > 1:
        ending.add(WRONG, "one notice got two references")


def _is_told(journey: Journey, ending: Ending, *, instead: bool) -> None:
    reached = [name for name in _TOLD if journey.card(name) is not None]
    if not reached or (reached[0] != "Mair" and not instead):
        ending.add(UNTOLD, f"{journey.reference} came to {reached or 'nobody'}")


async def _is_on_record(journey: Journey, ending: Ending) -> None:
    """I6 and I12: whatever of the notice Telegram was given, its reader had been recorded first."""
    first = select(disclosures.c.person_id, func.min(disclosures.c.disclosed_at).label("at"))
    async with journey.world.ctx.store.reading() as tx:
        rows = await tx.all(first.group_by(disclosures.c.person_id))
    at: dict[str, datetime] = {row.person_id: row.at for row in rows}
    names = {phone.sandbox.id: name for name, phone in journey.world._phones.items()}
    for entry in journey.world.sandbox.ledger.accepted:
        name = names.get(entry.chat_id or 0, "a stranger")
        if CANARY not in (entry.text or ""):
            continue
        recorded = at.get(name.lower())
        late = recorded is not None and recorded > entry.at and not journey.clock_was_wrong
        if recorded is None or late or entry.method.casefold() == "sendmessage":
            ending.add(SHOWN, f"{name} was shown a view that is not on record")


async def _stands_still(journey: Journey, ending: Ending) -> None:
    """I4: behind the answer that settled it, nobody is told of it any more."""
    async with journey.world.ctx.store.reading() as tx:
        settled = await tx.all(select(alerts).where(alerts.c.state == AlertState.ACKNOWLEDGED))
    if not settled or journey.settled_behind is None:
        return
    for entry in journey.world.sandbox.ledger.sends():
        if entry.index >= journey.settled_behind and journey.reference in (entry.text or ""):
            ending.add(CLIMBED, f"{journey.reference} was told behind its answer")
