"""The answers that follow an answer, on a card: what is planned, to undo, to pass on, and what a
nurse may say besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Button
from bot.domain.plan import CHOICES, Choice
from bot.rendering.catalogue import Words

PLAN, UNDO, PASS, NO_NEED = "k", "u", "w", "y"
"""What a button's data begins with; an alert's number follows."""
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """To whom the reader passed it, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answers:
    """What one reader has said of an alert beyond that they have it, and may say now."""

    may_plan: bool = False
    owed_by: datetime | None = None
    """A plan is owed by then."""
    plan: Choice | None = None
    choosing: bool = False
    """The list of plans stands open."""
    may_see_no_need: bool = False
    may_pass: bool = False
    pass_to: tuple[tuple[int, str], ...] = ()
    """Mark and name of each whom it may be passed to, while that list stands open."""
    passed: PassedOn | None = None
    may_undo: bool = False
    asks_whose: bool = False
    """A nurse team's, and nobody of it has answered: whose is it?"""


NONE = Answers()


def answer_notes(words: Words, facts: Answers) -> Sequence[str]:
    """What is planned, or by when it is to be said."""
    if facts.may_plan and facts.owed_by is not None:
        return [words.say("note.plan_by", at=words.moment(facts.owed_by))]
    if facts.may_plan and facts.plan is not None:
        return [words.say("note.planned", choice=words.say(f"plan.{facts.plan.value}"))]
    return [words.say("note.ours")] if facts.asks_whose else []


def answer_buttons(words: Words, number: int, facts: Answers) -> Rows:
    """A plan that is owed is one press away; one that was said can be changed by two."""
    rows: list[tuple[Button, ...]] = []
    if facts.may_plan and facts.owed_by is not None:
        rows += _choices(words, number)
    elif facts.may_plan:
        rows.append((Button(words.say("button.plan"), f"{PLAN}:{number}"),))
    if facts.may_see_no_need:
        rows.append((Button(words.say("button.no_health_need"), f"{NO_NEED}:{number}"),))
    if facts.may_pass:
        rows.append((Button(words.say("button.pass_on"), f"{PASS}:{number}"),))
    if facts.may_undo:
        rows.append((Button(words.say("button.undo"), f"{UNDO}:{number}"),))
    return tuple(rows)


def lists(words: Words, number: int, facts: Answers) -> Rows:
    """An open list takes the place of all other buttons, and goes by itself."""
    if facts.may_plan and facts.choosing:
        return (*_choices(words, number), _back(words, PLAN, number))
    if facts.may_pass and facts.pass_to:
        whom = [(Button(name[:60], f"{PASS}:{number}:{mark}"),) for mark, name in facts.pass_to]
        return (*whom, _back(words, PASS, number))
    return ()


def _back(words: Words, verb: str, number: int) -> tuple[Button, ...]:
    """Who opened a list by mistake need not wait for it to go."""
    return (Button(words.say("button.back"), f"{verb}:{number}"),)


def _choices(words: Words, number: int) -> Rows:
    return tuple(
        (Button(words.say(f"plan.{choice.value}"), f"{PLAN}:{number}:{place}"),)
        for place, choice in enumerate(CHOICES)
    )
