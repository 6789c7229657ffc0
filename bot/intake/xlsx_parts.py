"""An XLSX file opened warily: measured, and packed anew for the library that reads its cells.

What that library sees is what was measured here, whatever the sender's archive says of itself.
"""

import io
import posixpath
import zipfile
from dataclasses import dataclass

from bot.domain.errors import NotReadableError
from bot.intake.xlsx_scan import NOT_XLSX, each_element, unreadable, unvalued_cells

MOST_BYTES = 50 * 1024 * 1024
MOST_ENTRIES = 1000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ROOT = "_rels/.rels"
_NEEDED = {_WORKBOOK, _RELATIONS, _ROOT}
_READ = {*_NEEDED, "[content_types].xml", "xl/styles.xml", "xl/sharedstrings.xml"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, slots=True)
class Workbook:
    packed: io.BytesIO
    unvalued: dict[str, dict[tuple[int, int], str]]
    """By sheet: row and column, from 1, of each cell that has no value where one was meant."""


def opened(data: bytes) -> Workbook:
    """The workbook; one sentence in a `NotReadableError` for anything else."""
    if data.startswith(_OLE):
        unreadable(
            "must be an .xlsx without a password; this is an old .xls or a protected workbook"
        )
    content = _unpacked(data)
    if not content.keys() >= _NEEDED:
        unreadable(NOT_XLSX)
    sheets = _sheets(content)
    read = {*sheets.values(), *(name for name in content if name.casefold() in _READ)}
    kept = {name: part for name, part in content.items() if name in read}
    scanned = {name: unvalued_cells(part) for name, part in kept.items()}
    return Workbook(_packed(kept), {name: scanned[part] for name, part in sheets.items()})


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_BYTES:
                unreadable("must be a workbook of at most 50 MiB unpacked, in at most 1,000 parts")
            if any(entry.compress_type not in _METHODS for entry in entries):
                unreadable(NOT_XLSX)
            return {entry.filename: archive.read(entry) for entry in entries}
    except NotReadableError:
        raise
    except Exception:  # a damaged archive makes zipfile raise a dozen different kinds
        unreadable(NOT_XLSX)


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    packed.seek(0)
    return packed


def _sheets(content: dict[str, bytes]) -> dict[str, str]:
    """Each sheet's name, and the part that holds it."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            plain = {name.rpartition(":")[2]: value for name, value in attributes.items()}
            ids[plain.get("name", "")] = plain.get("id", "")

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = target.lstrip("/")

    each_element(content[_WORKBOOK], sheet)
    each_element(content[_RELATIONS], relation)
    sheets = {name: targets.get(relation_id, "") for name, relation_id in ids.items()}
    return {name: part for name, part in sheets.items() if part in content}
