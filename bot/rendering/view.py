"""A role's view in words: what is known, and what is *not recorded*, in plain lines.

Free text is data: control and direction characters are dropped, nothing is ever markup.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from bot.domain.difference import Change, Difference
from bot.domain.disclosure import ChildView, Field, RoleView, is_recorded
from bot.domain.incident import Answer, Named, PoliceAction, Risk, Update, WrittenSchool
from bot.rendering.catalogue import Words

Beside = Mapping[tuple[int, Field], str]
"""What stands beside a field of a child, or, for 0, of the incident."""
PAGE_UNITS = 3000
"""Of the 4,096 UTF-16 units that a Telegram message holds, what a page of a view may use."""


def inert(text: str) -> str:
    """Free text without control and direction characters, which could disguise what it says."""
    kept = (
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        or char in "\u200c\u200d"  # joiners that scripts and emoji need
    )  # fmt: skip
    return "".join(kept).strip()


def view_lines(
    words: Words,
    view: RoleView,
    schools: dict[str, str],
    *,
    drill: bool = False,
    beside: Beside = MappingProxyType({}),
) -> list[str]:
    """The view, a line each. `schools` maps codes to names in the reader's language. A drill's
    begins by saying that it is one: here alone, since the chat's words must be the real ones."""
    lines = [words.say("drill.view"), ""] if drill else []
    lines += _fields(words, view.incident, schools, 0, beside)
    for child in view.children:
        lines += ["", *_child(words, child, schools, beside, alone=len(view.children) == 1)]
    if view.updates:
        lines.append("")
        lines += [update_line(words, update) for update in view.updates]
    if view.other_settings_told:
        lines += ["", words.say("view.other_settings")]
    return lines


def difference_lines(
    words: Words, difference: Difference, schools: dict[str, str], *, alone: bool
) -> list[str]:
    """What is another since the reader last opened it: a heading, then a line each. `alone`: there
    is one child, and nothing need say which."""

    def line(change: Change) -> str:
        before, now = (
            value_text(words, change.field, value, schools) for value in (change.before, change.now)
        )
        label = words.say(f"field.{change.field.value}")
        if change.child is None or alone:
            return words.say("view.changed", field=label, before=before, now=now)
        return words.say(
            "view.changed_of_child", child=change.child, field=label, before=before, now=now
        )

    return [
        words.say("view.changed_since", at=words.moment(difference.since)),
        *map(line, difference.changes),
        *(words.say("view.child_new", number=number) for number in difference.children_new),
    ]


def _child(
    words: Words, child: ChildView, schools: dict[str, str], beside: Beside, *, alone: bool
) -> Iterator[str]:
    if not alone:
        yield words.say("view.child", number=child.number)
    yield from _fields(words, child.values, schools, child.number, beside)


def _fields(
    words: Words,
    values: Mapping[Field, object],
    schools: dict[str, str],
    child: int,
    beside: Beside,
) -> Iterator[str]:
    for field in Field:
        if field in values:
            label = words.say(f"field.{field.value}")
            text = value_text(words, field, values[field], schools)
            yield f"{label}: {text_with(text, beside, child, field)}"


def text_with(text: str, beside: Beside, child: int, field: Field) -> str:
    """A value, and what the MASH desk has answered about it since."""
    said = beside.get((child, field))
    return f"{text} {said}" if said else text


def value_text(words: Words, field: Field, value: object, schools: dict[str, str]) -> str:
    """One value in words; what was not recorded says so."""
    if not is_recorded(value):
        return words.say("view.not_recorded")
    match value:
        case Answer():
            return words.say(f"view.{value.value}")
        case datetime():
            return f"{words.moment(value)} {value.year}"
        case date():
            return words.date(value)
        case Risk():
            return inert(f"{value.scale} {value.value}")
        case PoliceAction():
            return _police_action(words, value)
        case int() if field is Field.YEAR_GROUP:
            return year_group(words, value)
        case tuple():
            return "; ".join(_part(words, part, schools) for part in value)
        case _:
            return inert(str(value)) or words.say("view.not_recorded")


def _part(words: Words, part: object, schools: dict[str, str]) -> str:
    match part:
        case WrittenSchool():
            return written_school(words, part, schools)
        case Named():
            return inert(f"{part.given_name} {part.family_name}")
        case _:
            return inert(str(part))


def written_school(words: Words, written: WrittenSchool, schools: dict[str, str]) -> str:
    """A school as written down, with the name its code stands for when none was written."""
    name = written.name or schools.get(written.code or "", "")
    parts = [inert(part) for part in (name, written.code or "") if part]
    return ", ".join(parts) or words.say("view.nothing_written")


def _police_action(words: Words, action: PoliceAction) -> str:
    arrest = value_text(words, Field.PRESENT, action.arrest, {})
    parts = [f"{words.say('view.arrest')}: {arrest}"]
    if action.summary:
        parts.append(inert(action.summary))
    return "; ".join(parts)


def year_group(words: Words, year: int) -> str:
    if year > 0:
        return words.say("view.year", year=year)
    return words.say("view.reception" if year == 0 else "view.nursery")


def update_line(words: Words, update: Update) -> str:
    return f"{words.say('view.update_at', at=words.moment(update.at))}: {inert(update.text)}"


def pages(lines: Iterable[str]) -> list[str]:
    """The lines in pieces that each fit a message; a single line that does not is broken."""
    result: list[list[str]] = [[]]
    used = 0
    for line in _broken(lines):
        if result[-1] and used + _units(line) > PAGE_UNITS:
            result.append([])
            used = 0
        result[-1].append(line)
        used += _units(line) + 1
    return ["\n".join(page).strip("\n") for page in result]


def _broken(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        rest = line
        while _units(rest) > PAGE_UNITS:
            cut = PAGE_UNITS // 2  # safe in code points whatever their width
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _units(text: str) -> int:
    """Length as Telegram counts it, in UTF-16 code units."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def joined(parts: Sequence[str]) -> str:
    """Paragraphs of a message."""
    return "\n\n".join(part for part in parts if part)
