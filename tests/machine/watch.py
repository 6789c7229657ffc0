"""What must hold whatever anybody did: the promises, asked of the database, of every telephone and
of the answers to every press, after each step. What may be known is worked out here once more, from
what the police have said and who covers what: not by the product's own rules."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import LEGAL_MOVES, OF_THE_DESK, AlertState, Leg
from bot.domain.delivery import Operation
from bot.domain.message import CARDS, Kind, MessageState
from bot.domain.people import Role
from bot.rendering.catalogue import words
from bot.sandbox.chats import ChatMessage, Version
from bot.sandbox.presses import Press
from tests.canary.marks import Mark
from tests.canary.need_to_know import LOOKED_AFTER, Somebody
from tests.canary.search import marks_in
from tests.machine.known import Known, read
from tests.machine.town import EVERYBODY, Notice, Town

REFERENCE = re.compile(r"ENC-[0-9A-Z]{8}")
_OF_LADDERS = frozenset({
    Kind.ALERT, Kind.TRIAGE, Kind.QUESTION, Kind.ESCALATION, Kind.TRIAGE_STANDS,
    Kind.QUESTION_STANDS, Kind.GAP,
})  # fmt: skip
_SHOWN_FOR = timedelta(seconds=61)
_LONGEST_REST = timedelta(hours=5)
"""Behind its bell no ladder of the shipped configuration rests longer between two tellings."""
_OF_ALERTS = frozenset("oapckuwyrntqis")
"""What a button's data begins with that means an alert."""


