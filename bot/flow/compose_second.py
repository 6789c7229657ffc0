"""What a message says by e-mail and SMS: worded from what the chat would show, by the same rules of
who may have it, and then cut down to what anybody at that mailbox or telephone may read.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.delivery import Outgoing
from bot.domain.message import ABOUT_ONE, CARDS, SHARED
from bot.domain.people import Channel
from bot.domain.routing import InForce
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


def about_alerts(row: Row[Any]) -> list[int]:
    """The numbers of the alerts that a message names."""
    if row.kind in SHARED:
        return [item["alert"] for item in row.params["items"]]
    if row.kind in ABOUT_ONE:
        return [row.params["alert"]]
    return [] if row.alert_id is None else [row.alert_id]


def excluded_reads_along(known: InForce, row: Row[Any], about: Sequence[Row[Any]]) -> bool:
    """Whether somebody who is excluded from one of these alerts has this mailbox or telephone too:
    they may learn nothing, not even that there is something."""
    excluded = {person_id for alert in about for person_id in alert.excluded}
    people = (known.directory.people.get(person_id) for person_id in excluded)
    address = _plain(row.address)
    return any(p is not None and address in (_plain(p.email), _plain(p.phone)) for p in people)


def _plain(address: str) -> str:
    """An address as it compares: the country's code and blanks say nothing."""
    bare = "".join(address.split()).casefold()
    return "0" + bare.removeprefix("+44") if bare.startswith("+44") else bare


def _references(row: Row[Any]) -> list[str]:
    if row.kind in SHARED:
        return [item["reference"] for item in row.params["items"]]
    return [row.params["reference"]] if "reference" in row.params else []
