"""Questions to the MASH desk: what may be asked, what may be answered with a press, who sees it.

A question is one of a set, so that asking takes two presses and says nothing in a chat. Most are
about a field of the notice: then whoever may see the field may ask, and may read the answer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.alert import Leg
from bot.domain.disclosure import CHILD_FIELDS, Field, RoleView, is_recorded
from bot.domain.incident import Answer, PoliceAction

MOST_WORDS = 2000
"""Characters of free text that the page takes, of a question or an answer."""


class DeskQuestion(StrEnum):
    """What can be asked. The order is the number that a button carries: add at the end only."""

    PRESENT = "present"
    SEEN = "seen"
    SPOKEN_TO = "spoken_to"
    SAID = "said"
    ARREST = "arrest"
    CONDITIONS = "conditions"
    SOCIAL_WORKER = "social_worker"
    OTHER = "other"
    # What a notice left unrecorded, each asked at its own line.
    SPOKEN_TO_ALONE = "spoken_to_alone"
    LOOKED_AFTER = "looked_after"
    INTERPRETER = "interpreter"
    LANGUAGE = "language"
    DISABILITY = "disability"
    ETHNICITY = "ethnicity"
    HEALTH = "health"
    NHS_NUMBER = "nhs_number"
    DATE_OF_BIRTH = "date_of_birth"
    SCHOOL = "school"
    YEAR_GROUP = "year_group"
    OCCURRED_AT = "occurred_at"
    RISK = "risk"
    LOCATION = "location"
    CIRCUMSTANCES = "circumstances"
    INVOLVED_ADULTS = "involved_adults"


SET = tuple(DeskQuestion)[: tuple(DeskQuestion).index(DeskQuestion.OTHER) + 1]
"""What *Ask a question* offers, in this order."""
_NUMBERED = tuple(DeskQuestion)
_FIELDS: Mapping[DeskQuestion, Field] = {
    DeskQuestion.SAID: Field.VOICE,
    DeskQuestion.ARREST: Field.POLICE_ACTION,
    DeskQuestion.CONDITIONS: Field.POLICE_ACTION,
    **{q: Field(q.value) for q in DeskQuestion if q.value in frozenset(Field)},
}
_ASKED_BY_LINE = {
    field: question for question, field in _FIELDS.items() if question != DeskQuestion.CONDITIONS
}
_YES_OR_NO = frozenset(
    {
        DeskQuestion.PRESENT,
        DeskQuestion.SEEN,
        DeskQuestion.SPOKEN_TO,
        DeskQuestion.ARREST,
        DeskQuestion.CONDITIONS,
        DeskQuestion.SPOKEN_TO_ALONE,
        DeskQuestion.LOOKED_AFTER,
        DeskQuestion.INTERPRETER,
    }
)


class DeskAnswer(StrEnum):
    """What the desk answers. The order is the number that a button carries."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    WILL_RING = "will_ring"
    IN_WORDS = "in_words"
    """By the text alone, which only the page takes."""


def number_of(question: DeskQuestion) -> int:
    return _NUMBERED.index(question)


def question_of(number: int) -> DeskQuestion | None:
    """The question that a button's number stands for; None for a number of the presser's own."""
    return _NUMBERED[number] if 0 <= number < len(_NUMBERED) else None


def field_of(question: DeskQuestion) -> Field | None:
    """The field of the notice that the question is about; None if there is none for it."""
    return _FIELDS.get(question)


def line_of(question: DeskQuestion) -> Field | None:
    """The line of a view that an answer stands beside: where it says what the line would."""
    return None if question is DeskQuestion.CONDITIONS else field_of(question)


def is_of_a_child(question: DeskQuestion) -> bool:
    """Whether it is asked of one child, and not of the incident."""
    return question is DeskQuestion.SOCIAL_WORKER or field_of(question) in CHILD_FIELDS


