"""The first coordinator: nobody can sign in to an empty directory, so the command line makes one.

Their record, its version and their one-time code are one commit. Dies before it: there is nobody
yet, and the command is run again. Dies after it, before the link was printed: they are in the
directory, and `encompass invite` gives them another.
"""

import re
import unicodedata

from bot.domain.errors import ConflictError
from bot.domain.people import Person, Role, Scope
from bot.domain.versions import FROM_COMMAND_LINE
from bot.flow.context import Context
from bot.flow.enrol import make_codes
from bot.flow.in_force import in_force
from bot.flow.versions import note_directory
from bot.store import config, directory, events

_LONGEST_ID = 64
_NO_LATIN_LETTER = "coordinator"


async def first_coordinator(ctx: Context, name: str, language: str) -> tuple[str, str]:
    """Their id and a fresh code. ConflictError once the directory has anybody: who is added then is
    added by whoever is in it."""
    async with ctx.store.unit() as tx:
        await config.take_turn(tx)  # of two at once the second finds somebody
        now, known = ctx.now(), await in_force(ctx, tx)
        if known.directory.people:
            raise ConflictError(
                "The directory has people already: an import adds a coordinator, "
                "and encompass invite gives one that is in it a link."
            )
        person = Person(
            id=id_from(name),
            name=name,
            role=Role.COORDINATOR,
            scope=Scope(everywhere=True),
            language=language,
        )
        await directory.put(tx, [], [person])
        await directory.changed(tx)
        await note_directory(tx, now, who=FROM_COMMAND_LINE)
        line = events.line(
            "directory:imported", now, new=1, changed=0, gone=0, by=FROM_COMMAND_LINE
        )
        await events.append(tx, line)
        made = await make_codes(tx, [person.id], now, FROM_COMMAND_LINE)
        return person.id, made[person.id]


def id_from(name: str) -> str:
    """As people.csv takes one: the name in small letters, without its accents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_ID].strip("-") or _NO_LATIN_LETTER
