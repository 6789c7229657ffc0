"""What partners configure becomes versions in the database; what is in force is the newest.

A file whose hash changed since it was last looked at is the next version, whoever changed it (at
`migrate` and at the start). Nothing is taken unless every file can be read: all or nothing.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.alert import Leg
from bot.domain.errors import Fault, RefusedError, SettingsError
from bot.domain.escalation import EscalationPolicy
from bot.domain.ladder_faults import contradictions
from bot.flow.context import Context
from bot.flow.in_force import CALENDAR
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from bot.store import config, events, facts
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of CONFIG_DIR that could be read."""

    kind: str
    path: Path
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    def stated(self, name: str) -> str:
        """The version or author that the file states; calendars state none."""
        return str(tomllib.loads(self.body).get(name, ""))


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
        ("escalation", folder / "escalation.toml"),
        ("disclosure", folder / "disclosure.toml"),
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
        if kind == "escalation":
            _refuse_contradictions(read_escalation(data, where))
        elif kind == "disclosure":
            read_disclosure(data, where)
        else:
            read_calendar(data, where)
    except RefusedError as refused:
        raise RefusedError([_in_file(fault, where) for fault in refused.faults]) from None
    return ConfigFile(kind, path, body)


def _refuse_contradictions(ladders: Mapping[Leg, EscalationPolicy]) -> None:
    """Asked of files alone: a version that is in force already stays readable, whatever a later
    program thinks of it."""
    if faults := [Fault(key, says) for key, says in contradictions(ladders)]:
        raise RefusedError(faults)


def _in_file(fault: Fault, file: str) -> Fault:
    """The same fault with its file, which a fault by its key path alone does not name."""
    if fault.where.startswith(file):
        return fault
    return Fault(f"{file}, {fault.where}", fault.says)


async def take_config(ctx: Context, files: list[ConfigFile]) -> list[str]:
    """Put in force what changed since the files were last looked at; the kinds that did."""
    taken = []
    async with ctx.store.unit() as tx:
        for file in files:
            if await facts.read(tx, f"file:{file.kind}") != file.sha256:
                await _put_in_force(ctx, tx, file)
                taken.append(file.kind)
    return taken


async def _put_in_force(ctx: Context, tx: Tx, file: ConfigFile) -> None:
    now, version, author = ctx.now(), file.stated("version"), file.stated("author")
    await facts.write(tx, f"file:{file.kind}", file.sha256)
    await config.add_version(
        tx,
        kind=file.kind,
        sha256=file.sha256,
        body=file.body,
        version=version,
        author=author,
        at=now,
    )
    await events.append(
        tx,
        events.line("config:in_force", now, kind=file.kind, version=version, author=author),
    )


async def anything_in_force(ctx: Context) -> bool:
    async with ctx.store.reading() as tx:
        return bool(await config.latest_id(tx))
