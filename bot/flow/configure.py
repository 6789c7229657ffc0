"""What partners configure becomes versions in the database; what is in force is the newest.

A file whose hash changed since it was last looked at is the next version, whoever changed it (at
`migrate` and at the start). Nothing is taken unless every file can be read: all or nothing. A file
that was changed while a person changed the same thing elsewhere, that would leave somebody with
nobody to tell, or where changes need two people, is taken as a draft: a person decides
(docs/adr/0025-a-change-is-a-draft-until-somebody-puts-it-in-force.md).

Dies before the commit: the files are looked at again at the next start. Dies after it: they are
versions or drafts, and their hashes say that they were looked at.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import Fault, RefusedError, SettingsError
from bot.domain.ladder_faults import contradictions
from bot.domain.versions import (
    CALENDAR,
    DISCLOSURE,
    ESCALATION,
    FROM_FILE,
    NO_VERSION,
    SCENARIOS,
    Version,
)
from bot.flow.context import Context
from bot.flow.versions import add_version, asks_for_two, leaves_nobody, sha256_of
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from bot.intake.scenarios_toml import read_scenarios
from bot.store import config, drafts, events, facts
from bot.store.unit_of_work import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of CONFIG_DIR that could be read."""

    kind: str
    path: Path
    body: str

    @property
    def sha256(self) -> str:
        return sha256_of(self.body)


def read_config(folder: Path) -> list[ConfigFile]:
    """Every file of the configuration, checked whole; RefusedError with every fault in any."""
    if not folder.is_dir():
        raise SettingsError(
            f"The configuration folder {folder} is not there: set ENCOMPASS_CONFIG_DIR."
        )
    calendars = sorted((folder / "calendars").glob("*.toml"))
    if not calendars:
        raise SettingsError(f"There is no calendar in {folder / 'calendars'}.")
    named = [
        (ESCALATION, folder / "escalation.toml"),
        (DISCLOSURE, folder / "disclosure.toml"),
        *((SCENARIOS, path) for path in [folder / "scenarios.toml"] if path.exists()),
        *((f"{CALENDAR}{path.stem}", path) for path in calendars),
    ]
    files: list[ConfigFile] = []
    faults: list[Fault] = []
    for kind, path in named:
        try:
            files.append(_read(kind, path, folder))
        except RefusedError as refused:
            faults += refused.faults
    if faults:
        raise RefusedError(faults)
    return files


def _read(kind: str, path: Path, folder: Path) -> ConfigFile:
    where = str(path.relative_to(folder.parent) if folder.parent != path else path)
    try:
        data = path.read_bytes()
        body = data.decode()
    except OSError as error:
        raise RefusedError([Fault(where, "is missing or cannot be read")]) from error
    except UnicodeDecodeError as error:
        raise RefusedError([Fault(where, "must be UTF-8")]) from error
    try:
        read_text(kind, data, where)
    except RefusedError as refused:
        raise RefusedError([_in_file(fault, where) for fault in refused.faults]) from None
    return ConfigFile(kind, path, body)


def read_text(kind: str, data: bytes, where: str) -> None:
    """RefusedError with every fault of a text of this kind. Contradictions are asked of new texts
    alone: a version that is in force stays readable, whatever a later program thinks of it."""
    if kind == ESCALATION:
        ladders = read_escalation(data, where)
        if faults := [Fault(key, says) for key, says in contradictions(ladders)]:
            raise RefusedError(faults)
    elif kind == DISCLOSURE:
        read_disclosure(data, where)
    elif kind == SCENARIOS:
        read_scenarios(data, where)
    else:
        read_calendar(data, where)


def _in_file(fault: Fault, file: str) -> Fault:
    """The same fault with its file, which a fault by its key path alone does not name."""
    if fault.where.startswith(file):
        return fault
    return Fault(f"{file}, {fault.where}", fault.says)


async def take_config(ctx: Context, files: list[ConfigFile]) -> list[str]:
    """Put in force what changed since the files were last looked at; the kinds that did."""
    taken = []
    async with ctx.store.unit() as tx:
        await config.take_turn(tx)
        for file in files:
            if await facts.read(tx, f"file:{file.kind}") != file.sha256:
                if await _take(ctx, tx, file):
                    taken.append(file.kind)
                await facts.write(tx, f"file:{file.kind}", file.sha256)
    return taken


async def _take(ctx: Context, tx: Tx, file: ConfigFile) -> bool:
    """Whether it is in force now; not if it is what is in force already, as an export leaves it."""
    newest, looked_at = (
        await config.newest(tx, file.kind),
        await facts.read(tx, f"file:{file.kind}"),
    )
    now = ctx.now()
    if newest is not None and newest.sha256 == file.sha256:
        return False
    base = newest
    if newest is not None and looked_at is not None and newest.sha256 != looked_at:
        base = await _base(tx, file.kind, looked_at)
    conflict = base is not newest and (base is None or newest is None or base.id != newest.id)
    alone = newest is not None and await asks_for_two(tx)
    if conflict or alone or await leaves_nobody(tx, file.kind, file.body, now):
        number = await drafts.add(
            tx,
            kind=file.kind,
            body=file.body,
            made_from=base.id if base else NO_VERSION,
            author=FROM_FILE,
            at=now,
            reason="",
        )
        log.warning("a changed file is a draft, and a person decides", extra={"kind": file.kind})
        await events.append(tx, events.line("config:drafted", now, kind=file.kind, draft=number))
        return False
    version = await add_version(
        tx,
        kind=file.kind,
        body=file.body,
        made_from=newest.id if newest else NO_VERSION,
        who=FROM_FILE,
        now=now,
    )
    return version is not None


async def _base(tx: Tx, kind: str, looked_at: str) -> Version | None:
    """The version that a file was made from which was last seen with this text: the one of this
    text, or where the text became a draft, the one of that draft."""
    if (seen := await config.with_text(tx, kind, looked_at)) is not None:
        return seen
    made_from = await drafts.base_of_text(tx, kind, looked_at)
    return await config.by_id(tx, made_from) if made_from else None


async def anything_in_force(ctx: Context) -> bool:
    async with ctx.store.reading() as tx:
        return bool(await config.latest_id(tx))
