"""Links, sessions, Mini App starts and unlock codes: what lets somebody in to the secure page.

Of a session its hash is kept, of a link what it is made from with the page's key, of a code
its argon2id hash: a copy of the database lets nobody in.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Row

from bot.store.tables import launches, links, messages, sessions, unlock_codes
from bot.store.unit_of_work import Tx

# --- links ---------------------------------------------------------------------------------------


async def add_link(tx: Tx, message_id: int, **values: Any) -> int:
    """A fresh link on this card; the one that it carried is worth nothing from now on."""
    ended = values["created_at"]
    await tx.execute(
        update(links)
        .where(links.c.message_id == message_id, links.c.ended_at.is_(None))
        .values(ended_at=ended)
    )
    return await tx.add(links, message_id=message_id, **values)


async def link(tx: Tx, link_id: int) -> Row[Any] | None:
    return await tx.first(select(links).where(links.c.id == link_id))


async def spend_link(tx: Tx, link_id: int, now: datetime) -> bool:
    """Whether it was good until this moment; it is not any more."""
    result = await tx.execute(
        update(links)
        .where(links.c.id == link_id, links.c.ended_at.is_(None), links.c.expires_at > now)
        .values(ended_at=now)
    )
    return bool(result.rowcount)


async def links_on(tx: Tx, message_ids: Collection[int], now: datetime) -> dict[int, Row[Any]]:
    """The link that each of these cards may carry now, by card."""
    if not message_ids:
        return {}
    rows = await tx.all(
        select(links).where(
            links.c.message_id.in_(message_ids),
            links.c.ended_at.is_(None),
            links.c.expires_at > now,
        )
    )
    return {row.message_id: row for row in rows}


async def any_link_over(tx: Tx, now: datetime) -> bool:
    statement = select(links.c.id).where(links.c.ended_at.is_(None), links.c.expires_at <= now)
    return await tx.first(statement.limit(1)) is not None


async def end_links_over(tx: Tx, now: datetime, limit: int) -> list[int]:
    """Links whose time is over end; the cards that carried them."""
    over = (
        select(links.c.id)
        .where(links.c.ended_at.is_(None), links.c.expires_at <= now)
        .order_by(links.c.expires_at)
        .limit(limit)
    )
    return await _end_links(tx, links.c.id.in_(over), now)


async def end_links_of_alerts(tx: Tx, alert_ids: Collection[int], now: datetime) -> list[int]:
    """No link leads to these alerts any more; the cards that carried one."""
    return await _end_links(tx, links.c.alert_id.in_(alert_ids), now)


async def _end_links(tx: Tx, which: Any, now: datetime) -> list[int]:
    rows = await tx.all(
        update(links)
        .where(which, links.c.ended_at.is_(None))
        .values(ended_at=now)
        .returning(links.c.message_id)
    )
    return [row.message_id for row in rows]


# --- sessions ------------------------------------------------------------------------------------


async def add_session(tx: Tx, **values: Any) -> int:
    return await tx.add(sessions, **values)


async def session(tx: Tx, sha256: str) -> Row[Any] | None:
    """The session of this cookie, unless it was ended."""
    return await tx.first(
        select(sessions).where(sessions.c.sha256 == sha256, sessions.c.ended_at.is_(None))
    )


async def session_by_id(tx: Tx, session_id: int) -> Row[Any] | None:
    """The same for whoever came with it a moment ago."""
    return await tx.first(
        select(sessions).where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
    )


async def touch_session(tx: Tx, session_id: int, now: datetime) -> None:
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(used_at=now))


async def unlock_session(tx: Tx, session_id: int, now: datetime) -> None:
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(unlocked_at=now))


async def end_session(tx: Tx, sha256: str, now: datetime) -> bool:
    """Whether there was one to end."""
    result = await tx.execute(
        update(sessions)
        .where(sessions.c.sha256 == sha256, sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return bool(result.rowcount)


async def end_sessions_of_alerts(tx: Tx, alert_ids: Collection[int], now: datetime) -> None:
    """Who came by a link to one of these alerts is out."""
    await tx.execute(
        update(sessions)
        .where(sessions.c.alert_id.in_(alert_ids), sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )


async def end_access_of(tx: Tx, people: Collection[str], now: datetime) -> Sequence[Row[Any]]:
    """Sessions, links and codes of these people end; the cards that carried their links."""
    await tx.execute(
        update(sessions)
        .where(sessions.c.person_id.in_(people), sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    await tx.execute(delete(unlock_codes).where(unlock_codes.c.person_id.in_(people)))
    cards = await _end_links(tx, links.c.person_id.in_(people), now)
    return await tx.all(select(messages).where(messages.c.id.in_(cards)).order_by(messages.c.id))


# --- a Mini App's starts -------------------------------------------------------------------------


async def use_launch(tx: Tx, sha256: str, now: datetime) -> bool:
    """Whether this start signs in for the first time."""
    statement = tx.insert(launches).values(sha256=sha256, used_at=now)
    result = await tx.execute(statement.on_conflict_do_nothing())
    return bool(result.rowcount)


async def forget_launches(tx: Tx, before: datetime) -> None:
    """Starts that are too old to be taken anyway."""
    await tx.execute(delete(launches).where(launches.c.used_at < before))


async def forget_ended(tx: Tx, before: datetime) -> None:
    """Links and sessions that were over before this: the trail says who came in, and when."""
    await tx.execute(delete(links).where(links.c.expires_at < before))
    await tx.execute(delete(sessions).where(sessions.c.created_at < before))


# --- unlock codes --------------------------------------------------------------------------------


async def unlock_code(tx: Tx, person_id: str) -> Row[Any] | None:
    return await tx.first(select(unlock_codes).where(unlock_codes.c.person_id == person_id))


async def choose_code(tx: Tx, person_id: str, code_hash: str, now: datetime) -> bool:
    """Whether this became their code; one that is chosen stays until they are invited anew."""
    statement = tx.insert(unlock_codes).values(
        person_id=person_id, hash=code_hash, chosen_at=now, tries=0
    )
    result = await tx.execute(statement.on_conflict_do_nothing())
    return bool(result.rowcount)


async def count_try(tx: Tx, person_id: str, limit: int) -> Row[Any] | None:
    """One try more, counted before anybody looks whether it is right, so that many at once are
    no more than `limit`; None if there is none left."""
    return await tx.first(
        update(unlock_codes)
        .where(
            unlock_codes.c.person_id == person_id,
            unlock_codes.c.tries < limit,
            unlock_codes.c.locked_at.is_(None),
        )
        .values(tries=unlock_codes.c.tries + 1)
        .returning(unlock_codes.c.hash, unlock_codes.c.tries)
    )


async def code_was_right(tx: Tx, person_id: str) -> None:
    await tx.execute(
        update(unlock_codes).where(unlock_codes.c.person_id == person_id).values(tries=0)
    )


async def lock_code(tx: Tx, person_id: str, now: datetime) -> bool:
    """Whether this locked it."""
    result = await tx.execute(
        update(unlock_codes)
        .where(unlock_codes.c.person_id == person_id, unlock_codes.c.locked_at.is_(None))
        .values(locked_at=now)
    )
    return bool(result.rowcount)
