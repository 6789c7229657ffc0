"""Who is at the secure page: in by a link or by Telegram's word, for a short while, and out again.

Everything is asked at the moment of use: that the session stands, that its account is that
person's still, and by the use cases behind it whether this person may. Dies before a commit:
nobody is in. Dies after a sign-in's: the link is spent and its cookie never arrived; a press on
the card makes another.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.access import LAUNCH_LIVES, Launch, Way, is_fresh, session_stands
from bot.domain.accounts import person_of
from bot.domain.console import may_enter
from bot.domain.message import Priority
from bot.domain.people import Channel, Person
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.link import signed_link
from bot.flow.tell import refresh_card
from bot.store import access, alerts, directory, events, messages
from bot.store.unit_of_work import Tx

_TOUCHED_EVERY = timedelta(seconds=30)
"""How exactly the idle time is known: a session that is in use is not written at every request."""


_FORGOTTEN_AFTER = timedelta(days=1)
"""More than the longest that anything of these stands."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody has come in: what their browser is to keep."""

    cookie: str
    way: Way
    alert_id: int | None
    """What the link that they came by opens; a Mini App opens whatever is theirs, and so does a
    link to the console."""
    leads_to: str = ""
    """Where whoever came by an account of the authority's own goes on."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is in."""

    session_id: int
    person: Person
    contact_id: int | None
    """The account in Telegram that they came in through."""
    way: Way
    alert_id: int | None
    """The only alert that they came for, if they came by its link."""
    unlocked: bool
    unlocked_at: datetime | None = None
    """When they last gave their code."""

    def may_ask_for(self, alert_id: int) -> bool:
        """An account of the authority's own leads to no notice's details: see ADR 28."""
        return self.way is not Way.OIDC and self.alert_id in (None, alert_id)


async def enter_by_link(ctx: Context, presented: str) -> Entered | None:
    """Spend a link; None if it is nobody's, spent, over, or its account is its person's no more."""
    if ctx.page is None:
        return None
    async with ctx.store.reading() as tx:  # whatever anybody made up never holds up the writer
        link = await signed_link(tx, ctx.page, presented)
    if link is None:
        return None
    async with ctx.store.unit() as tx:
        now = ctx.now()
        if link.alert_id is not None:
            await alerts.lock_all(tx, [link.alert_id])  # first, as whoever seals it does
        known = await in_force(ctx, tx)
        holder = holder_of(known, link.person_id, link.contact_id)
        if holder is None or (link.alert_id is None and not may_enter(holder.role)):
            return None
        if not await access.spend_link(tx, link.id, now):
            return None
        card = await messages.by_id(tx, link.message_id)
        if card is not None:
            await refresh_card(tx, now, card, Priority.VIEW)
        return await enter(tx, now, link.person_id, link.contact_id, Way.LINK, link.alert_id)


async def enter_by_launch(ctx: Context, init_data: str) -> Entered | None:
    """Take Telegram's word for who started the Mini App: signed, fresh, the first time, and of an
    account that is enrolled. None for all else, without a hint which. Raises nothing."""
    if ctx.page is None or not ctx.page.is_mini_app or ctx.launched is None:
        return None
    launch = ctx.launched(init_data)
    if launch is None or not is_fresh(launch, ctx.now()):
        return None
    return await _enter_by_launch(ctx, launch)


async def _enter_by_launch(ctx: Context, launch: Launch) -> Entered | None:
    async with ctx.store.unit() as tx:
        now = ctx.now()
        known = await in_force(ctx, tx)
        holder = await directory.holder_of(tx, Channel.TELEGRAM, launch.user_id)
        if holder is None or holder_of(known, holder[0], holder[1]) is None:
            return None
        if not await access.use_launch(tx, launch.sha256, now):
            return None
        return await enter(tx, now, holder[0], holder[1], Way.MINI_APP, None)


async def enter(
    tx: Tx,
    now: datetime,
    person_id: str,
    contact_id: int | None,
    way: Way,
    alert_id: int | None,
    *,
    email: str | None = None,
) -> Entered:
    """A session for this person, which ends with the account or the address that they came by."""
    cookie = secrets.token_urlsafe(32)
    await access.add_session(
        tx,
        sha256=_hash(cookie),
        person_id=person_id,
        contact_id=contact_id,
        email=email,
        alert_id=alert_id,
        way=way,
        created_at=now,
        used_at=now,
    )
    line = events.line("page:entered", now, person_id=person_id, alert_id=alert_id, way=way)
    await events.append(tx, line)
    return Entered(cookie, way, alert_id)


async def visitor(ctx: Context, cookie: str, *, touch: bool = True) -> Visitor | None:
    """Who holds this cookie, if their session stands now; with `touch` it then stands on."""
    if not cookie or ctx.page is None:
        return None
    async with ctx.store.reading() as tx:
        now = ctx.now()
        found = await access.session(tx, _hash(cookie))
        if found is None or not session_stands(found.created_at, found.used_at, now):
            return None
        person = whose(await in_force(ctx, tx), found)
    if person is None:
        return None
    of_the_console = found.way is Way.LINK and found.alert_id is None
    if of_the_console and not may_enter(person.role):
        return None  # what they came in by is no way of theirs any more
    if touch and now - found.used_at > _TOUCHED_EVERY:
        async with ctx.store.unit() as tx:
            await access.touch_session(tx, found.id, now)
    unlocked = found.unlocked_at is not None or not ctx.page.code_required
    return Visitor(
        found.id,
        person,
        found.contact_id,
        found.way,
        found.alert_id,
        unlocked,
        found.unlocked_at,
    )


async def sign_out(ctx: Context, cookie: str) -> None:
    """End this session; nothing happens where none stands."""
    async with ctx.store.unit() as tx:
        now = ctx.now()
        found = await access.session(tx, _hash(cookie))
        if found is not None and await access.end_session(tx, found.sha256, now):
            await events.append(tx, events.line("page:left", now, person_id=found.person_id))


def form_token(cookie: str) -> str:
    """What a form of this session carries, which no other site can know."""
    return hashlib.sha256(f"form:{cookie}".encode()).hexdigest()


async def forget_old_ways_in(ctx: Context) -> None:
    """Links, sessions and starts that are over for their age whatever else; called each hour."""
    async with ctx.store.unit() as tx:
        await access.forget_launches(tx, ctx.now() - 4 * LAUNCH_LIVES)
        await access.forget_ended(tx, ctx.now() - _FORGOTTEN_AFTER)


async def still_in(
    ctx: Context, tx: Tx, someone: Visitor
) -> tuple[InForce, Person, Row[Any]] | None:
    """What is in force, who it is and their session as it is within this commit; None once it does
    not stand, or they are not its holder any more."""
    known, found = await in_force(ctx, tx), await access.session_by_id(tx, someone.session_id)
    if found is None or not session_stands(found.created_at, found.used_at, ctx.now()):
        return None
    person = whose(known, found)
    return None if person is None else (known, person, found)


def whose(known: InForce, session: Row[Any]) -> Person | None:
    """Whose session this is: while its account is theirs, or the address that it came by is theirs
    and nobody else's, as the directory has it now."""
    if session.contact_id is not None:
        return holder_of(known, session.person_id, session.contact_id)
    person = person_of(session.email or "", known.directory.people.values())
    return person if person is not None and person.id == session.person_id else None


def holder_of(known: InForce, person_id: str, contact_id: int | None) -> Person | None:
    """The person, while this account is theirs."""
    person = known.directory.people.get(person_id)
    if person is None or all(contact.id != contact_id for contact in person.contacts):
        return None
    return person


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
