"""Everything that is held of one child, in every partner's notices but those of drills.

Reads and writes nothing: there is nothing for a death to leave half done.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.incident import incident_of
from bot.domain.people import Role
from bot.domain.subject_access import Contact, HeldNotice, HeldQuestion, HeldVersion, Subject
from bot.domain.triage import Question
from bot.store import alerts, directory, disclosures, notifications, questions, tasks, tellings
from bot.store.unit_of_work import Tx

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Found:
    notices: tuple[HeldNotice, ...]
    possible: tuple[str, ...]
    """References in which a child of this name has no date of birth."""
    excluded: frozenset[str]
    """Who must learn nothing of one of these notices."""
    unsettled: bool
    """Of one of them nobody knows yet whom an exclusion means."""


@dataclass(frozen=True, slots=True)
class _Line:
    alert_id: int
    of_child: bool
    what: str
    at: datetime
    person_id: str
    role: Role


async def search(tx: Tx, subject: Subject) -> Found:
    """Look through every version of every notification."""
    notices: list[HeldNotice] = []
    possible: list[str] = []
    excluded: set[str] = set()
    unsettled, beyond = False, 0
    while rows := await notifications.of_no_drill(tx, beyond, _BATCH):
        beyond = rows[-1].id
        versions: dict[int, list[HeldVersion]] = {row.id: [] for row in rows}
        for version in await notifications.versions_of(tx, versions):
            versions[version.notification_id].append(
                HeldVersion(version.version, version.received_at, incident_of(version.content))
            )
        for row in rows:
            held = versions[row.id]
            children = [child for version in held for child in version.incident.children]
            if any(subject.is_meant(child) for child in children):
                bare = HeldNotice(row.reference, row.partner, row.state.value, tuple(held))
                duties = await alerts.of_notifications(tx, [row.id], lock=False)
                theirs, others = await _contacts(tx, row.id, duties, bare.numbers(subject))
                asked = await _questions(tx, row.id, bare.numbers(subject))
                notices.append(replace(bare, contacts=theirs, other_duties=others, questions=asked))
                excluded.update(row.excluded, held[-1].incident.exclude)
                unsettled |= any(_asks_whom(duty) for duty in duties)
            elif any(subject.may_be_meant(child) for child in children):
                possible.append(row.reference)
    return Found(tuple(notices), tuple(possible), frozenset(excluded), unsettled)


def _asks_whom(duty: Row[Any]) -> bool:
    """Whether this asks whom an exclusion means, and nobody has said. A coordinator may close the
    task; that says nothing of whom."""
    unanswered = duty.state in (AlertState.OPEN, AlertState.CLOSED)
    return unanswered and str(duty.task).startswith(f"{Question.EXCLUSION}:")


async def _questions(
    tx: Tx, notification_id: int, numbers: frozenset[int]
) -> tuple[HeldQuestion, ...]:
    """What was asked of the child, and of the incident."""
    return tuple(
        HeldQuestion(questions.asked(row), row.asked_at)
        for row in await questions.of_notification(tx, notification_id)
        if row.child_number in (0, *numbers)
    )


async def _contacts(
    tx: Tx, notification_id: int, duties: Sequence[Row[Any]], numbers: frozenset[int]
) -> tuple[tuple[Contact, ...], tuple[Contact, ...]]:
    """Who was told, opened and acknowledged what has to do with the child; and the rest."""
    of_duty = {duty.id: duty for duty in duties}
    lines = sorted(await _lines(tx, notification_id, of_duty, numbers), key=lambda line: line.at)
    names = await directory.names_of(tx, {line.person_id for line in lines})
    schools = await directory.school_names(tx, {duty.school_code for duty in duties})
    made = [
        (
            line.of_child,
            Contact(
                line.what,
                line.at,
                names[line.person_id],
                line.role.value,
                of_duty[line.alert_id].leg,
                schools.get(of_duty[line.alert_id].school_code, ""),
            ),
        )
        for line in lines
    ]
    theirs = tuple(contact for of_child, contact in made if of_child)
    return theirs, tuple(contact for of_child, contact in made if not of_child)


async def _lines(
    tx: Tx, notification_id: int, duties: Mapping[int, Row[Any]], numbers: frozenset[int]
) -> list[_Line]:
    children = await alerts.children(tx, list(duties))
    settled = await tasks.of_alerts(tx, list(duties))
    asked = await questions.by_alerts(tx, list(duties))

    def concerns(alert_id: int, shown: Collection[int] | None = None) -> bool:
        if duties[alert_id].leg is Leg.TRIAGE:
            return settled[alert_id].child_number in (None, *numbers)
        if duties[alert_id].leg is Leg.QUESTION:
            return asked[alert_id].child_number in (0, *numbers)
        among = {child.number for child in children[alert_id]} if shown is None else shown
        return not numbers.isdisjoint(among)

    lines = [
        _Line(
            told.alert_id,
            concerns(told.alert_id),
            "told" if told.sent_at else "not_sent",
            told.sent_at or told.told_at,
            told.person_id,
            told.role,
        )
        for told in await tellings.of_alerts(tx, list(duties))
    ]
    lines += [
        _Line(
            line.alert_id,
            concerns(line.alert_id, line.children),
            "opened",
            line.disclosed_at,
            line.person_id,
            line.role,
        )
        for line in await disclosures.of_notification(tx, notification_id)
    ]
    for alert_id, answers in (await alerts.answers(tx, list(duties))).items():
        lines += [
            _Line(
                alert_id,
                concerns(alert_id, answer.children),
                "acknowledged",
                answer.at,
                answer.person_id,
                answer.role,
            )
            for answer in answers
        ]
    return lines
