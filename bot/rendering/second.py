"""What goes by e-mail and SMS: a reference, a deadline and what to do; no button, no link, nothing
of a child (I12). A mailbox or a telephone may be a whole office's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.message import Kind
from bot.domain.sms import fits
from bot.rendering.catalogue import Words

_NAMED = 3
"""References in one SMS; whoever opens the chat sees them all."""


@dataclass(frozen=True, slots=True)
class About:
    """The alert that a message is about, and whether its reader need answer it."""

    reference: str
    bell_at: datetime
    overdue: bool


def subject(say: Words) -> str:
    return say.say("second.subject")


def card_text(say: Words, kind: Kind, about: About, desk_phone: str) -> str:
    """Instead of an alert's card: short enough for both ways."""
    at = say.moment(about.bell_at)
    if kind is Kind.MORE:
        line = say.say("second.more", reference=about.reference)
    elif kind is Kind.PLAN:
        line = say.say("second.plan", reference=about.reference)
    elif kind is Kind.ANSWERED:
        line = say.say("second.answered", reference=about.reference)
    elif about.overdue:
        line = say.say("second.alert_overdue", reference=about.reference, bell=at)
    else:
        line = say.say("second.alert", reference=about.reference, bell=at)
    return f"{line} {what_to_do(say, desk_phone)}"


def short(say: Words, text: str, references: Sequence[str], desk_phone: str) -> str:
    """An SMS that is no card: its own words where they are short enough, else the references."""
    if fits(text):
        return text
    named = ", ".join(references[:_NAMED])
    line = say.say("second.waits_of", references=named) if named else say.say("second.waits")
    return f"{line} {what_to_do(say, desk_phone)}"


def what_to_do(say: Words, desk_phone: str) -> str:
    return say.say("second.ring", phone=desk_phone) if desk_phone else say.say("second.open")
