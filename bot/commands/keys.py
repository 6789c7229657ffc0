"""`key create` and `key revoke`."""

import argparse
import sys

from bot.commands.surroundings import with_context
from bot.domain.errors import UsageError
from bot.flow.partners import create_key, revoke_key


def create(given: argparse.Namespace) -> int:
    partner = " ".join(given.partner.split())
    if not partner:
        raise UsageError("--partner must not be empty.")
    number, key = with_context(lambda ctx: create_key(ctx, partner))
    print(key)
    print(f"Key {number} of {partner}; it is not shown again.", file=sys.stderr)
    return 0


def revoke(given: argparse.Namespace) -> int:
    with_context(lambda ctx: revoke_key(ctx, given.id))
    print(f"Key {given.id} is revoked.", file=sys.stderr)
    return 0
