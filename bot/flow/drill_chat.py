"""`/drill` in the chat: a coordinator proposes a drill, starts it with a button, reads what came of
it, ends it. For anyone else the command does not exist: they get the help that everyone gets.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.cover import Reachable
from bot.domain.drill import Drill, DrillState, Slip, SlipError, instant_written
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.answer import tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.authorise import is_role
from bot.flow.context import Context
from bot.flow.drill import confirm, end, known_one, say, write
from bot.flow.drill_report import report_lines, report_of
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.rendering.catalogue import Words, words
from bot.store import drills
from bot.store.unit_of_work import Tx

DRILL = "d"
"""What the data of a proposal's buttons begins with; its number and the choice follow."""
_DECLINE, _START = 0, 1
_LINES = 15
_DIGITS = 18


async def drill(ctx: Context, address: str, argument: str) -> None:
    """`/drill`, `/drill CODES [WHEN]`, `/drill report N`, `/drill end N`."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        may, ending = to.person.role is Role.COORDINATOR, _to_be_ended(argument)
        if may and ending is None:
            lines, buttons = await _answer(ctx, tx, known, to, argument)
            await tell_lines(tx, ctx.now(), to, lines, kind=Kind.DRILL, buttons=buttons)
    if not may:
        await help_text(ctx, address)
    elif ending is not None:
        await _end(ctx, to, ending)


def _to_be_ended(argument: str) -> int | None:
    match argument.split():
        case ["end", number] if _is_number(number):
            return int(number)
    return None


Said = tuple[Sequence[str], Sequence[tuple[str, str]]]


async def _answer(ctx: Context, tx: Tx, known: InForce, to: Reachable, argument: str) -> Said:
    language, now = words(to.person.language), ctx.now()
    match argument.split():
        case []:
            return await _under_way(tx, language), ()
        case ["report", number] if _is_number(number):
            try:
                found = await known_one(tx, int(number), now)
            except NotFoundError:
                return [language.say("drill.unknown", number=number)], ()
            report = await report_of(tx, known, found, now)
            over = found.ended_at is not None
            return report_lines(language, known, report, over=over), ()
        case parts:
            return await _propose(tx, known, to, parts, now)


async def _under_way(tx: Tx, language: Words) -> list[str]:
    found = await drills.confirmed(tx, over=False)
    lines = [_line(language, one) for one in found[:_LINES]]
    if (more := len(found) - _LINES) > 0:
        lines.append(language.count("answer.more_not_shown", more))
    return [*(lines or [language.say("drill.none")]), language.say("drill.how")]


def _line(language: Words, found: Drill) -> str:
    sentence = "drill.item_waiting" if found.started_at is None else "drill.item_under_way"
    return language.say(
        sentence,
        number=found.number,
        schools=len(found.schools),
        start=language.moment(found.start_at),
        end=language.moment(found.end_at),
    )


async def _propose(
    tx: Tx, known: InForce, to: Reachable, parts: Sequence[str], now: datetime
) -> Said:
    """A row and two buttons; nobody else hears of it before one of them is pressed."""
    language = words(to.person.language)
    codes, when = _apart(parts)
    try:
        at = instant_written(when) if when else None
    except (ValueError, OverflowError):
        return [language.say("drill.how")], ()
    try:
        asked = await write(tx, known, codes, at, now, proposed_by=to.person.id)
    except SlipError as error:
        return [_slip(language, error), language.say("drill.how")], ()
    lines = [
        language.say(
            "drill.proposal",
            schools=len(asked.schools),
            start=language.moment(asked.start_at),
            end=language.moment(asked.end_at),
            first=asked.reach.at_once,
            most=asked.reach.at_most,
        ),
        language.say("drill.proposal_how"),
    ]
    buttons = [
        (language.say("drill.button_start"), f"{DRILL}:{asked.number}:{_START}"),
        (language.say("drill.button_decline"), f"{DRILL}:{asked.number}:{_DECLINE}"),
    ]
    return lines, buttons


def _slip(language: Words, error: SlipError) -> str:
    match error.slip:
        case Slip.UNKNOWN_SCHOOL:
            return language.say("drill.slip_unknown_school", school=error.school)
        case Slip.NO_SCHOOL:
            return language.say("drill.slip_no_school")
        case Slip.PAST:
            return language.say("drill.slip_past")
        case Slip.FAR:
            return language.say("drill.slip_far")


def _apart(parts: Sequence[str]) -> tuple[str, str]:
    """Codes, which may be written with blanks between them, and the time behind them."""
    for number, part in enumerate(parts):
        if "-" in part or ":" in part:
            return " ".join(parts[:number]), " ".join(parts[number:])
    return " ".join(parts), ""


async def _end(ctx: Context, to: Reachable, number: int) -> None:
    """Several commits, none of them held open for another; see `flow/drill_due`."""
    language = words(to.person.language)
    try:
        state = await end(ctx, number, to.person.id)
    except NotFoundError:
        line = language.say("drill.unknown", number=number)
    except ConflictError:
        line = language.say("drill.over_already", number=number)
    else:
        if state is not DrillState.CALLED_OFF:
            return  # the report that every coordinator gets is the answer
        line = language.say("drill.called_off", number=number)
    async with ctx.store.unit() as tx:
        await tell_lines(tx, ctx.now(), to, [line], kind=Kind.DRILL)


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= _DIGITS


# --- the buttons ---------------------------------------------------------------------------------


async def decide(ctx: Context, person_id: str, number: int, choice: int) -> Reply:
    """Start what this coordinator proposed, or not. Another's proposal looks like an absent one."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        found = await drills.by_number(tx, number, lock=True)
        if person is None or not is_role(known, person_id, Role.COORDINATOR):
            return nothing_here(person.language if person else "en")
        if found is None or found.asked_by != person_id or choice not in (_DECLINE, _START):
            return nothing_here(person.language)
        match found.state(now):
            case DrillState.PROPOSED if choice == _START:
                start_at = await confirm(tx, known, found, now)
                values = {"number": number, "start": words(person.language).moment(start_at)}
                return Reply("drill.press_started", person.language, values, alert=True)
            case DrillState.PROPOSED:
                await drills.change(tx, number, ended_at=now)
                await say(tx, "drill:declined", number, now, person_id=person_id)
                return Reply("drill.press_declined", person.language)
            case DrillState.LAPSED:
                return Reply("drill.press_lapsed", person.language)
            case _:
                return Reply("drill.press_decided", person.language)
