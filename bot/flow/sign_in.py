"""Into the page by an account of the authority's own (OpenID Connect).

The provider is asked with no transaction open. Dies before the commit: nobody is in, and the
provider's code is spent; beginning again takes a press. Dies after it: the session stands, its
cookie never arrived, and it ends by itself for want of use.
"""

import hmac
import logging
import secrets
from dataclasses import replace
from datetime import datetime

from bot.domain.access import Way
from bot.domain.accounts import OWN_PATH, Attempt, attempt_of, person_of
from bot.domain.console import CONSOLE_PATH, may_enter
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Entered, enter
from bot.store import access

log = logging.getLogger(__name__)


async def begin_sign_in(ctx: Context) -> tuple[str, str] | None:
    """Where to sign in, and what the browser is to keep meanwhile; None where nobody can."""
    if ctx.page is None or ctx.accounts is None:
        return None
    attempt = Attempt(secrets.token_urlsafe(32), _second(ctx.now()), ctx.page.key)
    address = await ctx.accounts.address(attempt.state, attempt.nonce, attempt.challenge)
    return None if address is None else (address, attempt.cookie)


async def enter_by_account(ctx: Context, cookie: str, state: str, code: str) -> Entered | None:
    """Somebody is back from the provider: in, if this very browser began it, the provider vouches
    for an address, and that is one person's in the directory now. None for all else, without a hint
    which."""
    if ctx.page is None or ctx.accounts is None or not code:
        return None
    attempt = attempt_of(cookie, ctx.page.key, ctx.now())
    if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        return None
    email = await ctx.accounts.email(code, attempt.nonce, attempt.verifier)
    if email is None:
        return None
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = person_of(email, known.directory.people.values())
        if person is None or not await access.use_launch(tx, attempt.sha256, now):
            return None
        entered = await enter(tx, now, person.id, None, Way.OIDC, None, email=person.email)
        return replace(entered, leads_to=CONSOLE_PATH if may_enter(person.role) else OWN_PATH)


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
