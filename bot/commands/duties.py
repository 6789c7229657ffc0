"""`status` and `close`."""

import argparse
import json
import sys
from typing import Any

from bot.commands.call_list import call_list_on_paper
from bot.commands.surroundings import clock, with_context
from bot.domain.errors import UsageError
from bot.flow.account import OpenDuty, line_of_time, of_reference, open_duties, plans_missing
from bot.flow.close import close as close_duties

_BY = "command line"


def close(given: argparse.Namespace) -> int:
    if not given.reason.strip():
        raise UsageError("--reason must not be empty.")
    closed = with_context(lambda ctx: close_duties(ctx, given.reference, given.reason, _BY))
    print(f"{given.reference}: {len(closed)} closed.", file=sys.stderr)
    return 0


def status(given: argparse.Namespace) -> int:
    if given.call_list:
        if given.reference:
            raise UsageError("--call-list is of all that is open: leave the reference out.")
        return call_list_on_paper(as_json=given.json)
    if given.reference:
        return _one(given.reference, as_json=given.json)
    duties = with_context(open_duties)
    if given.json:
        print(json.dumps([_plain(duty) for duty in duties], indent=2))
        return 0
    for duty in duties:
        name = f"{duty.school} {duty.school_name}" if duty.school else "MASH desk"
        overdue = "  PAST THE BELL" if duty.overdue else ""
        drill = f"  DRILL {duty.drill}" if duty.drill else ""
        print(f"{duty.reference}  {duty.leg:<6}  due {clock(duty.bell_at)}  {name}{overdue}{drill}")
    practised = sum(duty.drill is not None for duty in duties)
    print(f"{len(duties) - practised} open{f', and {practised} of drills' * bool(practised)}.")
    if missing := with_context(plans_missing):
        print(f"{missing} acknowledged without a plan.")
    return 0


def _one(reference: str, *, as_json: bool) -> int:
    lines = with_context(lambda ctx: line_of_time(ctx, reference))
    if as_json:
        account: dict[str, Any] = with_context(lambda ctx: of_reference(ctx, reference))
        account["line_of_time"] = [{**line, "at": line["at"].isoformat()} for line in lines]
        print(json.dumps(account, indent=2, default=str))
        return 0
    for line in lines:
        rest = {name: value for name, value in line.items() if name not in ("at", "action")}
        said = "  ".join(f"{name}={_value(value)}" for name, value in rest.items())
        print(f"{clock(line['at'], seconds=True)}  {line['action']:<24}  {said}".rstrip())
    return 0


def _plain(duty: OpenDuty) -> dict[str, Any]:
    return {
        "reference": duty.reference,
        "leg": duty.leg,
        "school": duty.school,
        "deadline_at": duty.bell_at.isoformat(),
        "overdue": duty.overdue,
        "drill": duty.drill,
        "next_step_at": duty.next_step_at.isoformat() if duty.next_step_at else None,
    }


def _value(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    if isinstance(value, dict):
        return ",".join(f"{name}:{inner}" for name, inner in value.items())
    return str(value)
