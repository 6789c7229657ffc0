"""What the power is cut under: the real service with people and police, and a migration of a
database full of rows. Each is recorded, with every promise made meanwhile in its place."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.rig import FIRST_ACCOUNT, notice, prepare, without_nurses
from bot.clock import MachineClock
from bot.rendering.catalogue import words
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.chats import ChatMessage
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.phones import SandboxPhone
from bot.store import engine as engines
from bot.store import schema
from bot.store.unit_of_work import Store
from tests.ports import free_port
from tests.rigs.cut_disk import Disk
from tests.rigs.mortal import Life, service
from tests.rigs.written_disk import Record, recording

FILE = "encompass.db"
_SCHOOLS = 10
_SENDERS = 4
_ROWS = 400
_SETTLES = 6000
_CHILD = "Synthetic"


@dataclass(frozen=True)
class Migrated:
    """`schema.migrate` has returned."""


@dataclass(frozen=True)
class Committed:
    """The store has told its callers that this commit, and every one before it, is durable."""

    number: int


@dataclass(frozen=True)
class Accepted:
    """The sender holds a 202 with this reference for these bytes."""

    reference: str
    raw: bytes


@dataclass(frozen=True)
class Acknowledged:
    """The holder of this Telegram account was told that they have it."""

    account: int
    alert: int


@dataclass(frozen=True)
class Opened:
    """The child's name stands on the screen of this account's holder."""

    account: int
    alert: int


@contextmanager
def counted_commits(record: Record) -> Iterator[None]:
    """Each commit of a store carries its number, as the file's `user_version`, and is said to be
    durable where the store says so."""
    numbers, current = itertools.count(1), 0
    before, after = Store._committing, Store._committed

    async def committing(store: Store) -> None:
        nonlocal current
        await before(store)
        current = next(numbers)
        assert store._writer is not None
        await store._writer.exec_driver_sql(f"PRAGMA user_version={current}")

    async def committed(store: Store, woken: set[str]) -> None:
        record.say(Committed(current))
        await after(store, woken)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_committing", committing)
        patch.setattr(Store, "_committed", committed)
        yield


@contextmanager
def synchronous(word: str) -> Iterator[None]:
    """SQLite set up otherwise than the product does, to show that the rig sees it."""
    made = engines._sqlite

    def weaker(*given: Any) -> AsyncEngine:
        engine = made(*given)

        @event.listens_for(engine.sync_engine, "connect")
        def weaken(connection: Any, record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA synchronous={word}")
            cursor.close()

        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_sqlite", weaker)
        yield


def _whole(record: Record) -> Record:
    """Nothing escaped the record: played to its end, it gives the files that are there."""
    assert not record.faults, record.faults
    disk = Disk(record.entries)
    disk.go_to(len(record.entries))
    there = {path.name: path.read_bytes() for path in record.folder.iterdir()}
    assert disk.all_of_it() == there, "something was written that the rig did not see"
    return record


async def of_a_migration(folder: Path) -> Record:
    """A database of the first version, full of closed notices, is brought to the newest."""
    folder.mkdir()
    url = f"sqlite+aiosqlite:///{folder / FILE}"
    with recording(folder) as record:
        await schema.migrate(url, "0001")
        old = [Accepted(f"ENC-OLD{n}", b"%d" % n * 200) for n in range(1, _ROWS + 1)]
        rows = [{"n": n, "reference": o.reference, "raw": o.raw} for n, o in enumerate(old, 1)]
        engine = engines.writing_engine(engines.parse_url(url))
        async with engine.begin() as connection:
            for statement in OLD_ROWS:
                await connection.execute(text(statement), rows)
        for accepted in old:
            record.say(accepted)
        await engine.dispose()
        await schema.migrate(url)
        record.say(Migrated())
    return _whole(record)


OLD_ROWS = (
    "insert or ignore into partners (id, name, created_at) values (1, 'South Force', 1)",
    "insert into receipts (id, partner_id, door, sha256, raw, outcome, received_at) "
    "values (:n, 1, 'api', 'x' || :n, :raw, 'accepted', 1)",
    "insert into notifications (id, reference, partner_id, source_reference, state, version, "
    "raised_version, content, excluded, received_at, raise_attempts) "
    "values (:n, :reference, 1, :reference, 'closed', 1, 1, '{}', '[]', 1, 0)",
    "insert into notification_versions (notification_id, version, receipt_id, content, received_at)"
    " values (:n, 1, :n, '{}', 1)",
    "insert into events (at, action, notification_id, detail) "
    "values (1, 'notification\\:received', :n, '{}')",
)
"""A closed notice of a database of the first version: by its number `n`, `reference` and `raw`."""


async def of_the_service(folder: Path, notices: int) -> Record:
    """So many notices sent, opened and acknowledged, from an empty folder to a stop in order."""
    files = folder / "files"
    files.mkdir(parents=True)
    url = f"sqlite+aiosqlite:///{files / FILE}"
    config = without_nurses(folder)
    async with Sandbox(MachineClock(), limits=UNLIMITED) as sandbox:
        for number in range(_SCHOOLS):
            sandbox.person(FIRST_ACCOUNT + number).say("hello")
        with recording(files) as record, counted_commits(record):
            await schema.migrate(url)
            record.say(Migrated())
            key = await prepare(url, config, _SCHOOLS, 1)
            life = Life(url, str(config), sandbox.token, sandbox.url, free_port())
            await _Day(life, sandbox, record, key).run(notices)
    return _whole(record)


@dataclass
class _Day:
    """Notices and presses, and what was said to whom."""

    life: Life
    sandbox: Sandbox
    record: Record
    key: str
    _pressed: dict[tuple[int, int], int] = field(default_factory=dict)
    _done: int = 0

    async def run(self, notices: int) -> None:
        self._hear()
        app = service(self.life)
        running = asyncio.create_task(app.run())
        started = asyncio.create_task(app.started.wait())
        await asyncio.wait([running, started], return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        try:
            numbers = iter(range(notices))
            async with (
                httpx.AsyncClient(base_url=app.url, timeout=30) as http,
                asyncio.TaskGroup() as group,
            ):
                group.create_task(self._press_all(notices))
                for _ in range(_SENDERS):
                    group.create_task(self._send(http, numbers))
        finally:
            app.stop.set()
            await running

    def _hear(self) -> None:
        """What the bot says is promised from the moment Telegram has it."""
        ledger, say = self.sandbox.ledger, words("en").say
        accept = ledger.accept
        has_it = {say("press.acknowledged"), say("press.acknowledged_before")}

        def heard(
            method: str, chat: int | None, message: int | None, text: str | None, at: datetime
        ) -> None:
            accept(method, chat, message, text, at)
            alert = self._pressed.get((chat or 0, message or 0))
            if alert is None or text is None:
                return
            if _CHILD in text:
                self.record.say(Opened(chat or 0, alert))
            elif method == "answerCallbackQuery" and text in has_it:
                self.record.say(Acknowledged(chat or 0, alert))

        vars(ledger)["accept"] = heard

    async def _send(self, http: httpx.AsyncClient, numbers: Iterator[int]) -> None:
        for number in numbers:
            raw = json.dumps(notice(number, _SCHOOLS)).encode()
            answer = await http.post(
                "/api/v1/notifications",
                content=raw,
                headers={
                    "Authorization": f"Bearer {self.key}", "Content-Type": "application/json"
                },
            )  # fmt: skip
            assert answer.status_code == 202, answer.text
            self.record.say(Accepted(answer.json()["reference"], raw))

    async def _press_all(self, notices: int) -> None:
        """Every card is opened and acknowledged as it comes."""
        begun: set[tuple[int, int]] = set()
        async with asyncio.TaskGroup() as group:
            for _ in range(_SETTLES):
                for number in range(_SCHOOLS):
                    phone = self.sandbox.person(FIRST_ACCOUNT + number)
                    for card in phone.received:
                        place = (phone.id, card.message_id)
                        if place not in begun and card.button("Acknowledge"):
                            begun.add(place)
                            group.create_task(self._press(phone, card))
                if self._done == notices:
                    return
                await asyncio.sleep(0.02)
            raise AssertionError(f"{self._done} of {notices} were ever acknowledged")

    async def _press(self, phone: SandboxPhone, card: ChatMessage) -> None:
        button = card.button("Acknowledge")
        assert button is not None
        assert button.data is not None
        self._pressed[phone.id, card.message_id] = int(button.data.partition(":")[2])
        await phone.press("Open details", card).answered()
        for _ in range(_SETTLES):
            if card.button("Acknowledge") and _CHILD in card.text:
                break
            await asyncio.sleep(0.01)
        await phone.press_data(button.data, card).answered()
        self._done += 1
