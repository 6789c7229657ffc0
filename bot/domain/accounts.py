"""Signing in with an account of the authority's own, by OpenID Connect.

A verified e-mail address is all that is taken from the provider; who that is, and what they may,
the directory says, at each request. An address that is nobody's, or several people's, is nobody's.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.domain.people import Person

SIGN_IN_PATH = "/sign-in"
BACK_PATH = f"{SIGN_IN_PATH}/back"
"""Where the provider sends people back to: to be registered there, below the page's address."""
OWN_PATH = "/me"
ATTEMPT_LIVES = timedelta(minutes=10)


class Accounts(Protocol):
    """The provider of the authority's accounts."""

    async def address(self, state: str, nonce: str, challenge: str) -> str | None:
        """Where somebody signs in; None while the provider cannot be asked."""

    async def email(self, code: str, nonce: str, verifier: str) -> str | None:
        """The verified e-mail address of whoever signed in; None for whatever is not all right."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: a secret that its browser keeps, and what follows from it with the
    page's key. So an anonymous visit writes no row, and the verifier never leaves this side."""

    secret: str
    begun_at: datetime
    key: bytes

    @property
    def state(self) -> str:
        return self._made("state")

    @property
    def nonce(self) -> str:
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """Of the verifier (RFC 7636, S256)."""
        return _letters(hashlib.sha256(self.verifier.encode()).digest())

    @property
    def sha256(self) -> str:
        """By which it signs in once."""
        return hashlib.sha256(f"sign-in:{self.state}".encode()).hexdigest()

    @property
    def cookie(self) -> str:
        seconds = int(self.begun_at.timestamp())
        return f"{seconds}.{self.secret}.{self._made('cookie')}"

    def _made(self, what: str) -> str:
        seconds = int(self.begun_at.timestamp())
        of = f"sign in: {what}:{seconds}:{self.secret}"
        return _letters(hmac.digest(self.key, of.encode(), hashlib.sha256))


def attempt_of(cookie: str, key: bytes, now: datetime) -> Attempt | None:
    """The attempt that this cookie is of, if we made it and its time is not over."""
    seconds, _, rest = cookie.partition(".")
    secret, _, _ = rest.partition(".")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        return None
    found = Attempt(secret, datetime.fromtimestamp(int(seconds), UTC), key)
    if not hmac.compare_digest(found.cookie.encode(), cookie.encode()):
        return None
    return found if found.begun_at <= now < found.begun_at + ATTEMPT_LIVES else None


def person_of(email: str, people: Iterable[Person]) -> Person | None:
    """The one person whose address in the directory this is; None for nobody, or for several."""
    wanted = _plain(email)
    found = [person for person in people if wanted and _plain(person.email) == wanted]
    return found[0] if len(found) == 1 else None


def _plain(email: str) -> str:
    """As addresses compare. Beyond ASCII one letter may look like another: those are themselves."""
    bare = email.strip()
    return bare.lower() if bare.isascii() else bare


def _letters(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
