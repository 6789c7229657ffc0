"""From an accepted notice to its first send, and how a burst drains against Telegram's pace."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.burst import menus_set
from benchmarks.figures import Figure, quantile, spread
from benchmarks.rig import FIRST_ACCOUNT, Rig, arrived, rig

_A_MINUTE = 50
_BURST_RECIPIENTS = 3
_PER_SECOND = 30
_SENDERS = 8
"""So few at once that the sandbox beside them in this process receives as it goes."""


async def first_send(notices: int) -> Figure:
    """50 notices a minute: 202 in hand to the first message accepted by the channel."""
    async with rig(schools=notices, recipients=1) as up:
        await up.send(0)  # the first one warms caches and pools
        accepted: dict[int, float] = {}
        begin = time.monotonic()
        for number in range(1, notices):
            await asyncio.sleep(max(0.0, begin + (number - 1) * 60 / _A_MINUTE - time.monotonic()))
            accepted[number] = (await up.send(number)).timestamp()
        await arrived(up.sandbox, notices)
        sends = {int(str(s.chat_id)) - FIRST_ACCOUNT: s.at.timestamp() for s in
                 up.sandbox.ledger.sends()}  # fmt: skip
        took = [max(0.0, sends[number] - at) for number, at in accepted.items()]
        raw = [await _raw(up) for _ in range(20)]
    limit = statistics.median(raw)
    p95, worst = quantile(took, 0.95), max(took)
    return Figure(
        "accepted → first send, 50 a minute",
        f"p50 {statistics.median(took) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"max {worst * 1000:.0f} ms",
        f"one raw durable insert and one raw HTTP request: {spread(raw)}",
        statistics.median(took) / limit,
        "p95 2 s, max 10 s",
        max(p95 / 2, worst / 10),
    )


async def _raw(up: Rig) -> float:
    """What nothing could do without: one durable insert, and one request over loopback."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "raw.db")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        begin = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (1)")
        connection.commit()
        inserted = time.perf_counter() - begin
        connection.close()
    begin = time.perf_counter()
    await up.http.get("/health/live")
    return inserted + time.perf_counter() - begin


async def _sends(up: Rig, numbers: Iterator[int]) -> None:
    for number in numbers:
        await up.send(number)


async def paced(schools: int) -> list[Figure]:
    """So many notices at once, three people each, 30 messages a second allowed: the time that they
    take, and the time until every alert's first person is told, against the ideal."""
    messages = schools * _BURST_RECIPIENTS
    async with rig(schools=schools, recipients=_BURST_RECIPIENTS) as up:
        await menus_set(up.sandbox, messages)  # they share the pace
        numbers = iter(range(schools))
        await asyncio.gather(*(_sends(up, numbers) for _ in range(_SENDERS)))
        await arrived(up.sandbox, messages)
        sends = up.sandbox.ledger.sends()
        floods = up.sandbox.ledger.floods_earned
    began = min(send.at.timestamp() for send in sends)
    firsts = [
        send.at.timestamp() - began
        for send in sends
        if (int(str(send.chat_id)) - FIRST_ACCOUNT) % _BURST_RECIPIENTS == 0
    ]
    took, ideal = max(send.at.timestamp() for send in sends) - began, (messages - 1) / _PER_SECOND
    first_ideal = (schools - 1) / _PER_SECOND
    return [
        Figure(
            f"{messages:,} messages at 30 a second",
            f"{took:.1f} s; {floods} refused as too fast; lost {messages - len(sends)}",
            f"ideal {ideal:.1f} s",
            took / ideal,
            "1.05; at most 3; 0",
            took / ideal / 1.05,
        ),
        Figure(
            f"of these every alert's first person ({schools:,})",
            f"{max(firsts):.1f} s",
            f"ideal {first_ideal:.1f} s",
            max(firsts) / first_ideal,
            "1.10",
            max(firsts) / first_ideal / 1.10,
        ),
    ]
