"""What a message says by e-mail and SMS: worded from what the chat would show, by the same rules of
who may have it, and then cut down to what anybody at that mailbox or telephone may read.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.delivery import Outgoing
from bot.domain.message import CARDS, SHARED
from bot.domain.people import Channel
from bot.flow.context import SecondWays
from bot.rendering import second
from bot.rendering.catalogue import words


def by_second_way(
    row: Row[Any],
    said: Outgoing,
    alert: Row[Any] | None,
    language: str,
    ways: SecondWays,
    now: datetime,
) -> Outgoing:
    """`said` as it goes by this row's way: no buttons, nothing that an address alone could open."""
    say = words(language)
    if row.kind in CARDS and alert is not None:
        about = second.About(alert.reference, alert.bell_at, alert.bell_at < now)
        text = second.card_text(say, row.kind, about, ways.desk_phone)
        repeated = f"{text} {say.say('note.repeat')}"
        text = repeated if row.unknowns else text
    elif row.channel is Channel.SMS:
        text = second.short(say, said.text, _references(row), ways.desk_phone)
    else:
        text = said.text
    return replace(
        said,
        text=text,
        buttons=(),
        subject=second.subject(say),
        reference=str(row.id),
    )


def _references(row: Row[Any]) -> list[str]:
    if row.kind in SHARED:
        return [item["reference"] for item in row.params["items"]]
    return [row.params["reference"]] if "reference" in row.params else []
