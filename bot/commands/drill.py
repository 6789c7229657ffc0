"""`drill`: a synthetic pupil by the real way to real people, and what came of it."""

import argparse
import json
import re
import sys
from datetime import datetime
from typing import Any

from bot.commands.surroundings import clock, instant, with_context
from bot.domain.drill import Drill, DrillState
from bot.domain.drill_report import DrillReport, LegReport, Told
from bot.domain.errors import UsageError
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.drill import ask_for, end, listed, report

_BY = "command line"
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NOW = "now"


def run(given: argparse.Namespace) -> int:
    if given.at is not None and given.schools is None:
        raise UsageError("--at belongs to --schools.")
    if given.at and _A_DAY.fullmatch(given.at):  # its midnight is what nobody means
        raise UsageError("--at needs a time, as in 2026-11-23 07:30.")
    if given.json and not (given.list or given.report is not None):
        raise UsageError("--json belongs to --list or --report.")
    if given.list:
        return _list(as_json=given.json)
    if given.report is not None:
        return _report(given.report, as_json=given.json)
    if given.end is not None:
        return _end(given.end)
    return _ask(given.schools, None if given.at in (None, _NOW) else instant(given.at, "--at"))


def _ask(schools: str, at: datetime | None) -> int:
    asked = with_context(lambda ctx: ask_for(ctx, schools, at))
    print(asked.number)
    print(
        f"Drill {asked.number} starts at {clock(asked.start_at)}, "
        f"with {_count(len(asked.schools), 'school')}: it tells "
        f"{_count(asked.reach.at_once, 'person', 'people')} at once, {asked.reach.at_most} in all "
        f"if nobody answers, and ends by {clock(asked.end_at)}.",
        file=sys.stderr,
    )
    return 0


def _end(number: int) -> int:
    state = with_context(lambda ctx: end(ctx, number, _BY))
    called_off = state is DrillState.CALLED_OFF
    says = "was called off; nobody was told" if called_off else "was ended"
    print(f"Drill {number} {says}.", file=sys.stderr)
    return 0


def _list(*, as_json: bool) -> int:
    async def look(ctx: Context) -> tuple[list[Drill], datetime]:
        return list(await listed(ctx)), ctx.now()

    found, now = with_context(look)
    if as_json:
        print(json.dumps([_plain(drill, now) for drill in found], indent=2))
        return 0
    for drill in found:
        print(
            f"{drill.number:>4}  {drill.state(now).value:<10}  from {clock(drill.start_at)} "
            f"to {clock(drill.ended_at or drill.end_at)}  {_count(len(drill.schools), 'school')}, "
            f"asked by {drill.asked_by or _BY}"
        )
    print(f"{_count(len(found), 'drill')}.")
    return 0


def _report(number: int, *, as_json: bool) -> int:
    async def look(ctx: Context) -> tuple[DrillReport, InForce, datetime]:
        return (*await report(ctx, number), ctx.now())

    found, known, now = with_context(look)
    if as_json:
        print(json.dumps(_plain_report(found, now), indent=2))
        return 0
    drill = found.drill
    print(
        f"Drill {number}, {drill.state(now).value}: "
        f"from {clock(drill.start_at)} to {clock(drill.ended_at or drill.end_at)}."
    )
    for leg in found.legs:
        _show(leg, known)
    print()
    for code in found.without_deputy:
        print(f"no deputy  {_school(known, code)}")
    for name, count in found.totals().items():
        print(f"  {count:>8}  {name}")
    return 0


def _show(leg: LegReport, known: InForce) -> None:
    print(
        f"\n{_school(known, leg.school)}, {leg.leg.value} leg, {leg.reference}, "
        f"due {clock(leg.bell_at)}: {_outcome(leg)}"
    )
    for person in leg.told:
        times = [
            f"{what} {clock(at, seconds=True) if at else '-'}"
            for what, at in (
                ("sent", person.sent_at),
                ("opened", person.opened_at),
                ("acknowledged", person.acknowledged_at),
            )
        ]
        print(f"  told         {person.role.value} {person.id} {person.name}: {', '.join(times)}")
    for missing in leg.unreached:
        who = f"{missing.role.value} {missing.id} {missing.name}"
        print(f"  not reached  {who}: {missing.why.value}")


def _outcome(leg: LegReport) -> str:
    minutes = leg.minutes_before_the_bell
    if leg.settled_by is None or minutes is None:
        return f"nobody settled it ({leg.state.value})"
    side = "before" if minutes >= 0 else "after"
    return f"settled by {leg.settled_by.name}, {_count(abs(minutes), 'minute')} {side} the bell"


# --- as a program reads it -----------------------------------------------------------------------


def _plain(drill: Drill, now: datetime) -> dict[str, Any]:
    return {
        "drill": drill.number,
        "state": drill.state(now).value,
        "schools": list(drill.schools),
        "asked_by": drill.asked_by,
        "start_at": drill.start_at.isoformat(),
        "started_at": _said(drill.started_at),
        "end_at": drill.end_at.isoformat(),
        "ended_at": _said(drill.ended_at),
        "ended_by": drill.ended_by,
    }


def _plain_report(report: DrillReport, now: datetime) -> dict[str, Any]:
    return {
        **_plain(report.drill, now),
        "alerts": [
            {
                "school": leg.school,
                "leg": leg.leg.value,
                "reference": leg.reference,
                "state": leg.state.value,
                "deadline_at": leg.bell_at.isoformat(),
                "told": [_plain_told(person) for person in leg.told],
                "settled_by": leg.settled_by.id if leg.settled_by else None,
                "minutes_before_the_bell": leg.minutes_before_the_bell,
                "not_reached": [
                    {"id": p.id, "name": p.name, "role": p.role.value, "why": p.why.value}
                    for p in leg.unreached
                ],
            }
            for leg in report.legs
        ],
        "schools_without_a_deputy": list(report.without_deputy),
        "totals": report.totals(),
    }


def _plain_told(person: Told) -> dict[str, str | None]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role.value,
        "sent_at": _said(person.sent_at),
        "opened_at": _said(person.opened_at),
        "acknowledged_at": _said(person.acknowledged_at),
    }


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _school(known: InForce, code: str) -> str:
    school = known.directory.schools.get(code)
    return f"{code} {school.name}" if school else code


def _count(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"
