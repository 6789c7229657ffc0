"""Each loop of the service is made to stand still in turn: the service says so itself, whoever
looks from outside hears it within a minute, and once it goes on it is well again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.cli import parser
from bot.commands import watch as command
from bot.domain.pulse import STILL_AFTER
from bot.domain.school import School
from bot.flow.context import STILL, Stage
from bot.flow.watch import watch
from bot.handlers.polling import Poller
from tests.world import World

STAGES = sorted(set(Stage) - {Stage.EMAIL, Stage.SMS})


@pytest.fixture
async def bryn(world: World) -> School:
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.settle()
    return school


@asynccontextmanager
async def hanging(world: World, stage: Stage) -> AsyncIterator[None]:
    """This stage's step does not come back for so long."""
    loop = world.app.stages.loops[stage]
    going_on, step = asyncio.Event(), loop._step

    async def stands() -> bool:
        await going_on.wait()
        return False

    loop._step = stands
    loop.wake()
    await asyncio.sleep(0)
    try:
        yield
    finally:
        loop._step = step
        going_on.set()
        await world.settle()


async def a_while(world: World, but: str = "") -> None:
    """A minute in which every loop comes round that can; the other is named."""
    ctx = world.ctx
    world.clock.wear_on(STILL_AFTER + 1)
    for loop in [*(one for one in world.app.stages.loops), "poll"]:
        if loop != but:
            ctx.beat(loop)


async def looks_from_outside(world: World, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """`encompass watch`, one look."""
    given = parser().parse_args(["watch", world.app.url, "--once"])
    code = await asyncio.to_thread(command.run, given)
    return code, capsys.readouterr().err


@pytest.mark.parametrize("stage", STAGES)
async def test_a_stage_that_hangs_is_heard_of_and_named(
    world: World, bryn: School, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await looks_from_outside(world, capsys) == (0, "")
    world.expected_errors.append("a promise is broken")
    async with hanging(world, stage):
        await a_while(world, but=stage)
        code, said = await looks_from_outside(world, capsys)
        assert code == 1
        assert said == f"encompass watch: {world.app.url} is not well: {STILL}{stage}.\n"
        if stage is not Stage.WATCH:
            await watch(world.ctx)
            assert f"{STILL}{world.ctx.worker}:{stage}" in await world.alarms()
    await watch(world.ctx)
    assert await looks_from_outside(world, capsys) == (0, "")
    assert await world.alarms() == []
    await world.settle()
    world.everyone_is_accounted_for()


async def test_a_poll_that_does_not_come_back_is_heard_of(
    world: World, bryn: School, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_while(world, but="poll")
    code, said = await looks_from_outside(world, capsys)
    assert (code, f"{STILL}poll" in said) == (1, True)


async def test_who_waits_for_anothers_lease_does_not_stand_still(
    world: World, bryn: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    poller = Poller(world.ctx, None, world.app.lease)  # type: ignore[arg-type]
    monkeypatch.setattr(world.app.lease, "wait", asyncio.Event().wait)
    waiting = asyncio.create_task(poller.run())
    await asyncio.sleep(0)
    await a_while(world, but="poll")
    assert world.ctx.still == ()
    waiting.cancel()


async def test_whoever_does_not_answer_has_a_while_and_then_it_is_said(
    world: World, bryn: School, capsys: pytest.CaptureFixture[str]
) -> None:
    url = world.app.url
    await world.stop()
    given = parser().parse_args(["watch", url, "--every", "0.01", "--patience", "0.05"])
    assert await asyncio.to_thread(command.run, given) == 1
    said = capsys.readouterr().err
    assert said == f"encompass watch: {url} does not answer (ClientConnectorError).\n"
