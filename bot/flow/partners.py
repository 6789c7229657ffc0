"""Partners' keys: 256 bits, shown once, stored as SHA-256, revocable (guarantees: security)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from bot.domain.errors import ConflictError, NotFoundError
from bot.flow.context import Context
from bot.store import events, partners

_LAST = 2**63 - 1
"""No row's number is greater."""
DESK = "desk"
"""The partner in whose name files are taken in at the command line."""
DRILLS = "drills"
"""The partner in whose name the notices of drills stand: our own, without a key."""


@dataclass(frozen=True, slots=True)
class Partner:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a presented key comes to; `partner` is None for an unknown one."""

    partner: Partner | None
    revoked: bool = False


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def create_key(ctx: Context, name: str) -> tuple[int, str]:
    """A fresh key for the partner of this name: its number and the key, never shown again."""
    if name == DRILLS:
        raise ConflictError(f"The name {DRILLS} is kept for drills: choose another.")
    key = "enc_" + secrets.token_urlsafe(32)
    async with ctx.store.unit() as tx:
        partner_id = await partners.named(tx, name, ctx.now())
        number = await partners.add_key(tx, partner_id, _hash(key), ctx.now())
        await events.append(tx, events.line("key:created", ctx.now(), partner=name, key=number))
    return number, key


async def revoke_key(ctx: Context, number: int) -> None:
    async with ctx.store.unit() as tx:
        if number > _LAST or not await partners.revoke(tx, number, ctx.now()):
            raise NotFoundError(f"There is no key {number}.")
        await events.append(tx, events.line("key:revoked", ctx.now(), key=number))


async def recognise(ctx: Context, key: str) -> Key:
    """Whose key this is, now."""
    presented = _hash(key)
    async with ctx.store.reading() as tx:
        row = await partners.key(tx, presented)
    if row is None or not hmac.compare_digest(row.sha256, presented):
        return Key(None)
    return Key(Partner(row.partner_id, row.name), row.revoked_at is not None)


async def desk(ctx: Context, name: str | None = None) -> Partner:
    """The partner in whose name the operator takes in a file: the one named, else the desk."""
    async with ctx.store.unit() as tx:
        known = [name for name in await partners.names(tx) if name != DRILLS]
        if name is not None and name not in known:
            raise NotFoundError(f"There is no partner {name}; there are: {', '.join(known)}.")
        return Partner(await partners.named(tx, name or DESK, ctx.now()), name or DESK)
