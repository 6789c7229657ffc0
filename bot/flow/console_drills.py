"""Drills in the console: propose one, see whom it would tell, start it, read what came of it, end
it. A proposal is its asker's alone, as in the chat; what a death leaves stands in `drill`."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.drill import Drill, DrillState, Slip, SlipError, instant_written
from bot.domain.errors import ConflictError, NotFoundError
from bot.flow.console import may_change
from bot.flow.context import Context
from bot.flow.drill import Asked, confirm, known_one, say, write
from bot.flow.drill import end as end_drill
from bot.flow.drill_report import report_lines, report_of
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.store import drills

_SECTION = "drills"
_SLIPS = {
    Slip.NO_SCHOOL: "drill.slip_no_school",
    Slip.UNKNOWN_SCHOOL: "drill.slip_unknown_school",
    Slip.PAST: "drill.slip_past",
    Slip.FAR: "drill.slip_far",
}


@dataclass(frozen=True, slots=True)
class Listed:
    drill: Drill
    state: str
    """Its sentence in the catalogue."""


@dataclass(frozen=True, slots=True)
class Report:
    number: int
    state: DrillState
    lines: tuple[str, ...]
    start_at: datetime
    end_at: datetime


async def drills_known(ctx: Context) -> list[Listed]:
    """Every drill that was really asked for, the newest first."""
    async with ctx.store.reading() as tx:
        found = await drills.confirmed(tx, over=True)
    now = ctx.now()
    return [Listed(one, f"console.drill.{one.state(now).name.lower()}") for one in found]


async def report_on(ctx: Context, someone: Visitor, number: int) -> Report | None:
    """What it came to, or has come to so far."""
    async with ctx.store.reading() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        try:
            drill = await known_one(tx, number, now)
        except NotFoundError:
            return None
        report = await report_of(tx, known, drill, now)
    over = drill.ended_at is not None
    lines = report_lines(words(someone.person.language), known, report, over=over)
    return Report(number, drill.state(now), tuple(lines), drill.start_at, drill.end_at)


async def propose(ctx: Context, someone: Visitor, schools: str, when: str) -> Asked | Reply:
    """A row, and what it would come to; nobody else hears of it before it is started."""
    language = someone.person.language
    try:
        async with ctx.store.unit() as tx:
            changer = await may_change(ctx, tx, someone, _SECTION)
            if changer is None:
                return nothing_here(language)
            at = instant_written(when) if when.strip() else None
            return await write(
                tx, changer.known, schools, at, changer.now, proposed_by=changer.person.id
            )
    except SlipError as slip:
        values = {"school": slip.school} if slip.school else {}
        return Reply(_SLIPS[slip.slip], language, values, alert=True)
    except (ValueError, OverflowError):
        return Reply("console.when_wrong", language, alert=True)


async def start(ctx: Context, someone: Visitor, number: int) -> Reply:
    """Start what this coordinator proposed."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
        found = await drills.by_number(tx, number, lock=True)
        if changer is None or found is None or found.asked_by != changer.person.id:
            return nothing_here(language)
        match found.state(changer.now):
            case DrillState.PROPOSED:
                start_at = await confirm(tx, changer.known, found, changer.now)
                values = {"number": number, "start": words(language).moment(start_at)}
                return Reply("drill.press_started", language, values)
            case DrillState.LAPSED:
                return Reply("drill.press_lapsed", language)
            case _:
                return Reply("drill.press_decided", language)


async def decline(ctx: Context, someone: Visitor, number: int) -> Reply:
    """Do not start what this coordinator proposed."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
        found = await drills.by_number(tx, number, lock=True)
        if changer is None or found is None or found.asked_by != changer.person.id:
            return nothing_here(language)
        if found.state(changer.now) is not DrillState.PROPOSED:
            return Reply("drill.press_decided", language)
        await drills.change(tx, number, ended_at=changer.now)
        await say(tx, "drill:declined", number, changer.now, person_id=changer.person.id)
        return Reply("drill.press_declined", language)


async def end(ctx: Context, someone: Visitor, number: int) -> Reply:
    """End it now. Who asks is looked at in a commit before the several that end it."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
    if changer is None:
        return nothing_here(language)
    try:
        state = await end_drill(ctx, number, changer.person.id)
    except NotFoundError:
        return nothing_here(language)
    except ConflictError:
        return Reply("drill.over_already", language, {"number": number})
    called_off = state is DrillState.CALLED_OFF
    done = "drill.called_off" if called_off else "console.drill_ended"
    return Reply(done, language, {"number": number})
