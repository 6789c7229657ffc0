"""Lists of term dates, as a calendar file or a table: whole days, by what people call them, and
every fault by its line."""

from datetime import date, time

import pytest

from bot.domain.calendar import DayRange, HalfDay
from bot.domain.calendar_days import Days, taken_over
from bot.intake.calendar_entries import Sort, sort_of
from bot.intake.calendar_ics import is_ics, read_ics
from bot.intake.calendar_table import read_table


def day(text: str) -> date:
    return date.fromisoformat(text)


def ics(*events: str) -> str:
    inside = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n"


def whole_days(first: str, behind: str, summary: str) -> str:
    return (
        f"UID:1@authority.example\r\nDTSTART;VALUE=DATE:{first}\r\n"
        f"DTEND;VALUE=DATE:{behind}\r\nSUMMARY:{summary}"
    )


@pytest.mark.parametrize(
    ("said", "sort"),
    [
        ("Autumn term", Sort.TERM),
        ("Tymor y Gwanwyn", Sort.TERM),
        ("Autumn half-term", Sort.CLOSED),
        ("Hanner tymor yr hydref", Sort.CLOSED),
        ("Christmas holidays", Sort.CLOSED),
        ("Gwyliau'r Pasg", Sort.CLOSED),
        ("INSET day 2 (schools closed)", Sort.INSET),
        ("Diwrnod HMS", Sort.INSET),
        ("half_day", Sort.HALF_DAY),
        ("May Day bank holiday", Sort.BANK_HOLIDAY),
        ("Governors' meeting", None),
        ("Determined", None),
    ],
)
def test_a_day_is_what_people_call_it(said: str, sort: Sort | None) -> None:
    assert sort_of(said) is sort


def test_the_end_of_an_event_is_the_day_behind_its_last() -> None:
    found = read_ics(
        ics(
            whole_days("20260902", "20261219", "Autumn term"),
            whole_days("20261026", "20261031", "Half term\\, all schools"),
            "DTSTART;VALUE=DATE:20261127\r\nSUMMARY:INSET",
        )
    )
    assert found.faults == ()
    assert found.days == Days(
        terms=(DayRange(day("2026-09-02"), day("2026-12-18"), "Autumn term"),),
        closed=(DayRange(day("2026-10-26"), day("2026-10-30"), "Half term, all schools"),),
        inset=(day("2026-11-27"),),
    )


def test_a_folded_line_is_one_line_whatever_ends_it() -> None:
    folded = ics(whole_days("20260902", "20261219", "Autumn\r\n  ter\r\n\tm"))
    found = [read_ics(text) for text in (folded, folded.replace("\r\n", "\n"))]
    assert [one.days.terms[0].why for one in found] == ["Autumn term"] * 2


@pytest.mark.parametrize(
    ("event", "what", "line"),
    [
        ("DTSTART:20260902T090000Z\r\nSUMMARY:Autumn term", "whole_days", 4),
        (whole_days("20260902", "20261219", "Term") + "\r\nRRULE:FREQ=YEARLY", "repeats", 8),
        (whole_days("20260902", "20261219", "Sports day"), "what", 7),
        (whole_days("20261219", "20260902", "Autumn term"), "order", 5),
        (whole_days("20260902", "20280902", "Autumn term"), "long", 5),
        (whole_days("20260902", "20260903", "Autumn term begins"), "one_day_term", 5),
        (whole_days("20261399", "20261219", "Autumn term"), "date", 5),
        ("SUMMARY:Autumn term", "date", 3),
        (whole_days("20261218", "20261219", "Half day"), "half_day", 5),
        (whole_days("20260902", "20261219", "Term") + "\r\nSUMMARY:INSET", "twice", 8),
        (whole_days("20260902", "20261219", "Term") + "\r\nnonsense", "no_line", 8),
    ],
)
def test_what_cannot_be_a_day_of_a_calendar_is_named_by_its_line(
    event: str, what: str, line: int
) -> None:
    found = read_ics(ics(event))
    assert [(one.sentence, one.values) for one in found.faults] == [
        (f"calendar.fault_{what}", {"line": line})
    ]
    assert found.days == Days()


