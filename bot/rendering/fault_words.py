"""What is wrong in a directory's file, in the reader's language.

The readers of files say it in English, for the command line. Here each of their sentences is known
by its English form in the catalogue, gaps and all, and said in the reader's; one that is not known
stays in English.
"""

import re
from functools import lru_cache

from bot.domain.errors import Fault
from bot.rendering.catalogue import Words, words

_SENTENCES = (
    "fault.not_empty", "fault.unique_line", "fault.unique_row", "fault.unique_open", "fault.cells",
    "fault.columns_for", "fault.known_columns", "fault.one_line", "fault.too_long", "fault.utf_8",
    "fault.names_of_columns", "fault.calendar_there", "fault.schools_there", "fault.teams_there",
    "fault.id", "fault.phase", "fault.one_of", "fault.scope", "fault.years", "fault.years_order",
    "fault.language", "fault.order", "fault.yes_or_no", "fault.date", "fault.email", "fault.phone",
    "fault.code", "fault.clock", "fault.calendar", "fault.longer_day", "fault.authority",
    "fault.establishment", "fault.must_be_given", "fault.workbook", "fault.password",
    "fault.not_calculated", "fault.error_cell", "fault.long_cells", "fault.far_cells",
    "fault.unpacked", "fault.sheet_characters", "fault.sheet_rows", "fault.quotation", "fault.nul",
    "fault.control", "fault.surrogate", "fault.changed_since", "fault.enrolled_since",
    "fault.open_alert",
)  # fmt: skip
_OPTIONS = {
    "--opens-at": "import.opens_at",
    "--closes-at": "import.closes_at",
    "--calendar": "import.calendar",
}
_PLACE = re.compile(r"(?P<file>.+) (?P<word>line|row) (?P<number>\d+)(?P<column>(?:, .+)?)")


def fault_in_words(say: Words, fault: Fault) -> str:
    """Where, and what it must be instead."""
    where, says = _place(say, fault.where), _sentence(say, fault.says)
    return f"{where}: {says}" if where else says


def _place(say: Words, where: str) -> str:
    if where in _OPTIONS:
        return say.say(_OPTIONS[where])
    if not (found := _PLACE.fullmatch(where)):
        return where
    name = "fault.at_line" if found["word"] == "line" else "fault.at_row"
    return say.say(name, file=found["file"], number=found["number"]) + found["column"]


def _sentence(say: Words, english: str) -> str:
    for name, known in _known():
        if found := known.fullmatch(english):
            return say.say(name, **found.groupdict())
    return english


@lru_cache
def _known() -> tuple[tuple[str, re.Pattern[str]], ...]:
    english = words("en").family("fault.")
    return tuple((name, _pattern(english[name])) for name in _SENTENCES)


def _pattern(sentence: str) -> re.Pattern[str]:
    """The sentence with anything in its gaps."""
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile(
        "".join(
            f"(?P<{part}>.+)" if at % 2 else re.escape(part)  # a gap's name, or what is around it
            for at, part in enumerate(parts)
        )
    )
