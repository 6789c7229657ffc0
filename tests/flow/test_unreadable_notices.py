"""A notice that nobody can read any more holds up no other, not even one about the same child."""

from typing import Any

from sqlalchemy import Table, update

from bot.domain.school import School
from bot.store.tables import alerts, notifications
from tests.builders import child, notice
from tests.world import World

CHILD = {"given_name": "Sioned", "family_name": "Hughes", "date_of_birth": "2016-03-01"}


async def told_once(world: World) -> School:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(notice(child(school, **CHILD)))
    world.phone("Mair").expects("alert")
    return school


async def poison(world: World, table: Table, **values: Any) -> None:
    """It is read no more than others about this child read it."""
    async with world.ctx.store.unit() as tx:
        await tx.execute(update(table).values(**values))


async def another_is_raised_and_opened(world: World, school: School) -> None:
    await world.police.send(notice(child(school, **CHILD)))
    card = world.phone("Mair").expects("alert")
    await world.advance(seconds=2)
    assert "Sioned" in await world.phone("Mair").opens(card)


async def test_another_about_its_child_is_raised_and_opened(world: World) -> None:
    school = await told_once(world)
    await poison(world, notifications, content={"children": 7})
    await another_is_raised_and_opened(world, school)


async def test_one_whose_ladder_cannot_be_read_keeps_nobody_from_opening_another(
    world: World,
) -> None:
    school = await told_once(world)
    await poison(world, alerts, policy={"steps": 7})
    await another_is_raised_and_opened(world, school)
