"""The secure page: a role's view as headings, lines and answers, for the templates in `pages/`.

Templates escape whatever they are given; text from notices is inert before it comes there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.alert import AlertState
from bot.domain.difference import Difference
from bot.domain.disclosure import Field, RoleView, is_recorded
from bot.domain.message import Kind
from bot.domain.plan import CHOICES
from bot.rendering.answers import Answers, answer_notes
from bot.rendering.cards import Card, heading, lateness
from bot.rendering.catalogue import DEFAULT, LANGUAGES, Words, words
from bot.rendering.view import difference_lines, update_line, value_text, view_lines


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str
    recorded: bool
    """Whether anything was; `text` says so in words if not."""


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
    may_acknowledge: bool,
    may_recuse: bool,
    may_refuse: bool,
) -> AlertPage:
    """`schools` maps codes to names in the reader's language; `reader` is who they are."""
    say = words(language)
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
        changed=tuple(difference_lines(say, difference, schools)) if difference else (),
        question=tuple(question),
        lines=_lines(say, view.incident, schools),
        children=tuple(
            ChildPart(
                child.number,
                say.say("page.the_child") if alone else say.say("view.child", number=child.number),
                _lines(say, child.values, schools),
            )
            for child in view.children
        ),
        updates=tuple(update_line(say, update) for update in view.updates),
        entry=_entry(say, facts, view, schools, reader, now, drill=drill),
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
    )


def _standing(say: Words, facts: Card, *, may_acknowledge: bool) -> str:
    """As on the card, but that it is open already."""
    if facts.state is not AlertState.OPEN or not (may_acknowledge or facts.kind is Kind.TRIAGE):
        return heading(say, facts)
    name = "page.acknowledge_before" if may_acknowledge else "page.settle_before"
    return say.say(name, bell=say.moment(facts.bell_at))


def _lines(say: Words, values: Mapping[Field, object], schools: dict[str, str]) -> tuple[Line, ...]:
    return tuple(
        Line(
            say.say(f"field.{field.value}"),
            value_text(say, field, values[field], schools),
            is_recorded(values[field]),
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
            *view_lines(say, view, schools, drill=drill),
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
