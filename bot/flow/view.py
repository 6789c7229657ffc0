"""The role's view of an alert, made from the record for one reader, and its words in the chat.

What a reader may see is decided in `domain/disclosure` alone; where it is shown (the chat now, a
page elsewhere) is somebody else's business, so the view and the way it is shown stay apart.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import Acknowledgement, AlertChild, Leg, children_in_scope, uncovered
from bot.domain.asking import Asked, shown_in
from bot.domain.difference import Difference, changes
from bot.domain.disclosure import RoleView, role_view
from bot.domain.incident import WrittenSchool, incident_of
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.domain.triage import Question
from bot.flow.patterns import Consider, consider
from bot.rendering.cards import Answered
from bot.rendering.catalogue import Words, words
from bot.rendering.questions import asked_lines, beside, desk_lines
from bot.rendering.view import difference_lines, inert, pages, view_lines, written_school
from bot.store import alerts, disclosures, notifications, questions, tasks
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """A role's view and what it leaves the reader to choose."""

    view: RoleView
    version: int
    """The version of the notification that it was made from."""
    task: Row[Any] | None = None
    """The triage task that asks, if this is one."""
    drill: bool = False
    refused_by: tuple[str, ...] = ()
    """The codes of the schools that said of the child in question that it is not theirs."""
    consider: Consider = field(default_factory=dict)
    difference: Difference | None = None
    """What is another since this reader was last shown an earlier version."""
    asked: tuple[Asked, ...] = ()
    """What was asked of the MASH desk, as far as this reader may read it, with its answers."""
    question: Asked | None = None
    """What this reader, at the desk, is asked."""
    asker: Person | None = None
    several: bool = False
    """Whether it has to be said of which child."""


async def view_for(
    tx: Tx,
    known: InForce,
    alert: Row[Any],
    children: tuple[AlertChild, ...],
    person: Person,
    now: datetime,
) -> Shown:
    """What `person`, who has been found to may, is shown of this alert."""
    row = await notifications.by_id(tx, alert.notification_id)
    assert row is not None
    incident = incident_of(row.content)
    task = None
    if alert.leg is Leg.QUESTION:
        return await _of_question(tx, known, alert, row, person)
    if alert.leg is Leg.TRIAGE:
        task = await tasks.of_alert(tx, alert.id)
        assert task is not None
        asked = () if task.child_number is None else (AlertChild(task.child_number, None),)
        view = role_view(incident, person, asked, known.matrix, other_settings_told=False)
        if not asked:  # who somebody is: the incident, without any child
            return Shown(replace(view, children=()), row.version, task)
        refused_by = tuple(
            dict.fromkeys(
                refusal.school_code
                for refusal in notifications.refusals(row)
                if refusal.child_number == task.child_number
            )
        )
        drill = row.drill_id is not None
        return Shown(view, row.version, task, drill=drill, refused_by=refused_by)
    others = await alerts.other_schools_told(tx, alert.notification_id, alert.school_code)
    view = role_view(incident, person, children, known.matrix, other_settings_told=others)
    rows = await questions.of_notification(tx, alert.notification_id, alert.school_code)
    return Shown(
        view,
        row.version,
        drill=row.drill_id is not None,
        consider=await consider(tx, known, alert, children, person, now),
        difference=await _difference(tx, known, alert, row.version, children, person, view),
        asked=shown_in(view, alert.leg, map(questions.asked, rows)),
        several=len(view.children) > 1,
    )


async def _difference(
    tx: Tx,
    known: InForce,
    alert: Row[Any],
    version: int,
    children: tuple[AlertChild, ...],
    person: Person,
    now: RoleView,
) -> Difference | None:
    """What `now`, the view of this version, says otherwise than the newest one before it that the
    ledger says `person` was shown; None if there is none, or nothing of theirs is another."""
    if version == 1:
        return None
    last = await disclosures.last_before(tx, alert.id, person.id, version)
    if last is None:
        return None
    content = await notifications.content_of(tx, alert.notification_id, last.notification_version)
    before = role_view(
        incident_of(content), person, children, known.matrix, other_settings_told=False
    )
    changed, fresh = changes(before, now, last.fields, last.children)
    return Difference(last.disclosed_at, changed, fresh) if changed or fresh else None


async def _of_question(
    tx: Tx, known: InForce, alert: Row[Any], row: Row[Any], person: Person
) -> Shown:
    """What the desk needs for an answer: the incident and the child that is asked about, or all
    that the school was told of."""
    found = await questions.by_alert(tx, alert.id)
    assert found is not None
    there = (await alerts.children(tx, [found.about_id]))[found.about_id]
    about = tuple(c for c in there if found.child_number in (0, c.number))
    view = role_view(
        incident_of(row.content), person, about, known.matrix, other_settings_told=False
    )
    asker = (await questions.askers(tx, [alert.id]))[alert.id][0].person_id
    return Shown(
        view,
        row.version,
        drill=row.drill_id is not None,
        question=questions.asked(found),
        # Of somebody excluded since nothing is said, not even that they asked.
        asker=None if asker in alert.excluded else known.directory.people.get(asker),
        several=len(view.children) > 1,
    )


def own_answer(
    known: InForce,
    alert: Row[Any],
    given: Sequence[Acknowledgement],
    children: Sequence[AlertChild],
    person: Person,
) -> Answered | None:
    """The reader's own answer, as long as nothing that they have of the alert by now is left for
    them: it covers all of that, or somebody else's covers the rest."""
    own = [answer for answer in given if answer.person_id == person.id]
    if not own:
        return None
    covered = frozenset().union(*(answer.children for answer in own))
    mine = children_in_scope(person, children)
    settled_by, people = alerts.policy(alert).settled_by, known.directory.people
    owing = uncovered(children, given, settled_by, alert.excluded, people)
    is_all = mine <= covered or (mine & covered and not (mine - covered) & owing)
    return Answered(person.name, own[-1].at, own[-1].meaning) if is_all else None


