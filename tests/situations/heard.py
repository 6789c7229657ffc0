"""What a telephone shows, in the table's words. Each sentence here is one or more of the
catalogue's, so a card whose words change changes nothing here; one that says something else does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from bot.rendering.catalogue import LANGUAGES, words
from tests.builders import LONDON
from tests.situations.hours import say_when

CARDS = {
    "an alert, deadline BELL": ("card.alert",),
    "an alert about SCHOOL, deadline BELL": ("card.alert_of_school",),
    "a task for the desk, deadline BELL": ("card.triage",),
    "word that there is more": ("card.more",),
    "word that there is more, nothing to do": ("card.more_for_your_information",),
    "word that it was withdrawn": ("card.withdrawn",),
    "word that it was closed": ("card.closed",),
    "you acknowledged it at AT": ("card.you_acknowledged", "card.you_acknowledged_plan"),
    "you acknowledged it at AT, others still owe an answer": ("card.you_acknowledged_others_owe",),
    "NAME acknowledged it at AT": ("card.other_acknowledged",),
    "NAME settled it at AT": ("card.decided",),
    "a reminder that a plan is missing": ("card.plan_owed",),
    "you saw no health need at AT": ("card.you_saw_no_need",),
    "NAME saw no health need at AT": ("card.other_saw_no_need",),
    "you passed it on to NAME at AT": ("card.you_passed_on",),
    "a question, answer by BELL": ("card.question",),
    "the question is yours, answer by BELL": ("card.question_yours",),
    "the question is with NAME, answer by BELL": ("card.question_taken",),
    "NAME answered the question at AT": ("card.question_answered",),
    "the question is over": ("card.question_over",),
    "word that there is an answer": ("card.answered",),
    "nothing any more": ("card.stub",),
    "word to keep what was opened to oneself": ("misdirected.keep_it",),
    "word that PERSON can no longer be reached": ("alarm.contact_blocked",),
    "word that PERSON has left": ("alarm.person_left",),
    "a question whether to stand in for PERSON": ("absence.question",),
    "word that NAME stands in for PERSON": ("absence.accepted",),
    "word that NAME cannot stand in for PERSON": ("absence.declined",),
    "word that NAME has not answered whether to stand in for PERSON": ("absence.not_answered",),
    "word that nobody stands in for PERSON": ("absence.nobody_stands_in",),
    "word of being away": ("absence.by_coordinator", "answer.away_set"),
    "word that nobody can be told on DAY, places: COUNT": ("ready.evening",),
    "word that still nobody can be told on DAY, places: COUNT": ("ready.morning",),
    "word of not being away": ("answer.away_off",),
    "word that something reached the wrong school, SCHOOL": ("containment.opened",),
    "the desk's answer is settled": ("press.decided",),
    "word that the drill is over": ("drill.report_over",),
    "word that the time has changed, deadline BELL": ("replanned.deadline",),
    "word that the time has changed, SCHOOL, deadline BELL": ("replanned.deadline_of_school",),
    "a question on which days SCHOOL is closed": ("closure.which_days",),
    "word that COUNT things have waited": ("digest.heading",),
    "word that Telegram has not worked since AT": ("alarm.telegram_down",),
    "word that Telegram works again, and had not since AT": ("alarm.telegram_back",),
}
"""A message, by its sentence; values of the catalogue's in capitals."""

ITEMS = {
    "word that it is not acknowledged, SCHOOL, due by BELL": ("escalation.item",),
    "word that it is not acknowledged, SCHOOL, was due by BELL": ("escalation.item_overdue",),
    "word that no plan is said, SCHOOL": ("plan_missing.item",),
    "word that it waits at the MASH desk": ("triage_stands.item",),
    "word that it waits at the MASH desk, perhaps SCHOOLS": ("triage_stands.item_candidates",),
    "word that a question waits, due by BELL": ("question_stands.item",),
    "word that a question waits, was due by BELL": ("question_stands.item_overdue",),
    "word that nobody could be told, SCHOOL, step STEP": ("gap.item",),
    "word that nobody could be told at the desk, step STEP": ("gap.item_without_school",),
}
"""A line of a message that names several references."""

MAILS: Mapping[str, tuple[str, ...]] = {
    "an e-mail, answer by BELL": ("second.alert",),
    "an e-mail, answer was due by BELL": ("second.alert_overdue",),
    "an e-mail, there is more": ("second.more",),
    "an e-mail, something waits": ("second.waits", "second.waits_of"),
}
"""An e-mail, by its first sentence."""

NOTES = {
    "there is less time than usual": ("note.compressed",),
    "it comes late": ("note.late", "note.late_sender", "note.late_on_the_way"),
    "it should have come at AT": ("note.was_due",),
    "perhaps a repeat": ("note.repeat",),
}
SILENT = "without sound"
"""What a message may say besides, after a semicolon."""

_HEADINGS = ("escalation", "plan_missing", "triage_stands", "question_stands", "gap")
_DAY = r"(?:[^\W\d]+ ){1,2}(\d{1,2}) ([^\W\d]+)"
_MOMENT = re.compile(rf"(\d\d:\d\d), {_DAY}")
_ONLY_DAY = re.compile(_DAY)
_VALUES = {"reference": r"ENC-\w+", "school": r"[^,:]+", "count": r"\d+", "step": r"\d+"}

