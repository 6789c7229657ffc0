"""An alert's card in the chat: its words and buttons, as things stand for one reader now."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alert import AlertState, LateBy, Meaning
from bot.domain.delivery import Button
from bot.domain.message import Kind
from bot.rendering.answers import NONE, Answers, answer_buttons, answer_notes, lists
from bot.rendering.catalogue import Words
from bot.rendering.view import joined

OPEN, ACKNOWLEDGE, HIDE, PAGE, DECIDE = "o", "a", "h", "p", "t"
RECUSE, NOT_OURS, CANNOT_ACT = "r", "n", "c"
ASK, ANSWER, TAKE = "q", "s", "i"
"""What a button's data begins with; an alert's number follows (contract: chat)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that settled the alert, or the reader's own."""

    name: str
    at: datetime
    meaning: Meaning = Meaning.TAKEN


@dataclass(frozen=True, slots=True)
class OpenedView:
    """The page of the role's view that is shown until `hides_at`."""

    text: str
    hides_at: datetime
    page: int = 1
    pages: int = 1
    choices: tuple[tuple[int, str], ...] = ()
    """What a triage task offers, each a button."""
    presses: tuple[tuple[str, str], ...] = ()
    """What may be asked of the desk, or answered by it: a button's words and data."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """The one-time link that the card carries until it is used, or until then."""

    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """All that a card's words depend on. Nothing in it is content but an opened view."""

    kind: Kind
    alert_id: int
    reference: str
    bell_at: datetime
    state: AlertState
    may_open: bool = True
    school: str | None = None
    """Named only to a reader who covers several."""
    mine: Answered | None = None
    settled: Answered | None = None
    late: bool = False
    """Raised after the bell that its arrival was for."""
    notice_late_by: LateBy | None = None
    notice_was_due_at: datetime | None = None
    compressed: bool = False
    """There is less time than the ladder wants; others are told sooner."""
    was_due_at: datetime | None = None
    repeat: bool = False
    view: OpenedView | None = None
    app: str | None = None
    """Where details open as a Mini App."""
    link: OpenedLink | None = None
    children: tuple[int, ...] = ()
    """The numbers of the children in the reader's scope; of a triage task none."""
    answers: Answers = NONE
    asking: tuple[tuple[str, str], ...] = ()
    """What *Ask a question* offers, once it is pressed: a button's words and data."""
    owner: str = ""
    """Who at the desk has taken this question."""
    is_owner: bool = False


Rows = tuple[tuple[Button, ...], ...]
_OF_THE_DESK = (Kind.TRIAGE, Kind.QUESTION)


def stub(words: Words) -> tuple[str, Rows]:
    """What stays of a card that its holder may no longer see: no reference, no hint."""
    return words.say("card.stub"), ()


def card(words: Words, facts: Card) -> tuple[str, Rows]:
    """Text and buttons of a card."""
    notes = [
        lateness(words, facts) if facts.state is AlertState.OPEN else "",
        words.say("note.compressed") if facts.compressed else "",
        words.say("note.was_due", at=words.moment(facts.was_due_at)) if facts.was_due_at else "",
        words.say("note.repeat") if facts.repeat else "",
    ]
    until = (
        words.say("note.link_until", at=words.clock(facts.link.expires_at)) if facts.link else ""
    )
    notes += [until, *answer_notes(words, facts.answers)]
    top = joined([heading(words, facts), " ".join(note for note in notes if note)])
    if facts.view is None:
        return top, _buttons(words, facts)
    view = facts.view
    foot = [words.say("note.hides_itself", at=_seconds(words, view.hides_at))]
    if view.pages > 1:
        foot.insert(0, words.say("note.page", page=view.page, pages=view.pages))
    return joined([top, view.text, " ".join(foot)]), _buttons(words, facts)


def lateness(words: Words, facts: Card) -> str:
    """That it comes late, and by whom; nothing when it does not."""
    if facts.notice_late_by is None or facts.notice_was_due_at is None:
        return words.say("note.late") if facts.late else ""
    at = words.moment(facts.notice_was_due_at)
    return words.say(f"note.late_{facts.notice_late_by.value}", at=at)


