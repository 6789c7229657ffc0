"""Which commands a person may send: the command menu of their role's chat lists these and no more.

Each command asks for itself who sends it; a menu only shows what would be answered.
"""

from typing import assert_never

from bot.domain.people import Role

FOR_ALL = ("alerts", "me", "language", "away", "lost", "help")
FOR_STRANGERS = ("start",)
"""All that whoever finds the bot is shown: it must not tell what the bot is for."""
_FOR_THE_DESK = ("status", "triage", "console")
_FOR_HEADS = ("closed",)
_FOR_COORDINATORS = (
    *_FOR_THE_DESK, "route", "readiness", "absent", "drill", "leave", *_FOR_HEADS,
)  # fmt: skip


def commands_for(role: Role) -> tuple[str, ...]:
    """What this role may send, in the order in which the menu shows it."""
    match role:
        case Role.COORDINATOR:
            return (*FOR_ALL, *_FOR_COORDINATORS)
        case Role.MASH_DESK:
            return (*FOR_ALL, *_FOR_THE_DESK)
        case Role.HEAD_TEACHER:
            return (*FOR_ALL, *_FOR_HEADS)
        case (
            Role.DSP
            | Role.DEPUTY_DSP
            | Role.SCHOOL_NURSE
            | Role.NURSE_LEAD
            | Role.EDUCATION_SAFEGUARDING
        ):
            return FOR_ALL
        case _:
            assert_never(role)