def answers_to(question: DeskQuestion) -> tuple[DeskAnswer, ...]:
    """What the desk may answer with a press."""
    by_word = (DeskAnswer.YES, DeskAnswer.NO) if question in _YES_OR_NO else ()
    return (*by_word, DeskAnswer.NOT_KNOWN, DeskAnswer.WILL_RING)


def answer_of(question: DeskQuestion, number: int) -> DeskAnswer | None:
    """The answer that a button's number stands for; None if it is none to this question."""
    found = tuple(DeskAnswer)[number] if 0 <= number < len(DeskAnswer) else None
    return found if found in answers_to(question) else None


def key_of(question: DeskQuestion, child: int, leg: Leg, asker: str) -> str:
    """What tells this question from others at one school. Two legs that may read the same answer
    ask the same question; whatever else somebody wants to know is their own."""
    if question is DeskQuestion.OTHER:
        return f"{question}:{leg}:{asker}"
    bound = "" if field_of(question) else f":{leg}"
    return f"{question}:{child}{bound}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands, or with its answer. `child` is 0 for one about the incident."""

    number: int
    question: DeskQuestion
    child: int
    leg: Leg
    due_at: datetime
    stands: bool
    wording: str = ""
    """What the asker wrote beside it, on the page."""
    answer: DeskAnswer | None = None
    text: str = ""
    answered_at: datetime | None = None


def may_be_asked(view: RoleView, question: DeskQuestion, child: int) -> bool:
    """Whether the reader of this view may ask it: of a child that they are shown, about a field
    that their role may see."""
    numbers = {shown.number for shown in view.children} if is_of_a_child(question) else {0}
    field = field_of(question)
    return child in numbers and (field is None or field in view.fields)


def offered(view: RoleView, child: int) -> tuple[DeskQuestion, ...]:
    """What *Ask a question* offers of this child, or, where `child` is 0, of the incident."""
    return tuple(question for question in SET if may_be_asked(view, question, child))


def unrecorded(view: RoleView) -> Iterator[tuple[int, DeskQuestion]]:
    """Each line of the view that says *not recorded*, as the question that it could be."""
    groups = [(child.number, child.values) for child in view.children]
    for number, values in [*groups, (0, view.incident)]:
        for field, value in values.items():
            question = _ASKED_BY_LINE.get(field)
            if question is not None and not _is_known(value):
                yield number, question


def _is_known(value: object) -> bool:
    if isinstance(value, PoliceAction):
        return value.arrest is not Answer.NOT_RECORDED
    return is_recorded(value)


def shown_in(view: RoleView, leg: Leg, asked: Iterable[Asked]) -> tuple[Asked, ...]:
    """The questions, with their answers, that the reader of this view of this leg may read: about
    a field, whoever may see the field; any other, who is of the leg that asked."""
    return tuple(one for one in asked if _may_read(view, leg, one))


def _may_read(view: RoleView, leg: Leg, asked: Asked) -> bool:
    if asked.child and asked.child not in {child.number for child in view.children}:
        return False
    field = field_of(asked.question)
    return asked.leg is leg if field is None else field in view.fields


def waits(took: Collection[timedelta]) -> dict[str, timedelta]:
    """How long answers took: the one in the middle, and the one that nine in ten were within.
    Empty when there was none."""
    if not took:
        return {}
    ordered = sorted(took)
    middle, last = len(ordered) // 2, len(ordered) - 1
    between = (ordered[middle] + ordered[last - middle]) / 2
    return {"median": between, "nine in ten": ordered[-(-9 * len(ordered) // 10) - 1]}


def still_to_ask(
    view: RoleView, asked: Collection[Asked], most: int
) -> tuple[tuple[int, DeskQuestion], ...]:
    """What was not recorded and is neither asked nor answered yet; as many as there is room for."""
    settled = {
        (one.child, one.question)
        for one in asked
        if one.stands or one.answer in (DeskAnswer.YES, DeskAnswer.NO, DeskAnswer.IN_WORDS)
    }
    return tuple(one for one in unrecorded(view) if one not in settled)[:most]
