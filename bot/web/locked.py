"""The unlock code on the secure page and on everyone's own: one form, one try."""

from fastapi import Response

from bot.flow.context import Context
from bot.flow.reply import Reply
from bot.flow.session import Visitor
from bot.flow.unlock import Unlocking, choose_or_unlock, standing_of
from bot.rendering.catalogue import words
from bot.rendering.page import render
from bot.web.browser import Form, answer, move_on, said

_FAULTS = {
    Unlocking.WRONG: "page.code_wrong",
    Unlocking.NOT_ACCEPTABLE: "page.code_not_acceptable",
    Unlocking.NOT_THE_SAME: "page.code_not_the_same",
}


async def ask_for_code(ctx: Context, someone: Visitor, here: str, token: str) -> Response:
    """Instead of the page at `here`, for somebody who has not given their code in this session."""
    return _form(someone, here, token, await standing_of(ctx, someone))


async def try_code(ctx: Context, someone: Visitor, here: str, form: Form) -> Response:
    """A code that was typed in: back to `here`, or asked again."""
    standing = await standing_of(ctx, someone)
    code, again = form.get("code", ""), form.get("again", "")
    came = await choose_or_unlock(ctx, someone, standing, code, again)
    return move_on(here) if came is Unlocking.DONE else _form(someone, here, form["form"], came)


def _form(someone: Visitor, here: str, token: str, came: Unlocking) -> Response:
    language = someone.person.language
    if came is Unlocking.LOCKED:
        return said(Reply("page.code_locked", language), token, status=403)
    fault = words(language).say(_FAULTS[came]) if came in _FAULTS else ""
    choosing = came in (Unlocking.CHOOSE, Unlocking.NOT_ACCEPTABLE, Unlocking.NOT_THE_SAME)
    page = render("unlock.html", language, here=here, form=token, choosing=choosing, fault=fault)
    return answer(page, status=403 if fault else 200, expires=True)
