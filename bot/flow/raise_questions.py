"""What a person at the MASH desk must settle before, or beside, the alerts: which school a child
goes to, whom an unknown id in `exclude` means, and whether a person named is one of the staff. Each
is a triage task with a ladder of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.alert import AlertChild, AlertState, Leg
from bot.domain.namesakes import Namesake
from bot.domain.routing import Placed, SchoolQuestion
from bot.domain.triage import Question, task_name
from bot.flow.raising import Raising
from bot.flow.suggest import likely_people, likely_schools
from bot.flow.tell import refresh_cards
from bot.store import alerts, messages, tasks

_UNANSWERED = AlertChild(0, None)
"""What a task's ladder has to cover, so that it is read like any other."""


@dataclass(frozen=True, slots=True)
class _Question:
    task: str
    question: Question
    child_number: int | None
    written: dict[str, Any]
    why: str
    candidates: list[str]


async def ask_the_desk(
    raising: Raising, placed: Placed, unknown: Sequence[str], held: Sequence[Namesake]
) -> int:
    """Open a task for each question, end those that a new version answered; how many are open.

    An unknown id in `exclude` holds everything: until it is settled nobody may be told, since
    that person may be the one who opens the alert. Somebody `held` for a name holds up nobody else.
    """
    asked = [*_questions(raising, placed, unknown), *map(_whether_the_same, held)]
    questions = {question.task: question for question in asked}
    standing = 0
    for (leg, _, task), alert in raising.existing.items():
        if leg is not Leg.TRIAGE or alert.state is not AlertState.OPEN:
            continue
        held_back = bool(unknown) and not task.startswith(Question.EXCLUSION)
        if questions.pop(task, None) or held_back:
            standing += 1
        else:
            await alerts.move(raising.tx, alert.id, AlertState.WITHDRAWN, raising.now)
            await messages.cancel_of_alert(raising.tx, alert.id)
            await refresh_cards(raising.tx, raising.now, [alert.id])
            raising.note("triage:answered_by_new_version", alert.id)
    for question in questions.values():
        await _open_task(raising, question)
    return standing + len(questions)


def _questions(raising: Raising, placed: Placed, unknown: Sequence[str]) -> list[_Question]:
    directory = raising.known.directory
    codes = [alert.school_code for alert in placed.alerts]
    if unknown:
        return [
            _Question(
                task_name(Question.EXCLUSION, written),
                Question.EXCLUSION,
                None,
                {"id": written},
                "unknown_person",
                likely_people(written, codes, directory),
            )
            for written in unknown
        ]
    return [
        _Question(
            question.task,
            Question.SCHOOL,
            question.child_number,
            {"code": question.written.code, "name": question.written.name},
            question.why.value,
            _candidates(raising, question, codes),
        )
        for question in placed.questions
        # Nobody at the desk is asked where a synthetic pupil goes.
        if not (question.refused_by and raising.row.drill_id is not None)
    ]


def _candidates(raising: Raising, question: SchoolQuestion, codes: Sequence[str]) -> list[str]:
    """The likeliest schools. Who refused this child is not suggested, and where the other children
    of the incident go is: an officer may have put one down for the other."""
    directory = raising.known.directory
    if not question.refused_by:
        return likely_schools(question.written, directory)
    number = question.child_number
    refused = {
        refusal.school_code for refusal in raising.refusals if refusal.child_number == number
    }
    likely = likely_schools(question.written, directory, besides=refused)
    return [*likely, *(code for code in codes if code not in (*refused, *likely))]


def _whether_the_same(namesake: Namesake) -> _Question:
    name = namesake.written
    return _Question(
        namesake.task,
        Question.SAME_PERSON,
        None,
        {"given_name": name.given_name, "family_name": name.family_name},
        "same_name",
        [namesake.person.id],
    )


async def _open_task(raising: Raising, question: _Question) -> None:
    tx, now = raising.tx, raising.now
    policy = raising.known.policies[Leg.TRIAGE]
    schools = question.candidates if question.question is Question.SCHOOL else ()
    bell_at = raising.known.nearest_bell(now, schools)
    old = raising.existing.get((Leg.TRIAGE, "", question.task))
    if old is not None:  # decided once, and the school that was chosen has since left
        number, turn = old.id, old.raising + 1
        await alerts.reopen(tx, number, raising=turn, at=now, bell_at=bell_at)
        await tasks.undecide(tx, number)
    else:
        turn = 1
        row = raising.alert_row(Leg.TRIAGE, "", bell_at, task=question.task)
        number = await raising.open(row, [_UNANSWERED])
        await tasks.add(
            tx,
            alert_id=number,
            question=question.question,
            child_number=question.child_number,
            written=question.written,
            why=question.why,
            candidates=question.candidates,
        )
    raising.note("triage:opened", number, question=question.question, why=question.why)
    asks_school = question.question is Question.SCHOOL
    await raising.first_climb(
        raising.subject(number, Leg.TRIAGE, None, bell_at, turn),
        policy,
        (_UNANSWERED,),
        extra={"candidates": question.candidates[:3]} if asks_school else None,
    )
