"""An import is taken back: what it changed is as it was, who it ended is to be invited anew, and
what people did since is never undone."""

import pytest

from bot.domain.errors import NotFoundError, RefusedError
from bot.domain.people import Role
from bot.flow.directory import export, undo
from tests.builders import child, notice
from tests.world import World


async def test_who_was_changed_by_mistake_is_as_before_and_whoever_came_is_gone(
    world: World,
) -> None:
    await world.authority()
    await world.school("Ysgol Bryn", dsp="Mair")
    before = await export(world.ctx)
    await world.person("Nia", Role.DSP, schools=["9992001"], enrolled=False)
    assert (await undo(world.ctx, "test")).gone_people == ("nia",)
    assert await export(world.ctx) == before
    world.nobody_else_heard_anything()


async def test_whoever_an_import_removed_comes_back_without_an_account(world: World) -> None:
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    before = await export(world.ctx)
    await world.is_left_out("Owen")
    await undo(world.ctx, "test")
    assert await export(world.ctx) == before
    await world.without_nurses()
    await world.police.send(notice(child(school)))
    world.phone("Mair").expects("alert")
    await world.advance(hours=1, minutes=30)
    world.phone("Owen").heard_nothing()
    world.everyone_is_accounted_for()


async def test_a_school_with_an_open_alert_is_not_taken_back(world: World) -> None:
    await world.authority()
    await world.without_nurses()
    school = await world.school("Ysgol Bryn")
    await world.police.send(notice(child(school)))
    with pytest.raises(RefusedError, match="has an open alert"):
        await undo(world.ctx, "test")
    assert school.code in (await export(world.ctx)).schools
    world.everyone_is_accounted_for()


async def test_whoever_enrolled_since_keeps_their_account(world: World) -> None:
    await world.person("Nia", Role.COORDINATOR, everywhere=True)
    with pytest.raises(RefusedError, match="nia: has enrolled since"):
        await undo(world.ctx, "test")


async def test_there_has_to_be_an_import(world: World) -> None:
    with pytest.raises(NotFoundError, match="no import to take back"):
        await undo(world.ctx, "test")
