"""The one commit: all or nothing, shared where it can be, and never lost to who stops waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import StoreError
from bot.store import config, schema
from bot.store import facts as known_facts
from bot.store.tables import facts
from bot.store.unit_of_work import Store, Tx

Woken = list[str]


class Commits(Store):
    """A store whose commits are counted, can be held, and can fail."""

    def __init__(self, url: str, woken: Woken) -> None:
        super().__init__(url, woken.extend)
        self.count = 0
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.waits = asyncio.Event()
        self.fault: Exception | None = None

    async def _committing(self) -> None:
        self.waits.set()
        await self.may_commit.wait()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        self.count += 1


@pytest.fixture
def woken() -> Woken:
    return []


@pytest.fixture
async def store(database: str, woken: Woken) -> AsyncIterator[Commits]:
    store = Commits(database, woken)
    yield store
    await store.close()


async def write(tx: Tx, name: str, value: str = "") -> None:
    await tx.execute(insert(facts).values(name=name, value=value))


async def unit(store: Store, name: str, *, wake: str = "") -> None:
    async with store.unit() as tx:
        await write(tx, name)
        if wake:
            tx.wake(wake)


async def names(store: Store) -> list[str]:
    async with store.reading() as tx:
        return [row.name for row in await tx.all(select(facts.c.name).order_by("name"))]


async def test_a_clean_exit_makes_everything_in_it_durable(store: Commits, database: str) -> None:
    async with store.unit() as tx:
        await write(tx, "a")
        await write(tx, "b")
        assert await names(store) == []
    assert await names(store) == ["a", "b"]
    another = Store(database)
    assert await names(another) == ["a", "b"]
    await another.close()


async def test_an_error_leaves_nothing_of_the_unit(store: Commits, woken: Woken) -> None:
    with pytest.raises(LookupError):
        async with store.unit() as tx:
            await write(tx, "a")
            tx.wake("hear")
            raise LookupError
    assert (await names(store), woken) == ([], [])
    await unit(store, "b")
    assert await names(store) == ["b"]


async def test_each_of_many_units_at_once_stands_or_falls_by_itself(
    store: Commits, woken: Woken
) -> None:
    async def one(number: int) -> None:
        async with store.unit() as tx:
            await write(tx, f"{number:02d}")
            tx.wake(f"{number:02d}")
            await asyncio.sleep(0)
            if number % 3 == 0:
                raise LookupError

    ended = await asyncio.gather(*map(one, range(12)), return_exceptions=True)
    kept = [f"{number:02d}" for number in range(12) if number % 3]
    assert [isinstance(end, LookupError) for end in ended] == [n % 3 == 0 for n in range(12)]
    assert await names(store) == kept
    assert sorted(woken) == kept
    if store.url.drivername.startswith("sqlite"):
        assert store.count < 12, "units that wait together share a commit"


async def test_a_statement_that_fails_takes_its_own_unit_along_and_no_other(
    store: Commits,
) -> None:
    async def broken() -> None:
        async with store.unit() as tx:
            await write(tx, "broken")
            await tx.execute(text("select no_such_column from facts"))

    ended = await asyncio.gather(
        unit(store, "a"), broken(), unit(store, "b"), return_exceptions=True
    )
    assert [type(end) for end in ended] == [type(None), StoreError, type(None)]
    assert await names(store) == ["a", "b"]


async def test_nobody_is_told_before_the_commit_and_nobody_woken(
    store: Commits, woken: Woken
) -> None:
    store.may_commit.clear()
    telling = asyncio.create_task(unit(store, "a", wake="dispatch"))
    await store.waits.wait()
    assert (telling.done(), await names(store), woken) == (False, [], [])
    store.may_commit.set()
    await telling
    assert (await names(store), woken) == (["a"], ["dispatch"])


async def test_a_commit_that_fails_fails_everyone_who_shared_it_and_wakes_nobody(
    store: Commits, woken: Woken
) -> None:
    store.fault = OSError("disk full: /secret/path")
    ended = await asyncio.gather(
        *(unit(store, name, wake="hear") for name in "ab"), return_exceptions=True
    )
    failed = [end for end in ended if isinstance(end, StoreError)]
    assert failed
    assert all("secret" not in str(error) for error in failed)
    kept = [name for name, end in zip("ab", ended, strict=True) if end is None]
    assert await names(store) == kept
    assert len(woken) == len(kept)
    await unit(store, "c")
    assert await names(store) == [*kept, "c"]


async def test_who_is_cancelled_while_the_commit_waits_does_not_undo_the_others(
    store: Commits,
) -> None:
    store.may_commit.clear()
    impatient = asyncio.create_task(unit(store, "impatient"))
    patient = asyncio.create_task(unit(store, "patient"))
    await store.waits.wait()
    impatient.cancel()
    await asyncio.sleep(0)
    store.may_commit.set()
    await patient
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert "patient" in await names(store)
    await unit(store, "later")
    assert {"patient", "later"} <= set(await names(store))


async def test_a_unit_cancelled_halfway_leaves_nothing_and_the_store_serves_on(
    store: Commits, woken: Woken
) -> None:
    for turns in range(12):  # at one wait after another

        async def slow() -> None:
            async with store.unit() as tx:
                await write(tx, f"half {turns}")  # noqa: B023
                await write(tx, f"half of it {turns}")  # noqa: B023
                tx.wake("hear")
                await asyncio.Event().wait()

        halfway = asyncio.create_task(slow())
        for _ in range(turns):
            await asyncio.sleep(0)
        halfway.cancel()
        with pytest.raises(asyncio.CancelledError):
            await halfway
        await unit(store, f"whole {turns:02d}")
    assert await names(store) == [f"whole {turns:02d}" for turns in range(12)]
    assert woken == []


async def test_what_is_unique_is_refused_by_name_and_harms_nobody_else(store: Commits) -> None:
    ended = await asyncio.gather(
        *(unit(store, name) for name in ("a", "a", "b")), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ended) == ["IntegrityError", "NoneType", "NoneType"]
    assert await names(store) == ["a", "b"]


async def test_a_database_that_cannot_serve_says_so_without_what_was_asked_of_it(
    store: Commits,
) -> None:
    with pytest.raises(StoreError) as refused:
        async with store.unit() as tx:
            await tx.execute(text("select * from nowhere where name = :name"), {"name": "Sioned"})
    assert "Sioned" not in str(refused.value)


async def test_what_two_count_at_once_is_counted_twice(store: Commits) -> None:
    """Whoever reads a version anew when it changes would otherwise keep one of two changes out."""

    async def one() -> None:
        async with store.unit() as tx:
            await known_facts.count_up(tx, "version")
            await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(8)))
    async with store.reading() as tx:
        assert await known_facts.read(tx, "version") == "8"


async def test_on_a_full_disk_whoever_was_told_that_it_is_kept_finds_it_kept(
    tmp_path: Path,
) -> None:
    """SQLite takes the whole transaction back by itself, with what others had in it."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'full.db'}"
    await schema.migrate(url)
    store = Commits(url, [])
    try:
        async with store.unit() as tx:
            pages = await tx.scalar(text("PRAGMA page_count"))
            await tx.execute(text(f"PRAGMA max_page_count={pages + 8}"))

        async def one(number: int) -> None:
            async with store.unit() as tx:
                await write(tx, f"{number:02d}", "x" * 3000)

        ended = await asyncio.gather(*map(one, range(24)), return_exceptions=True)
        told = [f"{number:02d}" for number, end in enumerate(ended) if end is None]
        assert await names(store) == told
        assert {type(end) for end in ended if end is not None} == {StoreError}
        async with store.unit() as tx:
            await tx.execute(text("PRAGMA max_page_count=1000000"))
        await unit(store, "room again")
        assert "room again" in await names(store)
    finally:
        await store.close()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_change_of_what_is_in_force_may_take_its_time(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine.IDLE_SECONDS", 0.2)
    monkeypatch.setattr("bot.store.engine.LOCK_SECONDS", 0.2)
    store = Store(database)

    async def change(name: str) -> None:
        async with store.unit() as tx:
            await config.take_turn(tx)
            await asyncio.sleep(0.6)
            await write(tx, name)

    await asyncio.gather(change("a"), change("b"))
    assert {"a", "b"} <= set(await names(store))
    await store.close()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_what_a_frozen_worker_holds_is_free_for_the_others_after_a_while(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine.IDLE_SECONDS", 0.2)
    monkeypatch.setattr("bot.store.engine.LOCK_SECONDS", 0.3)
    frozen, other = Store(database), Store(database)
    thaws, holds = asyncio.Event(), asyncio.Event()

    async def unit_that_freezes() -> None:
        async with frozen.unit() as tx:
            await write(tx, "wanted")
            holds.set()
            await thaws.wait()

    held = [asyncio.create_task(unit_that_freezes()) for _ in range(8)]
    await holds.wait()
    for _ in range(10):
        with suppress(StoreError):  # it waited for as long as anybody may
            await unit(other, "wanted")
            break
    thaws.set()
    ended = await asyncio.gather(*held, return_exceptions=True)
    assert all(isinstance(each, StoreError | IntegrityError) for each in ended)
    assert await names(other) == ["wanted"]
    await frozen.close()
    await other.close()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_worker_that_is_frozen_in_the_middle_of_a_statement_is_ended_by_another(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine.IDLE_SECONDS", 0.2)
    frozen, other = Store(database), Store(database)

    async def unit_that_freezes() -> None:
        async with frozen.unit() as tx:
            await write(tx, "wanted")
            raw = await tx.connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.prepare("SELECT 1")  # told, and not yet done
            while not await other.end_frozen():
                await asyncio.sleep(0.05)
            await write(tx, "late")

    with pytest.raises(StoreError):
        await unit_that_freezes()
    await unit(other, "wanted")
    assert await names(other) == ["wanted"]
    await frozen.close()
    await other.close()


async def test_a_worker_that_is_well_is_not_ended(database: str) -> None:
    well, other = Store(database), Store(database)
    async with well.unit() as tx:
        await write(tx, "kept")
        assert await other.end_frozen() == 0
    assert await names(other) == ["kept"]
    await well.close()
    await other.close()
