"""An import in the console: files are uploaded, shown as what they would change, and then put in
force as they were shown, or not at all; and the newest import is taken back there.

What is uploaded is a row of the one who did, for an hour. The page carries a mark of what it
showed: where the directory is another by then, so that the import would do something else, it is
said and shown anew instead. Dies before a commit: nothing has changed, and the upload is open as
before. Dies after it: the upload is gone with it; what follows from an import is found by the ticks
that follow any import. An upload that nobody ends is ended by the hour (`forget_old_uploads`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import NotFoundError, RefusedError
from bot.flow.console import Changer, may_change
from bot.flow.context import Context
from bot.flow.directory import Difference, apply_within, foresee
from bot.flow.import_preview import Preview, mark_of, of_lists, previewed, read
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.store import directory, imports, uploads
from bot.store.unit_of_work import Tx
from bot.store.uploads import File

SECTION = "directory"
LIVES = timedelta(hours=1)
OPTIONS = ("authority", "opens_at", "closes_at", "calendar", "nurse_team")
"""What a published list does not carry, by the names of the form's fields."""


async def forget_old_uploads(ctx: Context) -> None:
    """Those that nobody has ended for an hour; called each hour."""
    async with ctx.store.unit() as tx:
        await uploads.forget(tx, ctx.now() - LIVES)


async def preview(ctx: Context, someone: Visitor) -> Preview | None:
    """What this person's open upload would change now; None where they have none."""
    async with ctx.store.reading() as tx:
        found = await uploads.of(tx, someone.person.id, ctx.now() - LIVES)
    return None if found is None else await previewed(ctx, found)


async def upload(ctx: Context, someone: Visitor, files: Sequence[File]) -> Reply | None:
    """Keep these files to be looked at, in the place of what this person had before; a reply where
    they may not."""
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, SECTION)
        if changer is None:
            return nothing_here(someone.person.language)
        await uploads.put(tx, changer.person.id, files, changer.now)
    return None


async def complete(
    ctx: Context, someone: Visitor, number: int, options: Mapping[str, str]
) -> Reply | None:
    """What a published list does not carry, for this upload; a reply where there is none."""
    async with ctx.store.unit() as tx:
        changer = await _whose(ctx, tx, someone, number)
        if isinstance(changer, Reply):
            return changer
        await uploads.say(tx, changer.person.id, options)
    return None


async def drop(ctx: Context, someone: Visitor, number: int) -> Reply:
    """Nothing comes of it, and nothing of it is kept."""
    async with ctx.store.unit() as tx:
        changer = await _whose(ctx, tx, someone, number)
        if isinstance(changer, Reply):
            return changer
        await uploads.end(tx, changer.person.id)
    return Reply("import.dropped", someone.person.language)


async def _whose(ctx: Context, tx: Tx, someone: Visitor, number: int) -> Changer | Reply:
    """Who may do something with this upload now, or what they are told instead."""
    changer = await may_change(ctx, tx, someone, SECTION)
    if changer is None:
        return nothing_here(someone.person.language)
    if not await uploads.stands(tx, changer.person.id, number, changer.now - LIVES):
        return Reply("import.upload_over", someone.person.language, alert=True)
    return changer


async def put_in_force(ctx: Context, someone: Visitor, number: int, mark: str) -> Reply:
    """Import exactly what was shown with this mark, all or nothing. RefusedError where it would
    leave a duty with nobody."""
    language = someone.person.language
    async with ctx.store.reading() as tx:
        found = await uploads.of(tx, someone.person.id, ctx.now() - LIVES)
    if found is None or found.id != number:
        return Reply("import.upload_over", language, alert=True)
    try:
        files = await read(ctx, found)
        if any(file.listed is not None for file in files):
            files, _ = await of_lists(ctx, found, files)
    except RefusedError:  # a list that lacks something now
        return Reply("import.stale", language, alert=True)
    async with ctx.store.unit() as tx:
        changer = await _whose(ctx, tx, someone, number)
        if isinstance(changer, Reply):
            return changer
        try:
            shown = mark_of(await foresee(ctx, tx, files))
        except RefusedError:  # what it names is there no more
            shown = ""
        if shown != mark:
            return Reply("import.stale", language, alert=True)
        done = await apply_within(ctx, tx, files, by=changer.person.id)
        await uploads.end(tx, changer.person.id)
    return Reply("import.done", language, _counts(done))


def _counts(done: Difference) -> dict[str, object]:
    return {
        "new": len(done.new_schools) + len(done.new_people),
        "changed": len(done.changed_schools) + len(done.changed_people),
        "gone": len(done.gone_schools) + len(done.gone_people),
    }


async def calendar_names(ctx: Context) -> list[str]:
    """Those that a school that is new may keep."""
    async with ctx.store.reading() as tx:
        return sorted((await in_force(ctx, tx)).calendars)


# --- taking it back ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LastImport:
    """The newest import that stands."""

    number: int
    at: datetime
    by: str
    counts: Mapping[str, int]
    can_be_undone: bool
    """What takes it back is kept still."""


async def last_import(ctx: Context) -> LastImport | None:
    async with ctx.store.reading() as tx:
        row = await imports.last(tx, lock=False)
        if row is None:
            return None
        names = await directory.names_of(tx, [row.by])
    by = names.get(row.by, row.by)
    return LastImport(row.id, row.imported_at, by, row.counts, row.kept is not None)


async def undo(ctx: Context, someone: Visitor, number: int) -> Reply:
    """Take the newest import back, if it is this one still. RefusedError with every reason why that
    would lose what has happened since."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, SECTION)
        if changer is None:
            return nothing_here(language)
        newest = await imports.last(tx)
        if newest is None or newest.id != number:
            return Reply("import.undo_other", language, alert=True)
        try:
            say = words(language)
            done = await apply_within(ctx, tx, (), by=changer.person.id, undoing=True, say=say)
        except NotFoundError:
            return Reply("import.undo_old", language, alert=True)
    return Reply("import.undone", language, _counts(done))
