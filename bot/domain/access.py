"""Signing in to the secure page: by what, for how long, and how often one may be wrong.

A link is spent by a press and not by being fetched, since scanners of mail and chats fetch. What
Telegram signed for a Mini App is worth its signature for five minutes and one use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

APP_PATH = "/app"
"""Where the Mini App begins, below the page's address; and a link, with itself behind it."""
CONSOLE_APP = f"{APP_PATH}?to=console"
"""Where it begins for the console."""
LINK_PATH = "/open/"
LINK_LIVES = timedelta(minutes=10)
LAUNCH_LIVES = timedelta(minutes=5)
AHEAD = timedelta(minutes=1)
"""How far Telegram's clock may be before ours."""
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
"""However busy: one working day."""
TRIES = 5
FEWEST_DIGITS = 6
MOST_DIGITS = 12


class Way(StrEnum):
    """How somebody is shown an alert; the ledger of disclosures names it."""

    CHAT = "chat"
    LINK = "link"
    MINI_APP = "mini_app"
    OIDC = "oidc"
    """By an account of the authority's own: it leads to no alert."""


@dataclass(frozen=True, slots=True)
class SecurePage:
    """Where the page is, and what getting in takes."""

    url: str
    """Its base address, without a slash at the end."""
    key: bytes
    """Links are signed with it; no link stands in the database."""
    code_required: bool = False
    """The partnership asks for an unlock code as well."""

    @property
    def is_mini_app(self) -> bool:
        """Telegram opens https addresses alone as a Mini App."""
        return self.url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Launch:
    """A Mini App's start, as Telegram signed it."""

    user_id: str
    signed_at: datetime
    sha256: str
    """Of what was signed: one start signs in once."""


def is_fresh(launch: Launch, now: datetime) -> bool:
    return now - LAUNCH_LIVES < launch.signed_at <= now + AHEAD


def session_stands(created_at: datetime, used_at: datetime, now: datetime) -> bool:
    """Whether a session that nobody ended is good still."""
    return now < used_at + IDLE and now < created_at + LONGEST


def code_is_acceptable(code: str) -> bool:
    """Six to twelve digits that are neither all the same nor one behind the other."""
    if not (code.isascii() and code.isdecimal() and FEWEST_DIGITS <= len(code) <= MOST_DIGITS):
        return False
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(code)}
    return not (len(steps) == 1 and steps <= {0, 1, 9})
