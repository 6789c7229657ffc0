"""What must hold over the whole run, besides the invariants that the service checks itself: the
sandbox's ledger held against the database, by somebody who knows what was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from bot.domain.alert import AlertState, NotificationState
from bot.domain.message import MessageState
from bot.flow.watch import check_invariants
from bot.store.tables import alarms, alerts, disclosures, messages, notifications, tellings
from tests.canary.search import marks_in
from tests.rigs.term.force import Force
from tests.rigs.term.staff import REFERENCE, Staff
from tests.world import World

_SOON = timedelta(minutes=10)
_LONGEST = timedelta(days=11)
"""From the eve of half term to the bell behind it, and a day."""


@dataclass(frozen=True)
class Broken:
    """A promise that does not hold, and of which reference."""

    promise: str
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.promise} {self.reference}".strip()


class Promises:
    def __init__(self, world: World, force: Force, staff: Staff) -> None:
        self._world, self._force, self._staff = world, force, staff
        self._read = 0
        self._checked_at = world.clock.now()

    async def check(self) -> list[Broken]:
        """All that is broken now, or was since the last time."""
        world = self._world
        found = [
            Broken(f"{breach.invariant} {breach.what}: {breach.count}")
            for breach in await check_invariants(world.ctx.store, world.ctx)
        ]
        found += await self._of_the_ledger()
        found += await self._of_the_duties()
        found += [Broken(f"the sandbox was asked {asked}") for asked in world.sandbox.unsupported]
        self._checked_at = world.clock.now()
        return found

    async def _of_the_ledger(self) -> list[Broken]:
        """I3, I6 and I12, of every text that left since the last time."""
        shown, found = await self._first_shown(), list[Broken]()
        accepted = self._world.sandbox.ledger.accepted
        for entry in accepted[self._read :]:
            text, name = entry.text or "", self._staff.by_chat.get(entry.chat_id or 0, "a stranger")
            references = REFERENCE.findall(text)
            for reference in references:
                notice = self._force.by_reference.get(reference)
                if notice is not None and name in notice.excluded:
                    found.append(Broken(f"I3 {name} is excluded and was sent a word", reference))
            if "zqj" not in text.casefold():
                continue
            if entry.method.casefold() == "sendmessage" or not references:
                found.append(Broken(f"I12 a child is named to {name} in a {entry.method}"))
                continue
            reference = references[0]
            at = shown.get((reference, name))
            if at is None or at > entry.at:
                found.append(Broken(f"I6 {name} was shown a view that is not on record", reference))
            names = {f"zqj{m.code}{m.notice:05d}{m.kid}jqz" for m in marks_in(text)}
            if not names <= self._force.by_reference[reference].words:
                found.append(Broken(f"I3 {name} was shown another notice's child", reference))
        self._read = len(accepted)
        return found

    async def _first_shown(self) -> dict[tuple[str, str], datetime]:
        query = (
            select(
                notifications.c.reference,
                disclosures.c.person_id,
                func.min(disclosures.c.disclosed_at).label("at"),
            )
            .select_from(
                disclosures.join(alerts, alerts.c.id == disclosures.c.alert_id).join(
                    notifications, notifications.c.id == alerts.c.notification_id
                )
            )
            .group_by(notifications.c.reference, disclosures.c.person_id)
        )
        async with self._world.ctx.store.reading() as tx:
            return {(row.reference, row.person_id): row.at for row in await tx.all(query)}

    async def _of_the_duties(self) -> list[Broken]:
        """I1 and I11: every notice that was accepted is there, and of each duty that is open
        somebody was told, or an alarm stands, and somebody will be told again. Whatever the
        database calls sent is in the ledger."""
        now, found = self._world.clock.now(), list[Broken]()
        async with self._world.ctx.store.reading() as tx:
            held = {row.reference: row.state for row in await tx.all(select(notifications))}
            told = exists().where(tellings.c.alert_id == alerts.c.id)
            silent = await tx.all(
                select(notifications.c.reference, alerts.c.id, alerts.c.leg)
                .select_from(
                    alerts.join(notifications, notifications.c.id == alerts.c.notification_id)
                )
                .where(
                    alerts.c.state == AlertState.OPEN,
                    alerts.c.raised_at < now - _SOON,
                    ~told
                    | alerts.c.next_step_at.is_(None)
                    | (alerts.c.next_step_at > now + _LONGEST),
                )
            )
            alarmed = " ".join([row.name for row in await tx.all(select(alarms.c.name))])
            sent = await tx.all(
                select(messages.c.address, messages.c.provider_message_id).where(
                    messages.c.state == MessageState.SENT,
                    messages.c.sent_at >= self._checked_at,
                    messages.c.provider_message_id.is_not(None),
                )
            )
        for notice in self._force.by_reference.values():
            if notice.reference not in held:
                found.append(Broken("I2 accepted and not held", notice.reference))
            elif held[notice.reference] is NotificationState.RECEIVED:
                found.append(Broken("I1 received and never raised", notice.reference))
        found += [
            Broken(f"I11 nobody was told of duty {row.id} ({row.leg})", row.reference)
            for row in silent
            if row.reference not in alarmed
        ]
        landed = {(e.chat_id, e.message_id) for e in self._world.sandbox.ledger.accepted}
        found += [
            Broken(f"I5 message {row.provider_message_id} is called sent and never left")
            for row in sent
            if (int(row.address), int(row.provider_message_id)) not in landed
        ]
        return found
