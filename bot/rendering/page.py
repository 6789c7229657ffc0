"""The secure page: a role's view as headings, lines and answers, for the templates in `pages/`.

Templates escape whatever they are given; text from notices is inert before it comes there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.alert import AlertState
from bot.domain.asking import (
    MOST_WORDS,
    Asked,
    DeskQuestion,
    line_of,
    number_of,
    offered,
    still_to_ask,
)
from bot.domain.difference import Difference
from bot.domain.disclosure import Field, RoleView, is_recorded
from bot.domain.message import Kind
from bot.domain.plan import CHOICES
from bot.rendering.answers import Answers, answer_notes
from bot.rendering.cards import Card, heading, lateness
from bot.rendering.catalogue import DEFAULT, LANGUAGES, Words, words
from bot.rendering.questions import asked_lines, beside, question_text, which_number
from bot.rendering.view import (
    Beside,
    difference_lines,
    text_with,
    update_line,
    value_text,
    view_lines,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that may be asked of the MASH desk."""

    child: int
    number: int
    text: str
    in_words: bool = False
    """Whether the asker writes what they want to know."""


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str
    recorded: bool
    """Whether anything was; `text` says so in words if not."""
    ask: Ask | None = None
    """The question that this line could be, where it was not recorded."""


@dataclass(frozen=True, slots=True)
class ChildPart:
    number: int
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AlertPage:
    """All that the page of one alert says to one reader."""

    language: str
    alert_id: int
    reference: str
    standing: str
    """How it stands, with the deadline while it is open."""
    drill: bool
    notes: tuple[str, ...]
    """How old it is, that it comes late, that another setting was told."""
    consider: tuple[str, ...]
    changed: tuple[str, ...]
    """What is another since the reader last opened it."""
    question: tuple[str, ...]
    """What a triage task asks, and what it goes by."""
    lines: tuple[Line, ...]
    children: tuple[ChildPart, ...]
    updates: tuple[str, ...]
    entry: str
    """Ready to be copied into the school's own safeguarding system."""
    may_acknowledge: bool
    may_recuse: bool
    may_refuse: bool
    """Whether it may be said of each child that they are not of this school."""
    choices: tuple[tuple[int, str], ...]
    answers: Answers
    """What may be said of it beyond that the reader has it."""
    plans: tuple[tuple[int, str], ...]
    """Each plan's place in the list, and its words; empty where none may be said."""
    asks: tuple[Ask, ...]
    """What *Ask a question* offers."""
    asked: tuple[str, ...]
    """What was asked, and what came of it."""
    replies: tuple[tuple[int, str], ...]
    """What the desk may answer with a press, where this is a question to it."""
    may_take: bool
    most_words: int = MOST_WORDS


def alert_page(
    facts: Card,
    view: RoleView,
    schools: dict[str, str],
    *,
    language: str,
    reader: str,
    now: datetime,
    drill: bool = False,
    consider: Iterable[str] = (),
    difference: Difference | None = None,
    question: Iterable[str] = (),
    choices: Iterable[tuple[int, str]] = (),
    asked: Sequence[Asked] = (),
    answering: Asked | None = None,
    may_acknowledge: bool,
    may_recuse: bool,
    may_refuse: bool,
    may_ask: bool,
) -> AlertPage:
    """`schools` maps codes to names in the reader's language; `reader` is who they are. `asked` is
    what they may read of what was asked of the desk, `answering` what they are to answer."""
    say = words(language)
    several = len(view.children) > 1
    said = beside(say, asked)
    asks = _line_asks(say, view, asked) if may_ask else {}
    standing = _standing(say, facts, may_acknowledge=may_acknowledge)
    notes = (
        _age(say, view, now),
        lateness(say, facts) if may_acknowledge else "",
        say.say("view.other_settings") if view.other_settings_told else "",
        *answer_notes(say, facts.answers),
    )
    alone = len(view.children) == 1
    return AlertPage(
        language=language,
        alert_id=facts.alert_id,
        reference=facts.reference,
        standing=standing,
        drill=drill,
        notes=tuple(note for note in notes if note),
        consider=tuple(consider),
        changed=tuple(difference_lines(say, difference, schools, alone=alone))
        if difference
        else (),
        question=tuple(question),
        lines=_lines(say, view.incident, schools, 0, said, asks),
        children=tuple(
            ChildPart(
                child.number,
                say.say("page.the_child") if alone else say.say("view.child", number=child.number),
                _lines(say, child.values, schools, child.number, said, asks),
            )
            for child in view.children
        ),
        updates=tuple(update_line(say, update) for update in view.updates),
        entry=_entry(say, facts, view, schools, reader, now, asked, drill=drill),
        may_acknowledge=may_acknowledge,
        may_recuse=may_recuse,
        may_refuse=may_refuse,
        choices=tuple(choices),
        answers=facts.answers,
        plans=tuple(
            (place, say.say(f"plan.{choice.value}"))
            for place, choice in enumerate(CHOICES)
            if facts.answers.may_plan and choice is not facts.answers.plan
        ),
        asks=_asks(say, view, several=several) if may_ask else (),
        asked=tuple(asked_lines(say, asked, several=several)),
        replies=which_number(say, answering) if answering else (),
        may_take=answering is not None and not facts.is_owner,
    )


