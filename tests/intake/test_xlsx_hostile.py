"""Workbooks that are none, are damaged, or are made to do harm: one sentence, and no harm done."""

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotReadableError, RefusedError
from bot.intake import xlsx_notices, xlsx_parts, xlsx_scan
from bot.intake.xlsx_notices import read_xlsx

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAK = "Zyxwv"
AT = datetime(2026, 11, 15, 14, 26)  # noqa: DTZ001 - Excel knows no time zones
HEADINGS = ["URN", "Occurred at", "Forename"]
SHEET = "xl/worksheets/sheet1.xml"


def book(*rows: list[Any]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
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


def unreadable(data: bytes) -> str:
    with pytest.raises(NotReadableError) as refused:
        read_xlsx(data, NOW)
    assert LEAK not in str(refused.value)
    return str(refused.value)


NOT_XLSX = "must be an Excel workbook (.xlsx), and is not one or is damaged"
GOOD = book(HEADINGS, ["A1", AT, LEAK])
FAR = "must be a workbook whose sheets have no cells far outside their table"


def emptied(data: bytes, part: str) -> bytes:
    return rewritten(data, part, lambda _: b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", NOT_XLSX),
        (b"URN,Occurred at\n", NOT_XLSX),
        (b"PK\x03\x04" + b"\0" * 40, NOT_XLSX),
        (GOOD[: len(GOOD) // 2], NOT_XLSX),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
         "must be an .xlsx without a password; this is an old .xls or a protected workbook"),
        (emptied(GOOD, "xl/workbook.xml"), NOT_XLSX),
        (emptied(GOOD, SHEET), NOT_XLSX),
        (rewritten(GOOD, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="2A"')), NOT_XLSX),
        (rewritten(GOOD, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="XFD1048576"')), FAR),
        (rewritten(GOOD, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="A9999999"')), FAR),
        (rewritten(GOOD, SHEET, lambda xml: xml.replace(b'row r="2"', b'row r="4294967295"')),
         NOT_XLSX),
        (rewritten(GOOD, SHEET, lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml), NOT_XLSX),
        (rewritten(GOOD, SHEET, lambda xml: xml.decode().encode("utf-16")), NOT_XLSX),
        (book(), "must be a workbook with a sheet of rows in it"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_in_one_sentence(data: bytes, says: str) -> None:
    assert unreadable(data) == says


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def test_an_archive_that_would_unpack_to_too_much_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    says = "must be a workbook of at most 50 MiB unpacked, in at most 1,000 parts"
    assert unreadable(archive(("a", b"\0" * (xlsx_parts.MOST_BYTES + 1)))) == says
    assert unreadable(archive(*((str(number), b"") for number in range(1001)))) == says
    assert unreadable(archive(("a", b"\0"), method=zipfile.ZIP_LZMA)) == NOT_XLSX
    monkeypatch.setattr(xlsx_scan, "MOST_TEXT", 10)
    long = archive_with_texts([LEAK, LEAK * 3], GOOD)
    assert unreadable(long) == (
        "must be a workbook whose cells hold at most 32,767 characters each"
    )


def test_a_text_that_is_stored_once_and_used_everywhere_is_counted_wherever_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx_notices, "MOST_CHARACTERS", 10)
    assert unreadable(GOOD) == "must be a sheet of at most 200 million characters"


def archive_with_texts(texts: list[str], book: bytes) -> bytes:
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = f'<sst xmlns="{space}">{items}</sst>'.encode()
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        parts = [(name, old.read(name)) for name in old.namelist()]
    return archive(*parts, ("xl/sharedStrings.xml", shared))


def test_sizes_that_an_archive_lies_about_are_not_believed() -> None:
    """The reader is handed what was measured: a lie ends the archive, not the process."""
    entry = zipfile.ZipFile(io.BytesIO(GOOD)).getinfo(SHEET)
    true, lie = entry.file_size.to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert unreadable(GOOD.replace(true, lie)) == NOT_XLSX


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_any_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    with suppress(RefusedError):
        read_xlsx(data, NOW)
    with suppress(RefusedError):
        read_xlsx(GOOD[:at] + data + GOOD[at:], NOW)


@given(st.sampled_from(["xl/workbook.xml", SHEET, "xl/styles.xml"]), st.randoms())
def test_any_damage_to_a_part_is_read_or_refused(part: str, chance: random.Random) -> None:
    def damaged(xml: bytes) -> bytes:
        for _ in range(chance.randint(1, 4)):
            at, length = chance.randrange(len(xml)), chance.randint(0, 12)
            xml = xml[:at] + xml[chance.randrange(len(xml)) :][:length] + xml[at + length :]
        return xml

    with suppress(RefusedError):
        read_xlsx(rewritten(GOOD, part, damaged), NOW)


def test_any_flipped_byte_is_read_or_refused(data: Path) -> None:
    whole = (data / "police-daily.xlsx").read_bytes()
    chance = random.Random(7)
    for _ in range(300):
        at = chance.randrange(len(whole))
        with suppress(RefusedError):
            read_xlsx(whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :], NOW)
