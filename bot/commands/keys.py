"""`key create` and `key revoke`."""

import argparse
import sys

from bot.commands.surroundings import with_context
from bot.flow.partners import create_key, revoke_key


def create(given: argparse.Namespace) -> int:
    number, key = with_context(lambda ctx: create_key(ctx, given.partner))
    print(key)
    print(f"Key {number} of {given.partner}; it is not shown again.", file=sys.stderr)
    return 0


def revoke(given: argparse.Namespace) -> int:
    with_context(lambda ctx: revoke_key(ctx, given.id))
    print(f"Key {given.id} is revoked.", file=sys.stderr)
    return 0