def heading(words: Words, facts: Card) -> str:
    """How the alert stands for this reader, in a sentence or two."""
    reference = facts.reference
    match facts.state:
        case _ if facts.kind is Kind.QUESTION:
            return _question(words, facts)
        case AlertState.WITHDRAWN | AlertState.MISDIRECTED:
            return words.say("card.withdrawn", reference=reference)
        case _ if facts.kind is Kind.ANSWERED:
            return words.say("card.answered", reference=reference)
        case _ if facts.kind is Kind.MORE:
            name = "card.more" if facts.may_open else "card.more_for_your_information"
            return words.say(name, reference=reference)
        case AlertState.CLOSED:
            return words.say("card.closed", reference=reference)
        case AlertState.ACKNOWLEDGED if facts.kind is Kind.TRIAGE and facts.settled:
            at = words.moment(facts.settled.at)
            return words.say("card.decided", reference=reference, name=facts.settled.name, at=at)
        case AlertState.OPEN | AlertState.ACKNOWLEDGED if (
            facts.kind is Kind.PLAN and facts.mine and facts.answers.owed_by
        ):
            at = words.moment(facts.mine.at)
            return words.say("card.plan_owed", reference=reference, at=at)
        case AlertState.ACKNOWLEDGED if facts.mine:
            at = words.moment(facts.mine.at)
            if facts.mine.meaning is Meaning.NO_HEALTH_NEED:
                return words.say("card.you_saw_no_need", reference=reference, at=at)
            if facts.answers.owed_by:
                return words.say("card.you_acknowledged_plan", reference=reference, at=at)
            return words.say("card.you_acknowledged", reference=reference, at=at)
        case AlertState.ACKNOWLEDGED if facts.settled:
            at, name = words.moment(facts.settled.at), facts.settled.name
            if facts.settled.meaning is Meaning.NO_HEALTH_NEED:
                return words.say("card.other_saw_no_need", reference=reference, name=name, at=at)
            return words.say("card.other_acknowledged", reference=reference, name=name, at=at)
        case AlertState.OPEN if facts.mine:
            at = words.moment(facts.mine.at)
            return words.say("card.you_acknowledged_others_owe", reference=reference, at=at)
        case AlertState.OPEN if facts.answers.passed:
            name, at = facts.answers.passed.name, words.moment(facts.answers.passed.at)
            return words.say("card.you_passed_on", reference=reference, name=name, at=at)
    bell = words.moment(facts.bell_at)
    if facts.kind is Kind.TRIAGE:
        return words.say("card.triage", reference=reference, bell=bell)
    if facts.school:
        school = facts.school
        return words.say("card.alert_of_school", reference=reference, school=school, bell=bell)
    return words.say("card.alert", reference=reference, bell=bell)


def _question(words: Words, facts: Card) -> str:
    """How a question stands, for somebody at the desk: never what it asks."""
    reference, at = facts.reference, words.moment(facts.bell_at)
    match facts.state:
        case AlertState.OPEN if facts.is_owner:
            return words.say("card.question_yours", reference=reference, bell=at)
        case AlertState.OPEN if facts.owner:
            return words.say("card.question_taken", reference=reference, name=facts.owner, bell=at)
        case AlertState.OPEN:
            return words.say("card.question", reference=reference, bell=at)
        case AlertState.ACKNOWLEDGED if facts.settled:
            answered_at, name = words.moment(facts.settled.at), facts.settled.name
            return words.say(
                "card.question_answered", reference=reference, name=name, at=answered_at
            )
    return words.say("card.question_over", reference=reference)


def _buttons(words: Words, facts: Card) -> Rows:
    if not facts.may_open or facts.state in (AlertState.WITHDRAWN, AlertState.MISDIRECTED):
        return ()
    number, view = facts.alert_id, facts.view
    if chosen := lists(words, number, facts.answers):
        return chosen
    standing = facts.state in (AlertState.OPEN, AlertState.ACKNOWLEDGED)
    if facts.asking and standing:
        back = words.say("button.back" if view is None else "button.hide")
        return tuple(
            (Button(said, data),) for said, data in (*facts.asking, (back, f"{HIDE}:{number}"))
        )
    rows: list[tuple[Button, ...]] = []
    if facts.link is not None:
        rows.append((Button(words.say("button.open_page"), url=facts.link.address),))
    elif facts.app is not None:
        rows.append((Button(words.say("button.open"), app=facts.app),))
    elif view is None:
        rows.append((Button(words.say("button.open"), f"{OPEN}:{number}"),))
    else:
        rows += [
            (Button(choice[:60], f"{DECIDE}:{number}:{index}"),)
            for index, choice in view.choices
            if facts.state is AlertState.OPEN
        ]
        rows += [(Button(said, data),) for said, data in view.presses if standing]
        if view.page < view.pages:
            rows.append((Button(words.say("button.next_page"), f"{PAGE}:{number}:{view.page}"),))
        rows.append((Button(words.say("button.hide"), f"{HIDE}:{number}"),))
    is_open, of_the_desk = facts.state is AlertState.OPEN, facts.kind in _OF_THE_DESK
    if is_open and facts.kind is Kind.QUESTION and not facts.is_owner:
        rows.append((Button(words.say("button.take"), f"{TAKE}:{number}"),))
    if is_open and not of_the_desk and facts.mine is None:
        rows.append((Button(words.say("button.acknowledge"), f"{ACKNOWLEDGE}:{number}"),))
    if standing:
        rows += answer_buttons(words, number, facts.answers)
    if standing and not of_the_desk:
        rows.append((Button(words.say("button.ask"), f"{ASK}:{number}"),))
    if standing:
        rows += _not_ours(words, facts)
    if is_open and not of_the_desk and facts.mine is None:
        rows.append((Button(words.say("button.cannot_act"), f"{CANNOT_ACT}:{number}"),))
    if view is not None and standing:
        rows.append((Button(words.say("button.recuse"), f"{RECUSE}:{number}"),))
    return tuple(rows)


def _not_ours(words: Words, facts: Card) -> Rows:
    """One child: its own button. Several: one that says where to find each child's, or those."""
    number, several = facts.alert_id, len(facts.children) > 1
    if several and facts.view is None:
        return ((Button(words.say("button.not_ours"), f"{NOT_OURS}:{number}"),),)
    return tuple(
        (
            Button(
                words.say("button.not_ours_child", number=child)
                if several
                else words.say("button.not_ours"),
                f"{NOT_OURS}:{number}:{child}",
            ),
        )
        for child in facts.children
    )


def _seconds(words: Words, at: datetime) -> str:
    return f"{words.clock(at)}:{at.second:02d}"