def settling_answer(
    known: InForce, given: Sequence[Acknowledgement], excluded: Collection[str]
) -> Answered | None:
    """The newest answer of anybody whose name may be said."""
    given = [answer for answer in given if answer.person_id not in excluded]
    if not given:
        return None
    who = known.directory.people.get(given[-1].person_id)
    name = who.name if who else given[-1].person_id
    return Answered(name, given[-1].at, given[-1].meaning)


def chat_pages(known: InForce, shown: Shown, language: str) -> list[str]:
    """The view in the reader's language, in pieces that fit a message."""
    say = words(language)
    lines = view_lines(
        say,
        shown.view,
        school_names(known, language),
        drill=shown.drill,
        beside=beside(say, shown.asked),
    )
    if shown.consider:
        lines = [*consider_lines(known, shown, language), "", *lines]
    if shown.difference:
        names = school_names(known, language)
        lines = [
            *difference_lines(say, shown.difference, names, alone=not shown.several),
            "",
            *lines,
        ]
    if question := question_lines(known, shown, language):
        lines = [*question, "", *lines]
    if asked := asked_lines(say, shown.asked, several=shown.several):
        lines = [*lines, "", *asked]
    return pages(lines)


def consider_lines(known: InForce, shown: Shown, language: str) -> list[str]:
    """For each child with several notices that the reader may open: which, to be considered."""
    say, days = words(language), known.patterns.within.days
    alone = len(shown.view.children) == 1
    return [
        say.say(
            "view.consider" if alone else "view.consider_child",
            child=number,
            references=say.listed(references),
            days=days,
        )
        for number, references in sorted(shown.consider.items())
    ]


def school_names(known: InForce, language: str) -> dict[str, str]:
    """The names of schools by code, in this language."""
    return {code: school.name_in(language) for code, school in known.directory.schools.items()}


def question_lines(known: InForce, shown: Shown, language: str) -> list[str]:
    """What the desk is asked, and what it goes by; nothing for an alert."""
    if shown.question is not None:
        say = words(language)
        return desk_lines(say, shown.question, _asker(say, shown), several=shown.several)
    if shown.task is None:
        return []
    say, schools = words(language), school_names(known, language)
    if shown.task.question is Question.SAME_PERSON:
        return _whether_the_same(known, say, shown.task, schools)
    return _question(say, shown, shown.task, schools)


def _question(say: Words, shown: Shown, task: Row[Any], schools: dict[str, str]) -> list[str]:
    if task.question is Question.EXCLUSION:
        written = inert(task.written["id"])
        return [
            say.say("view.question_exclusion"),
            f"{say.say('view.id_as_written')}: {written}",
        ]
    school = written_school(say, WrittenSchool(**task.written), schools)
    return [
        say.say("view.question_school"),
        f"{say.say('view.school_as_written')}: {school}",
        say.say(f"why.{task.why}"),
        *_refused(say, shown, schools),
        say.say("answer.triage_decide_how", task=task.alert_id),
    ]


def _refused(say: Words, shown: Shown, schools: dict[str, str]) -> list[str]:
    names = "; ".join(schools.get(code, code) for code in shown.refused_by)
    return [f"{say.say('view.refused_by')}: {names}"] if names else []


def _whether_the_same(
    known: InForce, say: Words, task: Row[Any], schools: dict[str, str]
) -> list[str]:
    person = known.directory.people.get(task.candidates[0])
    written = inert(f"{task.written['given_name']} {task.written['family_name']}")
    lines = [say.say("view.question_same_person"), f"{say.say('view.name_as_written')}: {written}"]
    if person is not None:
        of = [schools[code] for code in sorted(person.scope.schools) if code in schools]
        who = ", ".join([person.name, say.say(f"role.{person.role.value}"), *of])
        lines.append(f"{say.say('view.staff_in_question')}: {who}")
    return lines


def _asker(say: Words, shown: Shown) -> str:
    """Whom the desk would ring."""
    if shown.asker is None:
        return ""
    role = say.say(f"role.{shown.asker.role.value}")
    return ", ".join(filter(None, (shown.asker.name, role, shown.asker.phone)))


def choices(known: InForce, shown: Shown, language: str) -> tuple[tuple[int, str], ...]:
    """What a triage task's buttons offer, each with its candidate's number, which stays the same
    when another candidate leaves the directory."""
    if shown.task is None:
        return ()
    say, directory = words(language), known.directory
    if shown.task.question is Question.SAME_PERSON:
        return (0, say.say("button.same_person")), (1, say.say("button.somebody_else"))
    if shown.task.question is Question.EXCLUSION:
        named = [
            (number, f"{person.name}, {say.say(f'role.{person.role.value}')}")
            for number, i in enumerate(shown.task.candidates)
            if (person := directory.people.get(i)) is not None
        ]
        none_of_them = len(shown.task.candidates), say.say("button.none_of_these_people")
        return (*named, none_of_them)
    return tuple(
        (number, directory.schools[code].name_in(language))
        for number, code in enumerate(shown.task.candidates)
        if code in directory.schools
    )


def disclosed_fields(shown: Shown) -> list[str]:
    """The fields that the ledger of disclosures names, in the matrix's order; and whether what was
    asked of the desk, or answered by it, is shown with them."""
    fields = [field.value for field in shown.view.disclosed]
    return [*fields, "answers"] if shown.asked or shown.question else fields
