"""Several notices about one child within a while: shown as something to consider, with no score.

Children are told apart without their data standing in another place: by a mark made of name and
date of birth with a key of this database's own. Without a date of birth there is no mark: a name
alone is not one child.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.incident import Child


@dataclass(frozen=True, slots=True)
class Patterns:
    """How many notices, within how long, are shown together; both the partnership's to choose."""

    notices: int = 3
    within: timedelta = timedelta(days=90)


def mark_of(child: Child, key: bytes) -> str | None:
    """What tells this child's notices from others'; None for one without a date of birth."""
    if child.date_of_birth is None:
        return None
    said = f"{child.folded_name}|{child.date_of_birth.isoformat()}"
    return hmac.new(key, said.encode(), "sha256").hexdigest()


def together(occurred: Mapping[int, datetime], of: int, patterns: Patterns) -> tuple[int, ...]:
    """The most notices, `of` among them, that lie within one span; oldest first. Empty when they
    are fewer than the partnership looks at. `occurred` holds one child's notices by number."""
    in_order = sorted(occurred, key=lambda number: (occurred[number], number))
    spans = (
        tuple(n for n in in_order if at <= occurred[n] <= at + patterns.within)
        for at in (occurred[first] for first in in_order)
    )
    most = max((span for span in spans if of in span), key=len, default=())
    return most if len(most) >= patterns.notices else ()
