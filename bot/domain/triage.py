"""What a person at the MASH desk is asked to settle."""

import hashlib
from enum import StrEnum


class Question(StrEnum):
    SCHOOL = "school"
    """Which school a child goes to."""
    EXCLUSION = "exclusion"
    """Whom an unknown id in `exclude` means; until then nobody is told."""
    SAME_PERSON = "same_person"
    """Whether a person named is one of the staff; until then that one is told nothing."""


def task_name(question: Question, written: str, child_number: int | None = None) -> str:
    """What tells this task from the others of its notification, without what was written: that is
    the sender's free text, and stands with the task's question alone."""
    number = "" if child_number is None else f"{child_number}:"
    return f"{question}:{number}{hashlib.sha256(written.encode()).hexdigest()[:32]}"
