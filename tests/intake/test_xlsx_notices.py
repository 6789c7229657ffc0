"""The police's daily sheet as an Excel workbook, and workbooks made to do harm."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import openpyxl
import pytest

from bot.domain.errors import RefusedError
from bot.domain.incident import Answer, Submission
from bot.intake.entry import Entry
from bot.intake.xlsx_notices import read_xlsx

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAK = "Zyxwv"
AT = datetime(2026, 11, 15, 14, 26)  # noqa: DTZ001 - Excel knows no time zones
HEADINGS = ["URN", "Occurred at", "Forename"]


def book(*rows: list[Any], before: str = "") -> bytes:
    """A workbook as a spreadsheet program saves it, with an empty sheet before it if asked."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    if before:
        sheet["A1"] = before
        sheet = workbook.create_sheet("Data")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def with_texts(texts: list[str], book: bytes) -> bytes:
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = f'<sst xmlns="{space}">{items}</sst>'.encode()
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        parts = [(name, old.read(name)) for name in old.namelist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in (*parts, ("xl/sharedStrings.xml", shared)):
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def only(entries: list[Entry]) -> Submission:
    (entry,) = entries
    assert isinstance(entry.outcome, Submission), str(entry.outcome)
    return entry.outcome


def fault(entries: list[Entry]) -> str:
    (entry,) = entries
    assert isinstance(entry.outcome, RefusedError)
    assert LEAK not in str(entry.outcome)
    return str(entry.outcome)


def test_numbers_dates_times_and_ticks_are_read_as_excel_stores_them() -> None:
    submission = only(
        read_xlsx(
            book(
                ["URN", "Incident Date", "Incident Time", "Forename", "DOB", "Year", "Seen"],
                [2668109581.0, date(2026, 7, 15), time(14, 26), "One", date(2016, 6, 22), 5, True],
            ),
            NOW,
        )
    )
    child = submission.incident.children[0]
    assert submission.incident.source_reference == "2668109581"
    assert submission.incident.occurred_at == datetime(2026, 7, 15, 13, 26, tzinfo=UTC)
    assert (child.date_of_birth, child.year_group) == (date(2016, 6, 22), 5)
    assert child.seen is Answer.YES


def test_a_bare_number_among_dates_is_excels_count_of_days() -> None:
    submission = only(read_xlsx(book([*HEADINGS, "DOB"], ["A1", 46341.5, "One", 42543]), NOW))
    assert submission.incident.occurred_at == datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
    assert submission.incident.children[0].date_of_birth == date(2016, 6, 22)


def test_the_first_sheet_that_holds_what_is_needed_is_taken() -> None:
    data = book(HEADINGS, ["A1", AT, "One"], before="Read me first")
    assert only(read_xlsx(data, NOW)).incident.source_reference == "A1"


def test_without_such_a_sheet_the_first_is_spoken_of() -> None:
    with pytest.raises(RefusedError) as refused:
        read_xlsx(book(["URN", "Forename"], ["A1", LEAK]), NOW)
    assert str(refused.value).startswith("row 1: must have a column for the date and time")
    assert LEAK not in str(refused.value)


def test_rows_are_counted_as_the_spreadsheet_counts_them() -> None:
    data = book([], ["Daily return"], [], HEADINGS, [], ["A1", AT, "'"])
    assert fault(read_xlsx(data, NOW)) == "row 6: must have a given_name or a family_name"


def test_texts_may_be_shared_between_cells_as_excel_itself_stores_them() -> None:
    texts: list[str] = []

    def share(xml: bytes) -> bytes:
        def shared(found: re.Match[bytes]) -> bytes:
            texts.append(found[1].decode())
            return b't="s"><v>%d</v></c>' % (len(texts) - 1)

        return re.sub(rb't="inlineStr"><is><t>(.*?)</t></is></c>', shared, xml)

    data = rewritten(book(HEADINGS, ["A1", AT, "Siân"]), SHEET, share)
    submission = only(read_xlsx(with_texts(texts, data), NOW))
    assert submission.incident.children[0].given_name == "Siân"


def test_a_table_may_begin_in_any_column() -> None:
    data = book([None, None, *HEADINGS], [None, None, "A1", AT, "One"])
    assert only(read_xlsx(data, NOW)).incident.source_reference == "A1"


@pytest.mark.parametrize(
    ("heading", "cell", "says"),
    [
        ("DOB", LEAK, "row 2, column DOB: must be a date, day first, such as 22/06/2016"),
        ("DOB", 7, "row 2, column DOB: must be a date, such as 22/06/2016"),
        ("NHS No", 10**16,
         "row 2, column NHS No: must be stored as text: as a number it has lost its last digits"),
        ("Voice", "_x0000_" + LEAK, "row 2, column Voice: must not hold a NUL character"),
        ("Seen", "=1+1", "row 2, column Seen: must hold a value: its formula was never "
         "calculated; open and save it in Excel"),
        ("Seen", "#REF!", "row 2, column Seen: must hold a value: its formula ended in an error"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_by_row_and_heading(heading: str, cell: Any, says: str) -> None:
    assert fault(read_xlsx(book([*HEADINGS, heading], ["A1", AT, "One", cell]), NOW)) == says


def test_a_row_of_formulas_never_calculated_is_not_passed_over() -> None:
    good, bad = read_xlsx(book(HEADINGS, ["A1", AT, "One"], ["=A2", "=B2", "=C2"]), NOW)
    assert isinstance(good.outcome, Submission)
    assert bad.lines == (3,)
    assert fault([bad]).startswith("row 3, column URN: must hold a value")


def test_a_formula_counts_by_the_value_stored_with_it() -> None:
    data = book([*HEADINGS, "Seen", "Voice"], ["A1", AT, "One", "=1+1", "=1"])
    data = rewritten(
        data,
        SHEET,
        lambda xml: xml.replace(
            b'<c r="D2"><f>1+1</f><v /></c>', b'<c r="D2" t="str"><f>A1</f><v>Y</v></c>'
        ).replace(b'<c r="E2"><f>1</f><v /></c>', b'<c r="E2" t="str"><f>""</f><v></v></c>'),
    )
    child = only(read_xlsx(data, NOW)).incident.children[0]
    assert (child.seen, child.voice) == (Answer.YES, None)


def test_a_formula_in_a_column_that_nobody_reads_harms_nothing() -> None:
    data = book([*HEADINGS, "Age"], ["A1", AT, "One", "=1+1"], [None, None, None, "=1+1"])
    assert only(read_xlsx(data, NOW)).ignored == ("Age",)