Ordinal = Callable[[str], int]
"""Which notice of the situation a reference names."""


def say(text: str, seen: datetime, ordinal: Ordinal) -> str | None:
    """This text in the table's words, as at `seen`; None if it has no words for it."""
    paragraphs = text.split("\n\n")
    lines = paragraphs[0].split("\n")
    if any(_found(lines[0], f"{name}.heading") for name in _HEADINGS):
        items = [line for line in lines[1:] if not any(_notes(line, seen)) or "ENC-" in line]
        parts = [_sentence(line, ITEMS, seen, ordinal) for line in items]
        parts = [part for part in parts if part] if all(parts) else []
    else:
        whole = _sentence(paragraphs[0], CARDS, seen, ordinal) or _sentence(
            lines[0], CARDS, seen, ordinal
        )
        parts = [whole] if whole else []
    if not parts:
        return None
    return "; ".join([" and ".join(p for p in parts if p), *_notes(text, seen)])


def say_mail(text: str, seen: datetime, ordinal: Ordinal) -> str | None:
    """An e-mail in the table's words."""
    return _sentence(text.split("\n")[0], MAILS, seen, ordinal, whole=False)


def sentences() -> Iterator[str]:
    yield from (*CARDS, *ITEMS, *MAILS)


def knows(said: str) -> bool:
    """Whether this could be received: any known sentence with any values in it."""
    whole, *notes = said.split("; ")
    parts = re.split(r" and (?=word that )", re.sub(r", notice \d+", "", whole))
    return all(_like(part, sentences()) for part in parts) and all(
        _like(note, (*NOTES, SILENT)) for note in notes
    )


def nearest(said: str) -> str:
    return max(sentences(), key=lambda known: SequenceMatcher(None, known, said).ratio())


def _like(said: str, known: Iterable[str]) -> bool:
    return any(
        re.fullmatch(re.sub(r"\b(?!MASH\b)[A-Z]{2,}\b", ".+?", re.escape(one)), said)
        for one in known
    )


def _sentence(
    text: str,
    known: Mapping[str, tuple[str, ...]],
    seen: datetime,
    ordinal: Ordinal,
    *,
    whole: bool = True,
) -> str | None:
    for said, keys in known.items():
        for key in keys:
            if values := _found(text, key, whole=whole):
                number = ordinal(values["reference"]) if "reference" in values else 1
                told = _filled(said, values, seen)
                return told if number == 1 else f"{told}, notice {number}"
    return None


def _notes(text: str, seen: datetime) -> Iterator[str]:
    for said, keys in NOTES.items():
        for key in keys:
            for language in LANGUAGES:
                for form in _forms(language, key):
                    if (found := re.search(form, text)) is not None:
                        yield _filled(said, found.groupdict(), seen)
                        break


def _filled(said: str, values: dict[str, str], seen: datetime) -> str:
    for name, value in values.items():
        if found := _MOMENT.fullmatch(value):
            value = _moment(found[1], found[2], found[3], seen)
        elif found := _ONLY_DAY.fullmatch(value):
            value = _moment("12:00", found[1], found[2], seen).removesuffix(" 12:00")
        said = re.sub(rf"\b{name.upper()}\b", value, said) if name else said
    return said


def _moment(clock: str, day: str, month: str, seen: datetime) -> str:
    """As the table says it, what the catalogue says of a time; the nearest such day."""
    number = _months()[month.casefold()]
    local = seen.astimezone(LONDON).date()
    days = [date(local.year + ahead, number, int(day)) for ahead in (-1, 0, 1)]
    on = min(days, key=lambda one: abs(one - local))
    return say_when(datetime.combine(on, time.fromisoformat(clock), LONDON), seen)


@cache
def _months() -> dict[str, int]:
    """The months' names in each language, as dates have them."""
    return {
        words(language).date(date(2026, month, 1)).split()[1].casefold(): month
        for language in LANGUAGES
        for month in range(1, 13)
    }


def _found(text: str, key: str, *, whole: bool = True) -> dict[str, str] | None:
    """The values in this text, if it is this sentence of the catalogue in any language, or, not
    the whole of it, begins with it."""
    for language in LANGUAGES:
        for form in _forms(language, key):
            if (found := (re.fullmatch if whole else re.match)(form, text)) is not None:
                return {"": "", **found.groupdict()}
    return None


@cache
def _forms(language: str, key: str) -> tuple[str, ...]:
    """What this sentence looks like with any values in it, for any number."""
    catalogue: dict[Any, str] = words(language)._translations._catalog  # type: ignore[attr-defined]
    forms = [
        said
        for name, said in catalogue.items()
        if (name if isinstance(name, str) else name[0]) == key
    ]
    assert forms, f"the catalogue has no {key}"
    return tuple(re.sub(r"\\\{(\w+)\\\}", _value, re.escape(form)) for form in forms)


def _value(slot: re.Match[str]) -> str:
    return f"(?P<{slot[1]}>{_VALUES.get(slot[1], '.+?')})"
