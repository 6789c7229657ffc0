"""`route`: who would be told, when, by what, and why: the same functions as the real thing."""

import argparse
import json
from datetime import datetime
from typing import Any

from bot.commands.surroundings import clock, instant, with_context
from bot.domain.calendar import Lane
from bot.domain.errors import NotFoundError
from bot.domain.forecast import LegForecast, forecast
from bot.domain.left_out import NOT_THIS_ROLE, OTHER_YEARS, LeftOut, left_out
from bot.domain.quiet import Waited
from bot.domain.routing import InForce, StepTold
from bot.flow.context import Context
from bot.flow.in_force import in_force

_REASONS = {
    NOT_THIS_ROLE: "no step of this ladder tells this role",
    OTHER_YEARS: "covers other year groups",
}
_WAITS = {Waited.QUIET: "the quiet hours", Waited.HOLIDAY: "the hold"}


def run(given: argparse.Namespace) -> int:
    at = instant(given.at, "--at")
    known = with_context(_known)
    if given.school not in known.directory.schools:
        raise NotFoundError(f"No school has the code {given.school}.")
    legs = list(forecast(known, given.school, at, given.year, urgent=given.urgent))
    if given.json:
        print(json.dumps([_plain(leg, _out(known, leg, given)) for leg in legs], indent=2))
    else:
        school = known.directory.schools[given.school]
        print(f"{school.name} ({school.code}), raised {clock(at)}:")
        for leg in legs:
            _show(leg)
            _show_left_out(_out(known, leg, given))
    return 0 if legs and all(leg.settlers for leg in legs) else 1


async def _known(ctx: Context) -> InForce:
    async with ctx.store.reading() as tx:
        return await in_force(ctx, tx)


def _out(known: InForce, leg: LegForecast, given: argparse.Namespace) -> list[LeftOut]:
    return list(left_out(known, leg, given.school, given.year))


def _show_left_out(found: list[LeftOut]) -> None:
    """Who covers the school and is on no step, or on one for other years; who is skipped stands
    with the step."""
    for out in found:
        if out.why in _REASONS:
            who = f"{out.person.id} {out.person.name} ({out.person.role.value})"
            print(f"  not told {who}: {_REASONS[out.why]}")


def _name(step: StepTold) -> str:
    if step.listed:
        return "holiday list"
    return f"reminder {step.reminder}" if step.reminder else f"step {step.step + 1}"


def _show(leg: LegForecast) -> None:
    assumed = " (assumed: no term lies ahead)" if leg.bell.assumed else ""
    print(f"\n{leg.leg.value} leg, due {clock(leg.bell.at)}{assumed}")
    if leg.bell.lane is Lane.IN_DAY:
        print("  in the school day: due at the closing bell")
    if leg.held_until:
        print(f"  held over the holidays until {clock(leg.held_until)}")
    if leg.hold_lifted:
        print("  not held over the holidays: nobody on the holiday list can be told")
    if leg.compressed:
        print("  compressed: the deadline is nearer than the ladder's own spans")
    for at, step in leg.steps:
        roles = ", ".join(role.value for role in step.roles)
        pulled = "  (pulled forward: nobody before could be reached)" if at < step.due_at else ""
        print(f"  {clock(at)}  {_name(step)}: {roles}{pulled}{_how(leg, at, step)}")
        for reached in step.reached:
            channel = reached.contact.channel.value
            place = ", ".join(sorted(reached.person.in_place_of))
            stands = f", in the place of {place}" if place else ""
            print(f"    told     {reached.person.id} {reached.person.name}, by {channel}{stands}")
        for skipped in step.skipped:
            print(f"    skipped  {skipped.person.id} {skipped.person.name}: {skipped.reason.value}")
        if not step.reached:
            print("    nobody can be told")
    if not leg.settlers:
        print("  NOBODY WHO COULD SETTLE IT WOULD BE TOLD")


def _how(leg: LegForecast, at: datetime, step: StepTold) -> str:
    """What quiet hours and holidays do to a step."""
    waited = step.waited is not None and at >= step.due_at
    since = f"  (waited for the end of {_WAITS[step.waited]})" if waited and step.waited else ""
    return since + "  (without sound)" * (at in leg.silent)


def _plain(leg: LegForecast, out: list[LeftOut]) -> dict[str, Any]:
    return {
        "leg": leg.leg.value,
        "deadline_at": leg.bell.at.isoformat(),
        "lane": leg.bell.lane.value,
        "deadline_assumed": leg.bell.assumed,
        "held_until": leg.held_until.isoformat() if leg.held_until else None,
        "hold_lifted": leg.hold_lifted,
        "compressed": leg.compressed,
        "ends_with_nobody": not leg.settlers,
        "left_out": [
            {"person": o.person.id, "why": o.why, "covered_by": o.cover.id if o.cover else None}
            for o in out
        ],
        "steps": [
            {
                "at": at.isoformat(),
                "step": step.step + 1,
                "reminder": step.reminder,
                "holiday_list": step.listed,
                "waited": step.waited.value if step.waited else None,
                "silent": at in leg.silent,
                "due_at": step.due_at.isoformat(),
                "roles": [role.value for role in step.roles],
                "told": [r.person.id for r in step.reached],
                "told_as": [
                    {
                        "person": r.person.id,
                        "roles": sorted(
                            role.value for role in r.person.acting_as or {r.person.role}
                        ),
                        "in_place_of": sorted(r.person.in_place_of),
                    }
                    for r in step.reached
                ],
                "skipped": [{"person": s.person.id, "why": s.reason.value} for s in step.skipped],
            }
            for at, step in leg.steps
        ],
    }