def _asks(say: Words, view: RoleView, *, several: bool) -> tuple[Ask, ...]:
    """The set list, of each child and of the incident."""
    numbers = [*(child.number for child in view.children), 0]
    return tuple(
        Ask(
            child,
            number_of(question),
            f"{say.say('view.child', number=child)}: {question_text(say, question)}"
            if several and child
            else question_text(say, question),
            in_words=question is DeskQuestion.OTHER,
        )
        for child in numbers
        for question in offered(view, child)
    )


def _line_asks(say: Words, view: RoleView, asked: Sequence[Asked]) -> dict[tuple[int, Field], Ask]:
    """What was not recorded, and is neither asked nor answered: each with a button of its own."""
    found = {}
    for child, question in still_to_ask(view, asked, most=1000):
        field = line_of(question)
        assert field is not None
        text = question_text(say, question)
        found[child, field] = Ask(child, number_of(question), text)
    return found


def _standing(say: Words, facts: Card, *, may_acknowledge: bool) -> str:
    """As on the card, but that it is open already."""
    if facts.kind is Kind.QUESTION or facts.state is not AlertState.OPEN:
        return heading(say, facts)
    if not (may_acknowledge or facts.kind is Kind.TRIAGE):
        return heading(say, facts)
    name = "page.acknowledge_before" if may_acknowledge else "page.settle_before"
    return say.say(name, bell=say.moment(facts.bell_at))


def _lines(
    say: Words,
    values: Mapping[Field, object],
    schools: dict[str, str],
    child: int,
    said: Beside,
    asks: Mapping[tuple[int, Field], Ask],
) -> tuple[Line, ...]:
    return tuple(
        Line(
            say.say(f"field.{field.value}"),
            text_with(value_text(say, field, values[field], schools), said, child, field),
            is_recorded(values[field]) or (child, field) in said,
            asks.get((child, field)),
        )
        for field in Field
        if field in values
    )


def _age(say: Words, view: RoleView, now: datetime) -> str:
    happened = view.incident.get(Field.OCCURRED_AT)
    if not isinstance(happened, datetime):
        return ""
    return say.say("page.age", span=say.span(now - happened))


def _entry(
    say: Words,
    facts: Card,
    view: RoleView,
    schools: dict[str, str],
    reader: str,
    now: datetime,
    asked: Sequence[Asked],
    *,
    drill: bool,
) -> str:
    """What a school's own record needs: who read it and when, their answer, all that they see."""
    return "\n".join(
        [
            say.say("page.entry_heading", reference=facts.reference),
            say.say("page.entry_read", reader=reader, at=f"{say.moment(now)} {now.year}"),
            *([heading(say, facts)] if facts.mine else []),
            "",
            *view_lines(say, view, schools, drill=drill, beside=beside(say, asked)),
            *([""] if asked else []),
            *asked_lines(say, asked, several=len(view.children) > 1),
        ]
    )


# --- templates -----------------------------------------------------------------------------------


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, language: str, **values: object) -> str:
    """A page in this language; escaped whatever it is given."""
    say = words(language).say
    return _filled(template, language=language, say=say, title=say("page.title"), **values)


def render_for_anyone(template: str, **values: object) -> str:
    """A page for whoever it may be, in both languages one behind the other."""
    both = [(language, words(language).say) for language in LANGUAGES]
    title = words(DEFAULT).say("page.title")
    return _filled(template, language=DEFAULT, both=both, title=title, **values)


def _filled(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)
