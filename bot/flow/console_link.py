"""`/console`: a one-time link that opens the console, for whoever has one in their role.

The link is a row like those of alerts, without one; it is signed when its message goes out, so that
it stands in no table. Dies before the commit: the command is handled again from its row. Dies after
it: the message waits with its link, and the hiding stage's tick takes a link off whose time is
over. For anyone else the command does not exist.
"""

import secrets
from datetime import datetime

from bot.domain.access import LINK_LIVES, SecurePage
from bot.domain.console import may_enter
from bot.domain.cover import Reachable
from bot.domain.message import Kind, Priority
from bot.flow.answer import tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.context import Context, Stage
from bot.flow.tell import message_row
from bot.rendering.catalogue import words
from bot.store import access, messages
from bot.store.unit_of_work import Tx


async def console(ctx: Context, address: str) -> None:
    """Answer `/console` in this chat."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        to = asking[1]
        if may := may_enter(to.person.role):
            if ctx.page is None:
                line = words(to.person.language).say("console.nowhere")
                await tell_lines(tx, ctx.now(), to, [line])
            else:
                await _offer(tx, ctx.page, to, ctx.now())
    if not may:
        await help_text(ctx, address)


async def _offer(tx: Tx, page: SecurePage, to: Reachable, now: datetime) -> None:
    row = message_row(Kind.CONSOLE, to, now, priority=Priority.ANSWER)
    [number] = await messages.add(tx, [row])
    if not page.is_mini_app:
        await access.add_link(
            tx,
            number,
            person_id=to.person.id,
            contact_id=to.contact.id,
            alert_id=None,
            nonce=secrets.token_urlsafe(16),
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    tx.wake(Stage.DISPATCH)
