"""Buttons: `o:12` open, `a:12` acknowledge, `h:12` hide, `p:12:1` page, `t:12:0` decide,
`r:12` recuse, `c:12` cannot act, `n:12` not our pupil, `n:12:2` the same of one child,
`k:12` show the plans, `k:12:0` plan the first, `u:12` undo, `w:12` show whom it may be passed on
to, `w:12:99` pass it to one of them, `y:12` no health need, `q:12` ask a question, `q:12:2` of this
child, `q:12:2:0` this one, `i:13` take a question, `s:13:0` answer it; `d:3:1` start a drill, `v:1`
somebody leaves, `x:1` a telephone is lost, `e:1` agree to an export, `l:cy`, `cw:0` whom to ask to
stand in, `ca:1` whether one will, `cb:0` back early, `cp:0` who is away, `rl:1` the whole list,
`sc:0` a school is closed, `so:4` it is open after all; `m` and a letter, such as `md:17`, are
screens (`domain/screen`).

The data is the presser's to choose; each use case asks first whether this person may, now.
"""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.flow.absent import WHICH, choose_who
from bot.flow.acknowledge import acknowledge, no_health_need
from bot.flow.answer import LANGUAGE, answer_press
from bot.flow.answer_question import answer_question
from bot.flow.ask import nothing_for, set_language, who
from bot.flow.ask_desk import ask_desk, offer_questions
from bot.flow.away import BACK, choose, come_back
from bot.flow.cannot_act import cannot_act
from bot.flow.closed_chat import CLOSE, OPEN_AGAIN, close, reopen
from bot.flow.context import Context
from bot.flow.cover_due import answer as answer_cover
from bot.flow.drill_chat import DRILL
from bot.flow.drill_chat import decide as decide_drill
from bot.flow.export_request import EXPORT, answer_request
from bot.flow.leave_chat import LEAVE, LOST, confirm_leave, confirm_lost
from bot.flow.not_ours import not_ours
from bot.flow.open_alert import hide_now, open_details
from bot.flow.pass_on import pass_on
from bot.flow.plan import plan
from bot.flow.ready import LIST, show_list
from bot.flow.recuse import recuse
from bot.flow.reply import Reply, nothing_here
from bot.flow.screen_press import turn
from bot.flow.screens import read
from bot.flow.stand_in import ANSWER as STAND_IN
from bot.flow.stand_in import WHO
from bot.flow.take_question import take_question
from bot.flow.triage import decide_by_choice
from bot.flow.undo import undo
from bot.rendering.answers import NO_NEED, PASS, PLAN, UNDO
from bot.rendering.cards import (
    ACKNOWLEDGE,
    ANSWER,
    ASK,
    CANNOT_ACT,
    DECIDE,
    HIDE,
    NOT_OURS,
    OPEN,
    PAGE,
    RECUSE,
    TAKE,
)

router = Router(name="presses")


@router.callback_query(F.data.startswith(f"{LANGUAGE}:"))
async def language(press: CallbackQuery, ctx: Context) -> None:
    reply = await set_language(ctx, str(press.from_user.id), (press.data or "")[2:])
    await answer_press(ctx, press.id, reply)


@router.callback_query()
async def pressed(press: CallbackQuery, ctx: Context) -> None:
    person_id = await _who(ctx, press)
    reply = nothing_here() if person_id is None else await _act(ctx, person_id, press)
    await answer_press(ctx, press.id, reply)


async def _who(ctx: Context, press: CallbackQuery) -> str | None:
    return await who(ctx, str(press.from_user.id))


async def _act(ctx: Context, person_id: str, press: CallbackQuery) -> Reply:
    address = str(press.from_user.id)
    card = str(press.message.message_id) if press.message else ""
    if read(press.data or ""):
        return await turn(ctx, person_id, address, card, press.data or "")
    match _parsed(press.data or ""):
        case (verb, number, *rest) if verb in (OPEN, PAGE):
            page = rest[0] if verb == PAGE and rest else 0
            return await open_details(ctx, person_id, number, address, card, page)
        case (verb, number) if verb == ACKNOWLEDGE:
            return await acknowledge(ctx, person_id, number)
        case (verb, number) if verb == CANNOT_ACT:
            return await cannot_act(ctx, person_id, number)
        case (verb, number, *choice) if verb == PLAN and len(choice) < 2:
            return await plan(ctx, person_id, number, *choice)
        case (verb, number) if verb == UNDO:
            return await undo(ctx, person_id, number)
        case (verb, number, *mark) if verb == PASS and len(mark) < 2:
            return await pass_on(ctx, person_id, number, *mark)
        case (verb, number) if verb == NO_NEED:
            return await no_health_need(ctx, person_id, number)
        case (verb, number) if verb == RECUSE:
            return await recuse(ctx, person_id, number)
        case (verb, number, *child) if verb == NOT_OURS and len(child) < 2:
            return await not_ours(ctx, person_id, number, *child)
        case (verb, _) if verb == HIDE:
            return await hide_now(ctx, person_id, address, card)
        case (verb, number, choice) if verb == DECIDE:
            return await decide_by_choice(ctx, person_id, number, choice)
        case (verb, number, *child) if verb == ASK and len(child) < 2:
            return await offer_questions(ctx, person_id, number, address, card, *child)
        case (verb, number, child, question) if verb == ASK:
            return await ask_desk(ctx, person_id, number, child, question)
        case (verb, number) if verb == TAKE:
            return await take_question(ctx, person_id, number)
        case (verb, number, choice) if verb == ANSWER:
            return await answer_question(ctx, person_id, number, choice)
        case (verb, number, choice) if verb == DRILL:
            return await decide_drill(ctx, person_id, number, choice)
        case (verb, 1) if verb == LEAVE:
            return await confirm_leave(ctx, person_id, address, card)
        case (verb, 1) if verb == LOST:
            return await confirm_lost(ctx, person_id, address, card)
        case (verb, choice) if verb == EXPORT:
            return await answer_request(ctx, person_id, address, card, choice)
        case (verb, number) if verb == WHO:
            return await choose(ctx, person_id, address, card, number)
        case (verb, choice) if verb == STAND_IN:
            return await answer_cover(ctx, person_id, address, card, choice)
        case (verb, number) if verb == BACK:
            return await come_back(ctx, person_id, address, card, number)
        case (verb, number) if verb == WHICH:
            return await choose_who(ctx, person_id, address, card, number)
        case (verb, 1) if verb == LIST:
            return await show_list(ctx, person_id, address, card)
        case (verb, choice) if verb == CLOSE:
            return await close(ctx, person_id, address, card, choice)
        case (verb, number) if verb == OPEN_AGAIN:
            return await reopen(ctx, person_id, address, card, number)
        case _:
            return await nothing_for(ctx, address)


def _parsed(data: str) -> tuple[str, *tuple[int, ...]]:
    """`("o", 12)`; numbers that are none, or larger than a row's can be, parse to nothing."""
    verb, *numbers = data.split(":")
    if not all(number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers):
        return ("",)
    return (verb, *(int(number) for number in numbers))
