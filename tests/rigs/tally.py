"""What a sandbox's ledger says of whoever sent: what came twice, and how fast it came."""

from collections.abc import Iterable

from bot.rendering.catalogue import words
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import WINDOW

PACED = ("sendMessage", "editMessageText")
"""The calls that Telegram counts."""


def doubled(ledger: Ledger, references: Iterable[str]) -> int:
    """Cards that somebody had already, and that did not say so: an honest repeat does."""
    again, known = words("en").say("note.repeat"), set(references)
    had: set[tuple[int | None, str]] = set()
    twice = 0
    for entry in ledger.sends():
        said = entry.text or ""
        card = (entry.chat_id, said.partition(":")[0])
        if card[1] in known:
            twice += card in had and again not in said
            had.add(card)
    return twice


def most_within_a_second(ledger: Ledger) -> int:
    """The most messages and edits that were tried within any one second, refused ones as well."""
    tried = sorted(
        [entry.at for entry in ledger.accepted if entry.method in PACED]
        + [entry.at for entry in ledger.refusals(429)]
    )
    most = first = 0
    for last, at in enumerate(tried):
        while tried[first] <= at - WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most
