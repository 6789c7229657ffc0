"""What a school plans for a child, by when it is asked, and how long an answer may be taken back.

A choice and nothing else: what is done, and with whom, stands in the school's own safeguarding
system (domain.md), and no word of it comes into a chat.
"""

from datetime import timedelta
from enum import StrEnum


class Choice(StrEnum):
    """What is planned. A button names a choice by its place here: add at the end only."""

    SILENT_SUPPORT = "silent_support"
    OVERT_SUPPORT = "overt_support"
    REFERRAL_MADE = "referral_made"
    """A MARF has gone to children's services."""
    NO_ACTION = "no_action"


CHOICES = tuple(Choice)

SHOWN_AFTER = timedelta(hours=1)
"""From the reminder until the authority is shown that a plan is missing: the bell that ends the
pupil day is followed by about an hour in which staff are still there to answer, and coordinators
still there to ask them."""


class Offer(StrEnum):
    """What a card offers for a short while."""

    UNDO = "undo"
    PLAN = "plan"
    """The list of plans, to say another one than was said."""
    HAND_ON = "hand_on"
    """The list of those whom it may be passed on to."""


class Answer(StrEnum):
    """What may be undone. "Not our pupil" may not: it seals what others had opened and opens the
    record of it, which no press takes back; the MASH desk puts a child back. Nor may passing on:
    somebody has been told by then, and passes it back."""

    ACKNOWLEDGE = "acknowledge"
    NO_HEALTH_NEED = "no_health_need"
    PLAN = "plan"
    CANNOT_ACT = "cannot_act"


UNDO_FOR = timedelta(minutes=2)
LISTED_FOR = timedelta(minutes=2)
"""How long a list stands open on a card."""
