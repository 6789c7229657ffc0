"""Who must learn nothing of a notice from now on keeps nothing of it and is owed nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.flow.context import Stage
from bot.flow.tell import refresh_cards
from bot.store import alerts, messages, views
from bot.store.unit_of_work import Tx


async def hide_from(
    tx: Tx, now: datetime, alert_ids: Sequence[int], people: Collection[str]
) -> None:
    """Cancel what these people are still owed of these alerts, make their cards stubs, and have
    the ladders read anew, so that the next person is told at once. They are excluded already, in
    this very transaction."""
    await messages.cancel_of_people(tx, alert_ids, people)
    cards = await messages.cards_of(tx, alert_ids, sorted(people))
    await views.hide(tx, [card.id for card in cards], now)
    await refresh_cards(tx, now, alert_ids, sorted(people))
    await alerts.look_again(tx, alert_ids, now)
    tx.wake(Stage.ESCALATE, Stage.DISPATCH)
