"""The short form of the power cut rig, and that it would see a commit that was not synced."""

import random
from pathlib import Path

import pytest

from tests.rigs.cut_disk import Disk, Kept
from tests.rigs.cut_service import Acknowledged, of_the_service, synchronous
from tests.rigs.power_cut import Cuts, cut
from tests.rigs.written_disk import Entry, Name, Said, Sync, SyncNames, Truncate, Write

SEED = 20261123
_LOST = ("lost commits", "lost notices", "lost acknowledgements", "lost openings")


async def test_nothing_said_before_the_power_is_cut_is_lost_behind_it(tmp_path: Path) -> None:
    did, broken = await cut(tmp_path, SEED, cuts=24, notices=10)
    assert min(did.values()) > 0, f"it met not all that it is to meet: {did}"
    assert not any(broken.values()), broken


@pytest.mark.parametrize("word", ["NORMAL", "OFF"])
async def test_with_fewer_syncs_than_the_service_asks_for_the_rig_sees_what_is_lost(
    tmp_path: Path, word: str
) -> None:
    with synchronous(word):
        record = await of_the_service(tmp_path, notices=4)
    run = Cuts(tmp_path / "after", random.Random(SEED))
    answered = (
        number
        for number, entry in enumerate(record.entries, 1)
        if isinstance(entry, Said) and isinstance(entry.promise, Acknowledged)
    )
    await run.at(record, [max(answered)], [Kept.NOTHING])
    assert min(run.broken[what] for what in _LOST) > 0, run.broken


SECTOR = 512
SYNCED: list[Entry] = [Name("x", 1), Write(1, 0, b"a" * 2 * SECTOR), Sync(1, 2), SyncNames(2)]


def images(since: list[Entry], kept: Kept) -> list[dict[str, bytes]]:
    """What may be there after a cut behind these, in many draws."""
    disk = Disk(SYNCED + since)
    disk.go_to(len(disk.entries))
    lot = random.Random(SEED)
    return [disk.after_a_cut(lot, kept) for _ in range(100)]


def test_what_was_synced_is_there_and_of_a_write_since_then_any_sector() -> None:
    written: list[Entry] = [Write(1, SECTOR, b"b" * 8 * SECTOR)]
    assert {image["x"] for image in images(written, Kept.NOTHING)} == {b"a" * 2 * SECTOR}
    assert {len(image["x"]) for image in images(written, Kept.ALL)} == {9 * SECTOR}
    torn = {image["x"] for image in images(written, Kept.ANY)}
    assert all(contents.startswith(b"a" * SECTOR) for contents in torn)
    assert len(torn) > 10
    assert {contents[SECTOR : 2 * SECTOR] for contents in torn} == {b"a" * SECTOR, b"b" * SECTOR}
    assert len({image["x"] for image in images(written, Kept.IN_ORDER)}) > 10


def test_a_sync_is_no_word_of_what_was_written_after_it_began() -> None:
    late: list[Entry] = [Write(1, 0, b"c"), Sync(1, len(SYNCED))]
    assert {image["x"][:1] for image in images(late, Kept.NOTHING)} == {b"a"}


def test_a_truncation_and_a_name_may_be_lost_until_they_are_synced() -> None:
    cut_short: list[Entry] = [Truncate(1, 0)]
    assert {len(image["x"]) for image in images(cut_short, Kept.ANY)} == {0, 2 * SECTOR}
    deleted: list[Entry] = [Name("x", None)]
    assert {tuple(image) for image in images(deleted, Kept.ANY)} == {(), ("x",)}
    assert images([*deleted, SyncNames(len(SYNCED) + 1)], Kept.NOTHING)[0] == {}
