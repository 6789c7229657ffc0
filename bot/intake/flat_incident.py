"""The rows of one incident, brought into the plain form that the notification's JSON has.

Every rule about a notification stands in `document`; here its faults get a line and a heading.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from bot.domain.errors import Fault, RefusedError
from bot.domain.incident import Submission
from bot.intake.cell_dates import local_instant
from bot.intake.cells import CellError, Plain
from bot.intake.document import read_document
from bot.intake.flat import SCALES, Column
from bot.intake.flat_header import Header
from bot.intake.sheet import Row, Sheet, is_filled

Said = dict[str, tuple[Row, Plain]]
"""What the columns say of the incident, each with the first row that says it."""

_NOT_IN_DOCUMENT = {"occurred_on", "occurred_time", *SCALES}
_INSTEAD = {
    "occurred_at": "occurred_on",
    "given_name": "full_name",
    "family_name": "full_name",
}
_PATH = re.compile(r"\$\.(?:children\[(\d+)\]\.?)?([^\[]*).*")


def read_incident(rows: Sequence[Row], header: Header, sheet: Sheet, now: datetime) -> Submission:
    """One notification, or `RefusedError` with every fault by line and heading."""
    faults = [fault for row in rows for fault in _broken(row, header, sheet)]
    if faults:  # of a row whose cells have moved, nothing else worth saying can be said
        raise RefusedError(faults)
    said = _said(rows, header, sheet, faults)
    _join_date_and_time(said, header, sheet, faults)
    children = [_values(row, header.of_child, header, sheet, faults) for row in rows]
    if faults:
        raise RefusedError(faults)
    try:
        submission = read_document(_document(said, children, header), now, header.carried)
    except RefusedError as refused:
        told = [_told(fault, rows, said, header, sheet) for fault in refused.faults]
        raise RefusedError(told) from None
    return replace(submission, ignored=(*header.ignored, *_passed_over(rows, said, header)))


def _broken(row: Row, header: Header, sheet: Sheet) -> list[Fault]:
    if (many := len(row.cells)) > (most := len(header.headings)):
        says = f"must have at most {most} cells, as the headings have, and has {many}"
        return [Fault(sheet.place(row), says)]  # a stray separator: each cell after it has moved
    used = header.columns.values()
    return [
        Fault(sheet.place(row, "" if index is None else header.headings[index]), says)
        for index, says in row.broken.items()
        if index is None or index in used
    ]


def _values(
    row: Row,
    columns: Sequence[tuple[Column, int]],
    header: Header,
    sheet: Sheet,
    faults: list[Fault],
) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    for column, index in columns:
        try:
            value = column.read(row.cell(index))
        except CellError as error:
            faults.append(Fault(sheet.place(row, header.headings[index]), str(error)))
        else:
            if value is not None:
                values[column.field] = value
    return values


def _said(rows: Sequence[Row], header: Header, sheet: Sheet, faults: list[Fault]) -> Said:
    """What the rows say together: a blank contradicts nothing, two values contradict each other.

    Exclusions only add up, within an incident as between its versions.
    """
    said: Said = {}
    for row in rows:
        for name, value in _values(row, header.of_incident, header, sheet, faults).items():
            first, before = said.setdefault(name, (row, value))
            if first is row:
                continue
            if isinstance(before, list) and isinstance(value, list) and name == "exclude":
                said[name] = first, list(dict.fromkeys(before + value))
            elif _comparable(before) != _comparable(value):
                says = f"must say the same as {sheet.place(first)}, which is of the same incident"
                faults.append(Fault(sheet.place(row, header.heading(name)), says))
    return said


def _join_date_and_time(said: Said, header: Header, sheet: Sheet, faults: list[Fault]) -> None:
    """One instant of two columns; a date that has its time with it needs no other."""
    if "occurred_at" in said or "occurred_on" not in said:
        return
    row, on = said["occurred_on"]
    _, at = said.get("occurred_time", (row, ""))
    if "T" in str(on):
        said["occurred_at"] = row, on
    elif at:
        day, clock = date.fromisoformat(str(on)), time.fromisoformat(str(at))
        said["occurred_at"] = row, local_instant(day, clock)
    else:
        heading = header.heading("occurred_time") or header.heading("occurred_on")
        says = "must have a time as well as a date, such as 14:26"
        faults.append(Fault(sheet.place(row, heading), says))


def _comparable(value: Plain) -> object:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _document(said: Said, children: list[dict[str, Plain]], header: Header) -> dict[str, Any]:
    value = {name: plain for name, (_, plain) in said.items()}
    document: dict[str, Any] = {
        n: v for n, v in value.items() if "." not in n and n not in _NOT_IN_DOCUMENT
    }
    if grading := _grading(said):
        scaled = {"scale": grading, "value": value.get(grading)}
        document["risk"] = scaled if grading in SCALES else _part(value, "risk")
    if action := _part(value, "police_action"):
        document["police_action"] = action
    if "release" in header.columns:
        document.setdefault("release", [])  # a blank among releases releases nothing
    return document | {"children": [_child(child) for child in children]}


def _part(value: dict[str, Plain], of: str) -> dict[str, Plain]:
    return {n.partition(".")[2]: v for n, v in value.items() if n.startswith(f"{of}.")}


def _grading(said: Said) -> str | None:
    return next((name for name in ("risk.value", *SCALES) if name in said), None)


def _child(value: dict[str, Plain]) -> dict[str, Any]:
    child: dict[str, Any] = {n: v for n, v in value.items() if not n.startswith("school.")}
    if school := _part(value, "school"):
        child["school"] = school
    whole = str(child.pop("full_name", ""))
    if whole and not (child.get("given_name") or child.get("family_name")):
        family, comma, given = whole.partition(",")
        # Where a name has no comma, nobody can say where the family name begins.
        child |= {"given_name": given, "family_name": family} if comma else {"given_name": whole}
    return child


def _told(fault: Fault, rows: Sequence[Row], said: Said, header: Header, sheet: Sheet) -> Fault:
    """The same fault by line and heading in place of its path."""
    found = _PATH.fullmatch(fault.where)
    child, name = found.groups() if found else (None, "")
    row = rows[int(child)] if child else said.get(name, (rows[0],))[0]
    if name.startswith("risk."):
        name = _grading(said) or name
    heading = header.heading(name) or header.heading(_INSTEAD.get(name, name))
    return Fault(sheet.place(row, heading), fault.says)


def _passed_over(rows: Sequence[Row], said: Said, header: Header) -> list[str]:
    """What stands in these rows and is not read: other gradings, cells under no heading."""
    gradings = [name for name in ("risk.value", *SCALES) if name in said]
    nameless = [
        index
        for index in range(max(len(row.cells) for row in rows))
        if not "".join(header.headings[index : index + 1])
        and any(is_filled(row.cell(index)) for row in rows)
    ]
    return [header.heading(name) for name in gradings[1:]] + [
        f"column {index + 1}, without a heading" for index in nameless
    ]
