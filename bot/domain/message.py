"""One thing to say to one contact method: its kinds, its states, and who goes first."""

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a message says. The words are in `rendering/`, by kind and language."""

    ALERT = "alert"
    """A card with buttons, to those who may open it; sent again as a reminder by a later step."""
    TRIAGE = "triage"
    """The MASH desk's card: which school is this?"""
    PLAN = "plan"
    """The card again, to who acknowledged and has not said what is planned."""
    PLAN_MISSING = "plan_missing"
    """To coordinators: acknowledged, and nobody has said what is planned."""
    QUESTION = "question"
    """The MASH desk's card: somebody who was told asks about this."""
    ANSWERED = "answered"
    """To who asked: there is an answer to read."""
    QUESTION_OVER = "question_over"
    """To who asked, or was to answer: the question ended without an answer."""
    MORE = "more"
    """There is more on an alert already told: a new version or an update."""
    WITHDRAWN = "withdrawn"
    MISDIRECTED = "misdirected"
    """To who had opened what was for another school: not to be used, not to be passed on."""
    CONTAINMENT = "containment"
    """To coordinators: something reached a wrong school, and when a report of it would be due."""
    CONSIDER = "consider"
    """To the MASH desk: these notices may be worth a look together. References alone."""
    REPLANNED = "replanned"
    """To who was told: the deadline is another now, since the school is closed, or open again."""
    DIGEST = "digest"
    """What a hold over the holidays kept for one person, at its end and before the cards."""
    ESCALATION = "escalation"
    """A reference and a school, to roles that never see content; several may share a message."""
    TRIAGE_STANDS = "triage_stands"
    QUESTION_STANDS = "question_stands"
    GAP = "gap"
    """To coordinators: a step had nobody on it, a person cannot be reached, a calendar ends."""
    ALARM = "alarm"
    """To coordinators: a promise of ours is broken."""
    ANSWER = "answer"
    """What was asked for in the chat: a welcome, help, a list."""
    COVER = "cover"
    """Between colleagues: who stands in for whom, and who does not."""
    READINESS = "readiness"
    """To coordinators, the evening before and again in the morning: where nobody can be told."""
    SCREEN = "screen"
    """What somebody looks at and turns by its buttons: shown anew in place, from the rows."""
    TEST = "test"
    """Somebody asked for it, to see which of their ways work."""
    DRILL = "drill"
    """To coordinators, about drills: what one would come to, what came of it; in no figure."""
    CONSOLE = "console"
    """The way into the console, for whoever asked: one link, once."""
    NEUTRAL = "neutral"
    """The one answer for everyone unknown."""
    REFRESH = "refresh"
    """An edit: the card shows anew how its alert stands, with or without an opened view."""
    LEAVE = "leave"
    """No words: the bot leaves a group."""
    MENU = "menu"
    """No message: the commands that a chat's menu offers."""


CARDS = frozenset({Kind.ALERT, Kind.TRIAGE, Kind.QUESTION, Kind.MORE, Kind.ANSWERED, Kind.PLAN})
"""The kinds with an alert's buttons, kept true by refreshes."""
OF_LADDERS = (
    Kind.ALERT,
    Kind.TRIAGE,
    Kind.QUESTION,
    Kind.ESCALATION,
    Kind.TRIAGE_STANDS,
    Kind.QUESTION_STANDS,
)
"""What a step of a ladder tells somebody, as who may settle it or as somebody else."""
SHARED = frozenset(
    {Kind.ESCALATION, Kind.TRIAGE_STANDS, Kind.QUESTION_STANDS, Kind.GAP, Kind.PLAN_MISSING}
)
"""Kinds of which one message to a chat may name several references."""


ABOUT_ONE = frozenset(
    {
        Kind.WITHDRAWN,
        Kind.MISDIRECTED,
        Kind.CONTAINMENT,
        Kind.QUESTION_OVER,
        Kind.REPLANNED,
    }
)
"""Kinds that name one alert in a message of its own, without buttons."""


OWED = CARDS | SHARED | ABOUT_ONE | {Kind.ALARM, Kind.READINESS}
"""Kinds that are owed by the next way when the first one fails; answers to what somebody asked in
the chat are not."""


class MessageState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Priority(IntEnum):
    """Smaller goes first; within one, the nearest bell, then each alert's first person."""

    ANSWER = 0
    VIEW = 1
    ALERT = 2
    DRILL = 3
    STRANGER = 4
    MENU = 5
