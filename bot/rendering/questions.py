"""Questions to the MASH desk in words: buttons that give nothing away, and, in a view that its
reader has opened, what was asked and what came of it."""

from collections.abc import Iterable, Sequence

from bot.domain.asking import (
    SET,
    Asked,
    DeskAnswer,
    DeskQuestion,
    answers_to,
    field_of,
    is_of_a_child,
    line_of,
    number_of,
)
from bot.domain.disclosure import Field
from bot.rendering.cards import ANSWER, ASK
from bot.rendering.catalogue import Words
from bot.rendering.view import inert

_ANSWERS = tuple(DeskAnswer)
Presses = tuple[tuple[str, str], ...]


def which_child(say: Words, alert_id: int, children: Sequence[int]) -> Presses:
    """Several children: which of them is asked about, by number; or the incident, of nobody."""
    of_a_child = [
        (say.say("button.ask_child", number=child), f"{ASK}:{alert_id}:{child}")
        for child in children
    ]
    return (*of_a_child, (say.say("button.ask_incident"), f"{ASK}:{alert_id}:0"))


def which_question(say: Words, alert_id: int, asked: Iterable[tuple[int, DeskQuestion]]) -> Presses:
    """Each question as a button. Its words are harmless: they stand in a chat."""
    return tuple(
        (_short(say, question), f"{ASK}:{alert_id}:{child}:{number_of(question)}")
        for child, question in asked
    )


def which_answer(say: Words, asked: Asked) -> Presses:
    """What the desk may answer with a press."""
    return tuple(
        (say.say(f"button.answer_{answer.value}"), f"{ANSWER}:{asked.number}:{_number(answer)}")
        for answer in answers_to(asked.question)
    )


def which_number(say: Words, asked: Asked) -> tuple[tuple[int, str], ...]:
    """The same for the page, whose buttons carry the answer's number."""
    return tuple(
        (_number(answer), say.say(f"button.answer_{answer.value}"))
        for answer in answers_to(asked.question)
    )


def _number(answer: DeskAnswer) -> int:
    return _ANSWERS.index(answer)


def _short(say: Words, question: DeskQuestion) -> str:
    if question in SET:
        return say.say(f"button.ask_{question.value}")
    return say.say("button.ask_field", field=_label(say, question))


def _label(say: Words, question: DeskQuestion) -> str:
    field = field_of(question)
    assert field is not None
    return say.say(f"field.{field.value}")


def question_text(say: Words, question: DeskQuestion) -> str:
    """The question itself, for a view or the page."""
    if question in SET:
        return say.say(f"question.{question.value}")
    return say.say("question.of_field", field=_label(say, question))


def answer_text(say: Words, asked: Asked) -> str:
    """The answer: a word, a text, or both."""
    chosen = (
        say.say(f"answered.{asked.answer.value}")
        if asked.answer and asked.answer is not DeskAnswer.IN_WORDS
        else ""
    )
    return " ".join(part for part in (chosen, inert(asked.text)) if part)


def asked_lines(say: Words, asked: Sequence[Asked], *, several: bool) -> list[str]:
    """What was asked of the desk and what it answered, a line each under a heading. `several`: of
    which child is said."""
    if not asked:
        return []
    return [say.say("asked.heading"), *(_asked_line(say, one, several) for one in asked)]


def _asked_line(say: Words, one: Asked, several: bool) -> str:
    question = question_text(say, one.question)
    if several and is_of_a_child(one.question):
        question = f"{say.say('view.child', number=one.child)}: {question}"
    if one.wording:
        question = f"{question} {inert(one.wording)}"
    if one.answered_at is not None:
        at = say.moment(one.answered_at)
        return say.say("asked.answered", question=question, answer=answer_text(say, one), at=at)
    name = "asked.waits" if one.stands else "asked.over"
    return say.say(name, question=question, bell=say.moment(one.due_at))


def beside(say: Words, asked: Iterable[Asked]) -> dict[tuple[int, Field], str]:
    """What the desk answered, to stand beside the field that the notice left open. The notice
    itself is never edited: it is the sender's."""
    found = {}
    for one in asked:
        field = line_of(one.question)
        if field is not None and one.answered_at is not None:
            at = say.moment(one.answered_at)
            found[one.child, field] = say.say("asked.beside", answer=answer_text(say, one), at=at)
    return found


def desk_lines(say: Words, asked: Asked, asker: str, *, several: bool) -> list[str]:
    """To the desk: what is asked, by whom, and until when an answer is owed; or what was said."""
    lines = [say.say("asked.by", asker=inert(asker)) if asker else ""]
    lines.append(_asked_line(say, asked, several))
    return [line for line in lines if line]
