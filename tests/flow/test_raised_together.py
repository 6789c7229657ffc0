"""Notices that wait to be raised are raised in one unit of work, and none of them is the worse for
it: not by another that cannot be raised, and not where two are about one child."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.context import Stage
from bot.flow.raise_duties import raise_duties
from bot.flow.raising import Raising
from tests.builders import child, child_of, notice
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


@asynccontextmanager
async def raised_at_once(world: World) -> AsyncIterator[None]:
    """What is sent in between is raised when this is left, and not before."""

    async def not_yet(ctx: Any) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.raise_due", not_yet)
        yield
    world.app.stages.wake([Stage.RAISE])
    await world.settle()


async def test_each_is_told_of_in_its_turn_with_its_own_line_in_the_trail(
    world: World, bryn: School
) -> None:
    async with raised_at_once(world):
        references = [await world.police.send(child_of(bryn)) for _ in range(3)]
        assert [(await world.police.account(r))["alerts"] for r in references] == [[], [], []]
    for reference in references:
        assert reference in world.phone("Mair").expects("alert").text
        assert len(await world.trail(reference, "alert:raised")) == 1
        assert len(await world.trail(reference, "alert:told")) == 1
    world.everyone_is_accounted_for()


async def test_one_that_cannot_be_raised_is_put_off_alone_and_holds_up_no_other(
    world: World, bryn: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned: set[str] = set()

    async def raises(raising: Raising, placed: Any) -> None:
        await raise_duties(raising, placed)
        if raising.row.reference in poisoned:
            raise RuntimeError("a row that cannot be read")

    monkeypatch.setattr("bot.flow.raise_alerts.raise_duties", raises)
    world.expected_errors.append("raising failed")
    async with raised_at_once(world):
        first, poison, last = [await world.police.send(child_of(bryn)) for _ in range(3)]
        poisoned.add(poison)
    for reference in (first, last):
        assert reference in world.phone("Mair").expects("alert").text
    world.phone("Mair").heard_nothing()
    assert await world.alarms() == [f"not_raised:{poison}"]
    assert {line["fault"] for line in await world.trail(poison, "notification:put_off")} == {
        "RuntimeError"
    }
    poisoned.clear()
    await world.advance(minutes=1)
    assert poison in world.phone("Mair").expects("alert").text
    assert await world.alarms() == []
    world.everyone_is_accounted_for()


async def test_who_is_excluded_from_one_learns_nothing_of_it_by_another_raised_with_it(
    world: World, bryn: School
) -> None:
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    await world.person("Other", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    async with raised_at_once(world):
        await world.police.send(notice(pupil, exclude=["other"]))
        for _ in range(2):
            await world.police.send(notice(pupil))
    world.phone("Desk").expects("consider.these")
    world.phone("Other").heard_nothing()
    for _ in range(3):
        world.phone("Mair").expects("alert")
    world.everyone_is_accounted_for()
