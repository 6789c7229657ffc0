"""What the document may hold, and what the reader says of what it does not understand."""

import pytest

from tests.meta.tree import ROOT
from tests.situations import grammar, heard
from tests.situations.company import company
from tests.situations.play import understood
from tests.situations.reading import FILE, NotUnderstoodError, read

TEXT = (ROOT / FILE).read_text(encoding="utf-8")
BOOK = read(TEXT)
HEAD = TEXT.partition("\n### ")[0]


def with_rows(*rows: str, heading: str = "A new one") -> str:
    """The document's head, and one situation with these rows; the first is two lines from the end
    of the head."""
    table = ["| when | who | what happens |", "|---|---|---|", *(f"| {row} |" for row in rows)]
    return "\n".join([HEAD, f"### {heading}", "", *table, ""])


def refused(*rows: str) -> str:
    text = with_rows(*rows)
    with pytest.raises(NotUnderstoodError) as said:
        book = read(text)
        for one in book.situations:
            understood(one, company(book))
    line = text.splitlines()[said.value.line - 1]
    assert line == f"| {rows[-1]} |", f"not the line that is meant: {line}"
    return str(said.value)


def test_there_are_forty_situations_and_more() -> None:
    assert len(BOOK.situations) >= 40


def test_no_two_situations_have_one_name() -> None:
    twice = with_rows("07:10 | the police | add to the notice") * 2
    with pytest.raises(NotUnderstoodError, match="“A new one” stands in line"):
        read(twice.replace(HEAD, "", 1))


def test_every_situation_is_understood_before_it_is_played() -> None:
    for one in BOOK.situations:
        assert understood(one, company(BOOK))


def test_every_situation_says_that_somebody_is_told_something_or_that_nobody_is() -> None:
    for one in BOOK.situations:
        said = " ".join(row.what for row in one.rows)
        assert "receives" in said, one.heading


def test_the_words_this_table_knows_are_those_that_it_knows() -> None:
    listed = [(row.cells[0], row.cells[1].strip("`")) for row in BOOK.words]
    done = [(one.who, one.says) for one in grammar.DEEDS]
    received = [("PEOPLE", f"receives: {said}") for said in heard.sentences()]
    besides = [("PEOPLE", f"receives: …; {note}") for note in (*heard.NOTES, heard.SILENT)]
    always = [
        ("PEOPLE", "card shows: …, as it would be received"),
        ("PEOPLE", "receives nothing"),
        ("nobody", "receives anything more"),
    ]
    assert listed == [*done, *received, *besides, *always]


FIRST = "Mon 16 Nov 2026 07:10 | the police | send a notice about a pupil of Ysgol Bryn"


def test_an_unknown_sentence_is_refused_with_its_line_and_the_nearest_known_one() -> None:
    said = refused(FIRST, "07:12 | Mair | pushes Acknowledge")
    assert said.endswith(
        "“pushes Acknowledge” is not known of Mair; the nearest is: presses BUTTON"
    )
    assert said.startswith(f"{FILE}, line ")


def test_a_sentence_of_somebody_else_is_refused() -> None:
    assert "is not known of the police" in refused(FIRST, "07:12 | the police | blocks the bot")


def test_an_unknown_message_is_refused_with_the_nearest_known_one() -> None:
    said = refused(FIRST, "07:10 | Mair | receives: an alarm, deadline Mon 08:50")
    assert said.endswith("the nearest is: an alert, deadline BELL")


def test_a_person_who_is_not_of_the_cast_is_refused_with_the_line() -> None:
    assert refused(FIRST, "07:12 | Mare | presses Acknowledge").endswith(
        "nobody of the cast is called Mare"
    )
    assert "called Mare" in refused(FIRST, "07:12 | Nia and Mare | receives nothing")


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("Tue 16 Nov 2026 07:10", "that day is a Mon"),
        ("seven", "is no time"),
        ("Mon 07:10", "needs a whole date"),
        ("Mon 16 Nov 07:10", "needs a year"),
    ],
)
def test_a_first_row_without_a_time_that_can_be_meant_is_refused(when: str, why: str) -> None:
    assert why in refused(f"{when} | the police | add to the notice")


def test_a_row_before_the_one_above_it_is_refused() -> None:
    assert "is before the row above it" in refused(FIRST, "07:09 | Mair | presses Acknowledge")


def test_a_row_with_a_column_too_few_is_refused() -> None:
    assert "has 2 columns, not 3" in refused(FIRST, "07:12 | Mair presses Acknowledge")


def test_what_is_so_beforehand_cannot_come_later() -> None:
    assert "only at the beginning" in refused(FIRST, "before | Mair | blocks the bot")


def test_a_heading_without_a_table_is_refused() -> None:
    with pytest.raises(NotUnderstoodError, match="has no table with the columns"):
        read(f"{HEAD}\n### Nothing to see\n\nOnly prose.\n")