def test_a_cancelled_event_counts_for_nothing_and_one_cut_off_is_refused() -> None:
    term = whole_days("20260902", "20261219", "Autumn term")
    gone = whole_days("20261026", "20261031", "Half term") + "\r\nSTATUS:CANCELLED"
    assert read_ics(ics(term, gone)).days.closed == ()
    cut = ics(term).partition("END:VCALENDAR")[0]
    assert [one.sentence for one in read_ics(cut).faults] == ["calendar.fault_no_end"]
    assert not is_ics("what,first,last,name\n")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_either_way_of_writing_a_day(separator: str) -> None:
    rows = [
        ["what", "first", "last", "name", "closes_at"],
        ["term", "2026-09-02", "18/12/2026", "Autumn", ""],
        ["holiday", "26/10/2026", "30/10/2026", "half term", ""],
        ["inset", "2026-11-27", "", "", ""],
        ["half_day", "2026-12-18", "", "end of term", "12:30"],
    ]
    found = read_table("\ufeff" + "\r\n".join(separator.join(row) for row in rows))
    assert found.faults == ()
    assert found.days == Days(
        terms=(DayRange(day("2026-09-02"), day("2026-12-18"), "Autumn"),),
        closed=(DayRange(day("2026-10-26"), day("2026-10-30"), "half term"),),
        inset=(day("2026-11-27"),),
        half_days=(HalfDay(day("2026-12-18"), None, time(12, 30), "end of term"),),
    )


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("empty", None)]),
        ("what,first,last,name\n", [("empty", None)]),
        ("kind,from\nterm,2026-09-02\n", [("columns", 1)]),
        ("what,first,colour\nterm,2026-09-02,red\n", [("columns", 1)]),
        ('what,first\nterm,"2026\n', [("quotes", 2)]),
        (
            "what,first,last,name\nball,2026-09-02,,\nterm,soon,,\nterm,2026-09-02,2026-09-01,\n",
            [("what", 2), ("date", 3), ("order", 4)],
        ),
        (
            "what,first,last\nterm,2026-09-02,2026-12-18\nterm,2026-12-01,2027-03-01\n",
            [("overlap", 3)],
        ),
        ("what,first,closes_at\ninset,2026-09-02,12:30\n", [("clock", 2)]),
        ("what,first\ninset,2026-09-02,more\n", [("cells", 2)]),
        ("what,first\ninset\n", [("date", 2)]),
        ("first,what\n2026-09-02\n", [("what", 2)]),
    ],
)
def test_every_fault_of_a_table_is_named_by_its_line_and_nothing_is_taken(
    text: str, faults: list[tuple[str, int | None]]
) -> None:
    found = read_table(text)
    assert [(f.sentence, f.values.get("line")) for f in found.faults] == [
        (f"calendar.fault_{what}", line) for what, line in faults
    ]
    assert found.days == Days()


def test_a_list_takes_the_place_of_what_lies_on_the_same_days_and_leaves_the_rest() -> None:
    def term(first: str, last: str) -> DayRange:
        return DayRange(day(first), day(last))

    stood = Days(
        terms=(term("2026-09-02", "2026-12-18"), term("2027-01-04", "2027-03-25")),
        inset=(day("2026-11-27"),),
        half_days=(HalfDay(day("2026-12-18"), None, time(12)),),
    )
    new = Days(
        terms=(term("2027-01-05", "2027-03-25"), term("2027-04-12", "2027-07-20")),
        inset=(day("2026-11-27"), day("2027-06-25")),
        half_days=(HalfDay(day("2026-12-18"), None, time(13)),),
    )
    once = taken_over(stood, new)
    assert once == Days(
        terms=(stood.terms[0], *new.terms),
        inset=new.inset,
        half_days=new.half_days,
    )
    assert taken_over(once, new) == once
