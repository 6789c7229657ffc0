"""Health and metrics: whoever watches learns what is wrong, and nothing of anybody."""

from pathlib import Path

import asyncpg
from prometheus_client.parser import text_string_to_metric_families

from bot.flow.context import CHANNEL, CONFIG
from bot.flow.watch import PROMISE
from bot.store import alarms
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.web.door import Door
from tests.world import World


async def test_a_healthy_service_says_so_without_a_key(door: Door) -> None:
    live = await door.http.get("/health/live")
    assert (live.status_code, live.json()) == (200, {"live": True})
    ready = await door.http.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "red": [], "warnings": []}


async def test_a_broken_promise_turns_it_red_and_a_warning_does_not(door: Door) -> None:
    async def alarm(name: str) -> None:
        async with door.ctx.store.unit() as tx:
            await alarms.set_off(tx, name, "detail", door.ctx.now())

    await alarm(f"{CONFIG}not_read")
    ready = await door.http.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["warnings"] == [f"{CONFIG}not_read"]
    await alarm(f"{PROMISE}I1 nobody was told")
    await alarm(f"{CHANNEL}unauthorized")
    red = await door.http.get("/health/ready")
    assert red.status_code == 503
    assert red.json()["ready"] is False
    assert sorted(red.json()["red"]) == [f"{PROMISE}I1 nobody was told", f"{CHANNEL}unauthorized"]
    assert (await door.http.get("/health/live")).status_code == 200


async def test_without_its_database_it_is_alive_and_not_ready(door: Door, database: str) -> None:
    await door.ctx.store._read.dispose()
    if "sqlite" in database:
        Path(database.removeprefix("sqlite+aiosqlite:///")).unlink()
    else:
        server, name = database.replace("+asyncpg", "").rsplit("/", 1)
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
    ready = await door.http.get("/health/ready")
    assert ready.status_code == 503
    body = ready.json()
    assert body["ready"] is False
    [reason] = body["red"]
    assert reason.startswith("The database cannot serve at the moment (")
    assert (await door.http.get("/metrics")).status_code == 503
    assert (await door.http.get("/health/live")).status_code == 200


async def test_metrics_are_prometheus_text_of_what_waits(door: Door) -> None:
    for _ in range(3):
        await door.post(notice(child()))
    answer = await door.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    gauges = {
        sample.name: sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert gauges["encompass_notifications_to_raise"] == 3
    assert gauges["encompass_alerts_open"] == 0
    assert gauges["encompass_messages_pending"] == 0
    assert gauges["encompass_notification_overdue_seconds"] == 0
    assert all(name.startswith("encompass_") for name in gauges)


async def test_what_is_overdue_is_measured(door: Door) -> None:
    await door.post(notice(child()))
    door.ctx.clock.move_to(door.ctx.now().replace(minute=2))  # type: ignore[attr-defined]
    answer = await door.http.get("/metrics")
    assert "encompass_notification_overdue_seconds 120.0\n" in answer.text


async def test_neither_health_nor_metrics_hold_anything_of_anybody(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.authority()
    reference = await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    world.everyone_is_accounted_for()
    for path in ("/health/live", "/health/ready", "/metrics", "/api/v1/openapi.json"):
        said = (await world.http.get(path)).text
        for word in ("canary", "mair", "ysgol bryn", school.code, reference.lower()):
            assert word not in said.lower(), (path, word)
