"""What a person at the MASH desk is asked to settle."""

from enum import StrEnum


class Question(StrEnum):
    SCHOOL = "school"
    """Which school a child goes to."""
    EXCLUSION = "exclusion"
    """Whom an unknown id in `exclude` means; until then nobody is told."""
