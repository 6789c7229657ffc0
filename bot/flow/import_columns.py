"""Which column of a file is which field: asked in the console once for each header, and remembered
for every later file with the same, there and on the command line.

Dies before the commit: it is asked again. Dies after it: it is remembered.
"""

from collections.abc import Mapping

from bot.flow.console import may_change
from bot.flow.context import Context
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.intake.directory_columns import FIELDS, Header, Mappings, lacking
from bot.rendering.catalogue import words
from bot.store import column_mappings

_SECTION = "directory"


async def remembered(ctx: Context) -> Mappings:
    async with ctx.store.reading() as tx:
        return await column_mappings.all_of_them(tx)


async def remember(
    ctx: Context, someone: Visitor, header: Header, said: Mapping[str, str]
) -> Reply | None:
    """From now on these columns of this header are these fields; a reply where that cannot be."""
    language = someone.person.language
    fields = {name: field for name, field in said.items() if field in FIELDS}
    # A column by a field's own name that is said to be none is called otherwise from now on.
    fields |= {name: f"-{name}" for name, field in said.items() if not field and name in FIELDS}
    if len(set(fields.values())) < len(fields):
        return Reply("import.columns_twice", language, alert=True)
    taken = [fields.get(name, name) for name in header.names]
    if lacks := lacking(taken):
        listed = words(language).listed(lacks)
        return Reply("import.columns_lack", language, {"names": listed}, alert=True)
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
        if changer is None:
            return nothing_here(language)
        await column_mappings.put(tx, header.mark, fields, changer.person.id, changer.now)
    return None
