"""One notification being raised: what is known of it, and what is gathered to be written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, STANDING, AlertChild, AlertState, Leg
from bot.domain.begin import begin
from bot.domain.escalation import Climb, EscalationPolicy
from bot.domain.incident import Incident
from bot.domain.message import Kind
from bot.domain.routing import (
    Climbed,
    InForce,
    LadderState,
    Refusal,
    StepTold,
    owed_to_newcomers,
)
from bot.flow.context import Stage
from bot.flow.ladder import ladders
from bot.flow.tell import (
    Owed,
    Subject,
    can_be_told,
    refresh_cards,
    write_climb,
    write_owed,
)
from bot.store import alerts, events, messages, views, waits
from bot.store.unit_of_work import Tx


@dataclass
class Gathered:
    """What is written at the end, of a notification or of several that are raised together: one
    statement for all of them costs little more than one for each."""

    children: list[tuple[int, AlertChild]] = field(default_factory=list)
    climbs: list[dict[str, Any]] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def write_alerts(self, tx: Tx) -> None:
        """What alerts are made of, where it is read again before the end."""
        children, climbs = self.children, self.climbs
        self.children, self.climbs = [], []
        await alerts.add_children(tx, children)
        await alerts.set_climbs(tx, climbs)

    async def write(self, tx: Tx, now: datetime) -> None:
        await self.write_alerts(tx)
        await write_owed(tx, now, self.owed)
        await events.append(tx, *self.lines)


@dataclass
class Raising:
    """All within one transaction."""

    tx: Tx
    known: InForce
    row: Row[Any]
    incident: Incident
    excluded: frozenset[str]
    refusals: tuple[Refusal, ...]
    """Each "not our pupil" of it so far."""
    existing: Mapping[tuple[Leg, str, str], Row[Any]]
    """Its alerts so far, by leg, school and task; none where it is raised for the first time."""
    children: Mapping[int, tuple[AlertChild, ...]]
    now: datetime
    pattern_key: bytes
    """What makes children's marks, this database's own."""
    gathered: Gathered

    @property
    def owed(self) -> list[Owed]:
        return self.gathered.owed

    @property
    def lines(self) -> list[dict[str, Any]]:
        """For the trail."""
        return self.gathered.lines

    def note(self, action: str, alert_id: int, **detail: Any) -> None:
        """A line for the trail."""
        self.lines.append(
            events.line(action, self.now, notification_id=self.row.id, alert_id=alert_id, **detail)
        )

    def subject(
        self,
        number: int,
        leg: Leg,
        school_code: str | None,
        bell_at: datetime,
        raising: int = 1,
        *,
        late: bool = False,
    ) -> Subject:
        return Subject(
            alert_id=number,
            notification_id=self.row.id,
            reference=self.row.reference,
            leg=leg,
            school_code=school_code,
            bell_at=bell_at,
            raising=raising,
            late=late,
            drill=self.row.drill_id is not None,
        )

    def subject_of(self, alert: Row[Any]) -> Subject:
        return self.subject(
            alert.id, alert.leg, alert.school_code or None, alert.bell_at, alert.raising
        )

    def alert_row(
        self,
        leg: Leg,
        school_code: str,
        bell_at: datetime,
        *,
        late: bool = False,
        task: str = "",
        held_until: datetime | None = None,
    ) -> dict[str, Any]:
        """A fresh alert with the ladder in force copied in."""
        return {
            "notification_id": self.row.id,
            "leg": leg,
            "school_code": school_code,
            "task": task,
            "state": AlertState.OPEN,
            "raising": 1,
            "raised_at": self.now,
            "bell_at": bell_at,
            "late": late,
            "policy": self.known.policies[leg].plain(),
            "next_step": 0,
            "next_step_at": self.now,
            "hurry": False,
            "urgent": self.incident.urgent,
            "held_until": held_until,
        }

    async def open(self, row: Mapping[str, Any], children: Sequence[AlertChild]) -> int:
        """Insert an alert with its children; its number."""
        [number] = await alerts.add(self.tx, [row])
        self.gathered.children += [(number, child) for child in children]
        await self._write_if_read()
        return number

    async def _write_if_read(self) -> None:
        if self.existing:  # what comes next may read all alerts of the notification
            await self.gathered.write_alerts(self.tx)

    async def first_climb(
        self,
        subject: Subject,
        policy: EscalationPolicy,
        children: tuple[AlertChild, ...],
        *,
        owing: frozenset[int] | None = None,
        passed: tuple[str, ...] = (),
        extra: Mapping[str, Any] | None = None,
        held_until: datetime | None = None,
    ) -> None:
        """Tell the steps that are due at once, in the commit that raises the duty. A duty that is
        held tells nobody, or those on the holiday list, and is due at the hold's end."""
        state = LadderState(
            policy=policy,
            school_code=subject.school_code,
            children=children,
            uncovered=frozenset(c.number for c in children) if owing is None else owing,
            excluded=self.excluded,
            climb=Climb(self.now, subject.bell_at, 0, None, self.incident.urgent, held_until),
            passed=passed,
        )
        climbed = begin(state, self.known.directory, self.now)
        if climbed.hold_lifted:
            await waits.lift_hold(self.tx, [subject.alert_id])
            self.note("alert:hold_lifted", subject.alert_id, why="nobody_on_the_holiday_list")
        owed, lines = await write_climb(
            self.tx, self.known, subject, policy, self.excluded, climbed, self.now
        )
        self.owed.extend(replace(word, extra={**word.extra, **(extra or {})}) for word in owed)
        self.lines.extend(lines)
        self.gathered.climbs.append(alerts.climbed_row(subject.alert_id, climbed))
        await self._write_if_read()
        self.tx.wake(Stage.DISPATCH)

    async def tell_newcomers(self, state: LadderState, alert: Row[Any]) -> None:
        """Tell whom the steps told already would have told, had every child been there then."""
        came = {c.number for c in state.children if c not in self.children[alert.id]}
        steps = owed_to_newcomers(state, came, self.known.directory, self.now)
        await self._tell_steps(steps, state, alert)

    async def tell_returned(self, back: frozenset[str]) -> None:
        """Who was held out of it and is no longer is told what they would have been told, once: by
        the steps told already, or, if they knew of it before, that there is more."""
        rows = await alerts.of_notifications(self.tx, [self.row.id])
        rows = [row for row in rows if row.id in self.children]  # the rest has just told them
        states = await ladders(self.tx, self.known, rows)
        told = await alerts.told(self.tx, [row.id for row in rows])
        for row in rows:
            if row.state is AlertState.OPEN:
                state = states[row.id]
                # The row's exclusions are those of before; this raising writes the new ones last.
                state = replace(
                    state, excluded=self.excluded, told=state.told | self._hears_of(row.id)
                )
                steps = owed_to_newcomers(
                    state, {c.number for c in state.children}, self.known.directory, self.now, back
                )
                await self._tell_steps(steps, state, row)
            if row.leg not in OF_THE_DESK and row.state in STANDING:
                again = (told[row.id] & back) - self._hears_of(row.id)
                self._owe_word(row, again, Kind.MORE, f"v{self.row.version}.back")
            before = next(a for a in self.existing.values() if a.id == row.id)
            others_too = row.state is not before.state  # an answer of theirs stands again
            await refresh_cards(self.tx, self.now, [row.id], None if others_too else sorted(back))

    async def _tell_steps(
        self, steps: tuple[StepTold, ...], state: LadderState, alert: Row[Any]
    ) -> None:
        if steps:
            climbed = Climbed(steps, alert.next_step, self.now, alert.last_told_at)
            owed, lines = await write_climb(
                self.tx,
                self.known,
                self.subject_of(alert),
                state.policy,
                self.excluded,
                climbed,
                self.now,
            )
            self.owed.extend(owed)
            self.lines.extend(lines)

    async def hide_views(self, alert: Row[Any]) -> None:
        """What was opened showed the version before; the ledger has no line for more (I6)."""
        cards = await messages.cards_of(self.tx, [alert.id])
        await views.hide(self.tx, [card.id for card in cards], self.now)

    async def tell_everyone_told(
        self, alert: Row[Any], kind: Kind, came: Collection[int] = ()
    ) -> None:
        """A word to everyone who was told of the alert, and to nobody else; who hears of it in
        this raising anyway is not told twice. `came`: the children that are new in it."""
        told = (await alerts.told(self.tx, [alert.id]))[alert.id] - self._hears_of(alert.id)
        # A decision at the MASH desk brings children in without a new version, and back again.
        turn = f"v{self.row.version}" + (f"r{len(self.refusals)}" if self.refusals else "")
        occasion = ".".join([turn, *map(str, sorted(came))])
        self._owe_word(alert, told, kind, occasion)

    def _hears_of(self, alert_id: int) -> frozenset[str]:
        return frozenset(w.to.person.id for w in self.owed if w.subject.alert_id == alert_id)

    def _owe_word(self, alert: Row[Any], told: Collection[str], kind: Kind, occasion: str) -> None:
        people = self.known.directory.people
        stands = [can_be_told(people.get(i), self.excluded, self.now) for i in sorted(told)]
        self.owed.extend(
            Owed(self.subject_of(alert), to, kind, occasion, rank)
            for rank, to in enumerate(stand for stand in stands if stand is not None)
        )
