"""Sentences into the outbox: answers to what was asked, and words to coordinators.

They go the same way as alerts: one pace, one classifier, durable before anything is shown.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.cover import Reachable
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, Person
from bot.flow.context import Context, Stage
from bot.flow.reply import Reply
from bot.flow.tell import message_row
from bot.rendering.catalogue import LANGUAGES
from bot.store import directory, messages
from bot.store.unit_of_work import Tx

LANGUAGE = "l"
"""What the data of a language's button begins with."""
MESSAGE_UNITS = 3900
NAMES = {"en": "English", "cy": "Cymraeg"}
"""Each language by its own name."""
_ASKED_FOR = (Kind.ANSWER, Kind.DRILL)


async def tell_lines(
    tx: Tx,
    now: datetime,
    to: Reachable,
    lines: Sequence[str],
    *,
    kind: Kind = Kind.ANSWER,
    buttons: Sequence[tuple[str, str]] = (),
    about: Mapping[str, Any] | None = None,
) -> None:
    """Put these lines in the outbox, in the reader's language already; cut what a message cannot
    hold at a line's end. `about` stays in the row, for whoever handles a press of its buttons."""
    kept: list[str] = []
    for line in lines:
        if sum(len(k) + 1 for k in kept) + len(line) > MESSAGE_UNITS:
            kept.append("…")
            break
        kept.append(line)
    row = message_row(
        kind,
        to,
        now,
        params={
            "lines": kept,
            "buttons": [list(button) for button in buttons],
            **(about or {}),
        },
        priority=Priority.ANSWER if kind in _ASKED_FOR else Priority.ALERT,
    )
    await messages.add(tx, [row])
    tx.wake(Stage.DISPATCH)


def language_buttons() -> list[tuple[str, str]]:
    """Each language by its own name, whoever reads it."""
    return [(NAMES[code], f"{LANGUAGE}:{code}") for code in LANGUAGES]


async def pressed_message(
    tx: Tx, presser: Person | None, address: str, card: str, name: str
) -> Row[Any] | None:
    """The message that was pressed, if it asks just this, by its name in `about`, of this person on
    this account: forged data means nothing, and a button works only in the chat it was sent to."""
    holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
    if presser is None or holder is None or holder[0] != presser.id:
        return None
    row = await messages.card_at(tx, address, card)
    if row is None or row.contact_id != holder[1] or name not in row.params:
        return None
    return row


async def tell_stranger(tx: Tx, now: datetime, address: str) -> None:
    """The one neutral answer; one that still waits for this chat is enough."""
    row = message_row(Kind.NEUTRAL, address, now, priority=Priority.STRANGER)
    await messages.add_once(tx, row)
    tx.wake(Stage.DISPATCH)


async def answer_press(ctx: Context, press_id: str, reply: Reply) -> None:
    """Answer a button's press, after what it did was committed."""
    await ctx.notifiers[Channel.TELEGRAM].answer_press(press_id, reply.text, alert=reply.alert)
