"""`containments`: what reached a wrong school, who had opened it, and the clock that runs since."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from bot.commands.surroundings import clock, with_context
from bot.domain.containment import Outcome
from bot.domain.errors import UsageError
from bot.flow.containments import Record, end_records, open_records, records_of


def run(given: argparse.Namespace) -> int:
    if (given.end is None) is not (given.by is None):
        raise UsageError("--end and --by belong together: how it ends, and who says so.")
    if given.end is not None:
        return _end(given)
    if given.reference:
        records = with_context(lambda ctx: records_of(ctx, given.reference))
    else:
        records = with_context(open_records)
    if given.json:
        print(json.dumps([_plain(record) for record in records], indent=2))
    elif given.reference:
        print("\n\n".join("\n".join(_whole(record)) for record in records))
    else:
        for record in records:
            print(_line(record))
        print(f"{len(records)} open.")
    return 0


def _end(given: argparse.Namespace) -> int:
    if not given.reference:
        raise UsageError("--end needs the reference of what is to be ended.")
    ended = with_context(
        lambda ctx: end_records(ctx, given.reference, Outcome(given.end), given.by)
    )
    print(f"{given.reference}: {ended} ended, {given.end}.", file=sys.stderr)
    return 0


def _line(record: Record) -> str:
    people = len({opening.person for opening in record.openings})
    overdue = "  OVERDUE" if record.overdue else ""
    return (
        f"{record.reference}  report due {clock(record.report_due_at)}  opened by {people}  "
        f"{record.school} {record.school_name}{overdue}"
    )


def _whole(record: Record) -> list[str]:
    lines = [
        f"{record.reference}  {record.school} {record.school_name}  child {record.child}",
        f"sealed  {clock(record.sealed_at, seconds=True)}  {record.sealer} ({record.sealed_by})",
        f"report due  {clock(record.report_due_at, seconds=True)}"
        + ("  OVERDUE" if record.overdue else ""),
    ]
    if record.ended_at is not None:
        lines.append(
            f"ended  {clock(record.ended_at, seconds=True)}  {record.ended_by}  {record.outcome}"
        )
    if not record.openings:
        return [*lines, "Nobody had opened it."]
    return [
        *lines,
        *(
            f"opened  {clock(opening.at, seconds=True)}  {opening.name} ({opening.person}), "
            f"{opening.role}, in the {opening.way}: {', '.join(opening.fields)}"
            for opening in record.openings
        ),
    ]


def _plain(record: Record) -> dict[str, Any]:
    return {
        "reference": record.reference,
        "school": record.school,
        "child": record.child,
        "sealed_at": _said(record.sealed_at),
        "sealed_by": record.sealed_by,
        "report_due_at": _said(record.report_due_at),
        "overdue": record.overdue,
        "openings": [
            {
                "person": opening.person,
                "name": opening.name,
                "role": opening.role,
                "opened_at": _said(opening.at),
                "way": opening.way,
                "fields": list(opening.fields),
            }
            for opening in record.openings
        ],
        "ended_at": _said(record.ended_at),
        "ended_by": record.ended_by,
        "outcome": record.outcome,
    }


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