class Watch:
    """Looks at everything after each step; `last` is how it stood before."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.last = town.run(self._read())
        self._seen: dict[tuple[str, int], int] = {}
        self._excluded: set[tuple[str, str]] = set()
        self._presses = 0

    async def _read(self) -> Known:
        async with self.town.world.ctx.store.reading() as tx:
            return await read(tx)

    def look(self) -> None:
        """Every promise, once."""
        assert self.town.run(self.town.world.breaches()) == []
        assert self.town.heard.errors == []
        now, before = self.town.run(self._read()), self.last
        excluded = {
            (reference, person)
            for reference, row in now.notices.items()
            for person in {*row.excluded, *self._said_by_the_police(reference)}
        }
        for name, message, version, first in self._new_versions():
            self._harmless(now, name, message, version, first=first)
            for reference in REFERENCE.findall(version.text):
                told = f"{name} is excluded and was told of {reference}: {version.text!r}"
                assert (reference, name.lower()) not in self._excluded, f"I3: {told}"
        self._cards_of_the_excluded(now, excluded)
        self._settled_is_told_nobody(before, now)
        self._told_once(now)
        self._moved_legally(before, now)
        self._never_silent(now)
        self._answered_once()
        self.last, self._excluded = now, excluded

    def _said_by_the_police(self, reference: str) -> tuple[str, ...]:
        notice = self.town.by_reference(reference)
        return notice.marked.excluded if notice else ()

    # --- what telephones show ------------------------------------------------------------------

    def _new_versions(self) -> Iterator[tuple[str, ChatMessage, Version, bool]]:
        """What each telephone has shown since the last look, in its order; `first`: as it was
        sent, and not an edit."""
        for name in EVERYBODY:
            for message in self.town.phone(name).sandbox.received:
                known = self._seen.get((name, message.message_id), 0)
                for place, version in enumerate(message.history):
                    if place >= known:
                        yield name, message, version, place == 0
                self._seen[name, message.message_id] = len(message.history)

    def _harmless(
        self, now: Known, name: str, message: ChatMessage, version: Version, *, first: bool
    ) -> None:
        """I12, I3, I6: a child's data stands in an opened view and nowhere else, and there no more
        than its reader may see, and has been recorded to see."""
        for row in version.buttons:
            for button in row:
                assert not marks_in(f"{button.text} {button.data} {button.url}"), "I12: a button"
        shown = marks_in(version.text)
        if not shown and not any(label in version.text for label in LOOKED_AFTER):
            return
        assert not first, f"I12: {name} was sent {version.text!r}"
        [reference] = REFERENCE.findall(version.text)[:1]
        notice = self.town.by_reference(reference)
        assert notice is not None
        assert name in self.town.staff, f"I3: {name} was shown {shown}"
        who = self.town.staff[name]
        may = self.may_see(now, who, notice)
        wrong = f"I3: {name} was shown {shown - may} of {reference}: {version.text!r}"
        assert shown <= may, wrong
        if any(label in version.text for label in LOOKED_AFTER):
            assert "looked_after" in who.fields(notice.marked), f"I3: looked after, to {name}"
        recorded = self._recorded(now, who, reference, version.at)
        assert recorded is not None, f"I6: {name} was shown {reference} and it was not recorded"
        kids = {mark.kid for mark in shown if mark.kid}
        assert kids <= recorded, f"I6: {name} was shown {kids} of {reference}, not {recorded}"

    @staticmethod
    def _recorded(now: Known, who: Somebody, reference: str, at: datetime) -> set[int] | None:
        """The children of the disclosures that an opened view at this instant can rest on."""
        numbers = {alert.id for alert in now.of(reference)}
        rows = [
            row
            for row in now.disclosures
            if row.person_id == who.id
            and row.alert_id in numbers
            and at - _SHOWN_FOR <= row.disclosed_at <= at
        ]
        return {child for row in rows for child in row.children} if rows else None

    def may_see(self, now: Known, who: Somebody, notice: Notice) -> set[Mark]:
        """What this person may be shown of this notice, by role, scope and exclusion."""
        row = now.notices[notice.reference]
        if who.id in {*row.excluded, *notice.marked.excluded} or notice.withdrawn:
            return set()
        duties = now.of(notice.reference)
        numbers = frozenset[int]()
        if who.role is Role.MASH_DESK:
            ours = {duty.id for duty in duties}
            numbers |= {t.child_number for t in now.tasks if t.alert_id in ours and t.child_number}
            numbers |= {q.child_number for q in now.questions if q.alert_id in ours}
            if not any(duty.leg in OF_THE_DESK for duty in duties):
                return set()
        else:
            for duty in duties:
                if duty.leg not in OF_THE_DESK and self._is_theirs(who, duty):
                    kids = now.children.get(duty.id, frozenset())
                    numbers |= {n for n in kids if self._goes_there(now, notice, n, duty)}
        named = {kid.number: kid for kid in notice.marked.kids}
        numbers = frozenset(
            n for n in numbers if n in named and (not who.years or named[n].year in who.years)
        )
        if not numbers and who.role is not Role.MASH_DESK:
            return set()
        fields, of_notice = who.fields(notice.marked), notice.marked.number
        at_times = {Mark("up", of_notice), Mark("ex", of_notice)}
        if (
            who.role is Role.MASH_DESK
        ):  # what a task asked stays in it, whatever was put right since
            at_times |= {Mark("sn", of_notice, number) for number in numbers}
        return {mark for mark in {*notice.marked.marks(numbers), *at_times} if mark.field in fields}

    @staticmethod
    def _is_theirs(who: Somebody, duty: Row[Any]) -> bool:
        nurse = who.role in (Role.SCHOOL_NURSE, Role.NURSE_LEAD)
        if nurse is not (duty.leg is Leg.NURSE) or who.role not in duty.policy["settled_by"]:
            return False
        teams = {turn["team"] for turn in duty.passed}
        return duty.school_code in who.schools or any(f"Team {s}" in teams for s in who.schools)

    @staticmethod
    def _goes_there(now: Known, notice: Notice, number: int, duty: Row[Any]) -> bool:
        """By what the police wrote down, or by what the desk has said."""
        kid = next((kid for kid in notice.marked.kids if kid.number == number), None)
        decided = any(
            task.child_number == number
            and task.decision == duty.school_code
            and now.alerts[task.alert_id].notification_id == duty.notification_id
            for task in now.tasks
        )
        return kid is not None and (decided or (kid.written and kid.school == duty.school_code))

    def _cards_of_the_excluded(self, now: Known, excluded: set[tuple[str, str]]) -> None:
        """I3: whatever card somebody has of what they are excluded from says nothing any more."""
        for row in now.messages:
            if row.kind not in CARDS or row.provider_message_id is None:
                continue
            name = next((n for n in self.town.staff if n.lower() == row.person_id), None)
            message = self.town.phone(name).sandbox.chat.messages.get(
                int(row.provider_message_id)
            ) if name else None  # fmt: skip
            for reference in REFERENCE.findall(message.text) if message else ():
                assert (reference, row.person_id) not in excluded, f"I3: {name} keeps {reference}"

    # --- who is told, and how often ------------------------------------------------------------

    def _settled_is_told_nobody(self, before: Known, now: Known) -> None:
        """I4: while an alert is settled no step of its ladder is told."""
        known = {row.id for row in before.tellings}
        for row in now.tellings:
            was, alert = before.alerts.get(row.alert_id), now.alerts[row.alert_id]
            if row.id in known or was is None or row.kind not in _OF_LADDERS:
                continue
            at_rest = AlertState.OPEN not in (was.state, alert.state)
            assert not (at_rest and was.raising == alert.raising), (
                f"I4: {row.person_id} was told of alert {alert.id}, {alert.state}: {row.occasion}"
            )

    def _told_once(self, now: Known) -> None:
        """I5: no step reaches a person twice, and every repeat says that it may be one."""
        sent = {row.id for row in now.messages if row.state is MessageState.SENT}
        said = Counter(
            (row.alert_id, row.person_id, row.kind, re.sub(r"[.]u\d+", "", row.occasion))
            for row in now.tellings
            if row.message_id in sent
        )
        twice = [key for key, times in said.items() if times > 1]
        assert not twice, f"I5: told twice: {twice}"
        by_chat: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in now.messages:
            if row.operation is Operation.SEND:
                by_chat[row.address].append(row)
        for name in EVERYBODY:
            phone = self.town.phone(name).sandbox
            rows = by_chat[str(phone.id)]
            numbers = [row.provider_message_id for row in rows if row.provider_message_id]
            assert len(numbers) == len(set(numbers)), f"I5: {name} has two rows of one message"
            nobodys = [m for m in phone.received if str(m.message_id) not in set(numbers)]
            assert len(nobodys) <= sum(row.unknowns for row in rows), (
                f"I5: {name} has what no row sent: {[m.text for m in nobodys]}"
            )
            for row in rows:
                if row.unknowns and row.provider_message_id:
                    text = phone.chat.messages[int(row.provider_message_id)].history[0].text
                    says = any(words(lang).say("note.repeat") in text for lang in ("en", "cy"))
                    assert says or row.kind is Kind.NEUTRAL, f"I5: an unmarked repeat: {text!r}"

    # --- how things stand ----------------------------------------------------------------------

    def _moved_legally(self, before: Known, now: Known) -> None:
        """I9: an alert moves along the legal moves, its raisings only grow, history is appended.
        One that stands again has moved twice: to open, and on to the answer it had."""
        for number, was in before.alerts.items():
            alert = now.alerts[number]
            assert alert.raising >= was.raising, "I9: a raising went back"
            again = now.stood_again[number] > before.stood_again[number]
            sources = (was.state, AlertState.OPEN) if again else (was.state,)
            moved = alert.state is was.state or any(alert.state in LEGAL_MOVES[s] for s in sources)
            assert moved, f"I9: alert {number} went from {was.state} to {alert.state}"
        for name, rows in before.appended.items():
            assert now.appended[name][: len(rows)] == rows, f"I9: {name} was edited"

    def _never_silent(self, now: Known) -> None:
        """I11: an open alert has a next step, not too far behind its bell, or a word on its way."""
        waiting = {row.alert_id for row in now.messages if row.state is MessageState.PENDING}
        at = self.town.world.clock.now()
        for alert in now.alerts.values():
            if alert.state is not AlertState.OPEN or alert.id in waiting:
                continue
            assert alert.next_step_at is not None, f"I11: alert {alert.id} has no next step"
            latest = max(at, alert.bell_at) + _LONGEST_REST
            assert alert.next_step_at <= latest, f"I11: alert {alert.id} rests too long"

    # --- presses -------------------------------------------------------------------------------

    def _answered_once(self) -> None:
        world = self.town.world
        presses = list(world.sandbox.presses.by_id.values())
        for press in presses[self._presses :]:
            assert press.answer is not None, f"nobody answered {press.data}"
            assert not marks_in(press.answer.text), f"I12: {press.answer.text!r}"
        self._presses = len(presses)
        refused = [
            r for r in world.sandbox.ledger.refusals(400) if r.method == "answerCallbackQuery"
        ]
        assert self.town.killed or not refused, "a press was answered twice"
        assert world.sandbox.ledger.refusals(409) == []
        assert world.sandbox.ledger.floods_earned == 0
        assert world.sandbox.unsupported == []

    def must_be_neutral(self, name: str, data: str) -> bool:
        """Whether this press is about an alert that was never this person's, as things stand."""
        verb, *numbers = data.split(":")
        if verb not in _OF_ALERTS or not numbers:
            return False
        if name not in self.town.staff or name in self.town.left:
            return True
        alert, who = self.last.alerts.get(int(numbers[0])), self.town.staff[name]
        if alert is None or who.role not in alert.policy["settled_by"]:
            return True
        row = next(n for n in self.last.notices.values() if n.id == alert.notification_id)
        if who.id in row.excluded:
            return True
        return who.role is not Role.MASH_DESK and not self._is_theirs(who, alert)

    def saw_nothing(self, name: str, press: Press) -> None:
        who = self.town.staff.get(name)
        language = who.language if who and name not in self.town.left else "en"
        said = press.answer.text if press.answer else None
        neutral = words(language).say("press.neutral")
        assert said == neutral, f"{name} pressed {press.data}, which was never theirs: {said!r}"
