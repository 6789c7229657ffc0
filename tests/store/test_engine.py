"""A file that several machines open for the first time at the same time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from bot.store.engine import write_ahead

AT_ONCE, ROUNDS = 4, 150


def test_a_new_file_opened_by_several_at_once_refuses_none(tmp_path: Path) -> None:
    """SQLite alone refused about one of a hundred here."""
    together = Barrier(AT_ONCE)

    def opens(path: Path) -> str:
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        together.wait(timeout=30)
        write_ahead(connection)
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.close()
        return str(mode)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(ROUNDS):
            new = tmp_path / f"{number}.db"
            new.touch()
            assert list(pool.map(opens, [new] * AT_ONCE)) == ["wal"] * AT_ONCE
