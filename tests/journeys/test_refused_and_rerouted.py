"""Where a child goes whom a school has refused: as the MASH desk decides, or as the sender corrects
it, and never back by itself."""

import pytest

from bot.domain.school import School
from tests.builders import child, child_of, notice
from tests.journeys.test_not_our_pupil import BUTTON, decides, refuses, states
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


@pytest.fixture
async def roath(world: World, bryn: School) -> School:
    return await world.school("Roath Primary School", dsp="Rhys")


async def test_the_desk_puts_it_back_and_it_is_owed_again(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press(BUTTON, card)
    mair.expects("misdirected.keep_it")  # who has answered for it may have read it elsewhere
    world.phone("Coordinator").expects("containment.opened")
    for _ in range(2):
        await decides(world, bryn, int(await task(world)))
        again = mair.expects("alert")
        assert await states(world, reference) == {f"{bryn.code} school": "open"}
        await mair.press("Acknowledge", again)
        assert await states(world, reference) == {f"{bryn.code} school": "acknowledged"}
        await mair.press(BUTTON, again)
        mair.expects("misdirected.keep_it")
        world.phone("Coordinator").expects("containment.opened")
    assert len(await world.trail(reference, "alert:reopened")) == 2
    assert len(await world.trail(reference, "alert:put_back")) == 2
    await decides(world, bryn, int(await task(world)))
    mair.expects("alert")
    world.everyone_is_accounted_for()


async def task(world: World) -> int:
    """The number of the newest task at the desk."""
    desk = world.phone("Desk").unaccounted()[-1]
    return int((desk.buttons[0][0].data or "").split(":")[1])


async def test_a_sibling_who_is_put_back_is_owed_again_though_it_had_been_answered(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn), child(bryn)))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press_data("n:1:1", card)
    mair.expects("misdirected.keep_it")
    world.phone("Coordinator").expects("containment.opened")
    assert await states(world, reference) == {f"{bryn.code} school": "acknowledged"}
    await decides(world, bryn, 2)
    mair.expects("alert")
    assert await states(world, reference) == {f"{bryn.code} school": "open"}
    await mair.press("Acknowledge")
    assert await states(world, reference) == {f"{bryn.code} school": "acknowledged"}


async def test_schools_may_refuse_in_turn_without_end(
    world: World, bryn: School, roath: School
) -> None:
    third = await world.school("Parc Nursery", dsp="Carys")
    reference = await world.police.send(child_of(bryn))
    for name, then in (("Mair", roath), ("Rhys", third), ("Carys", roath), ("Rhys", bryn)):
        await refuses(world, name)
        await decides(world, then, await task(world))
    world.phone("Mair").expects("alert")
    assert await states(world, reference) == {
        f"{bryn.code} school": "open",
        f"{roath.code} school": "misdirected",
        f"{third.code} school": "misdirected",
    }
    await world.phone("Mair").press("Acknowledge")


async def test_whatever_the_sender_says_the_school_that_refused_does_not_have_it_back(
    world: World, bryn: School
) -> None:
    first = child_of(bryn)
    reference = await world.police.send(first)
    await refuses(world, "Mair")
    world.phone("Desk").expects("triage")
    await world.police.send(first | {"circumstances": "More."})
    by_name = dict(first["children"][0]) | {"school": {"name": "Bryn"}}
    await world.police.send(first | {"children": [by_name]})
    await world.police.update(reference, text="And more.")
    await world.advance(minutes=5)
    assert await states(world, reference) == {f"{bryn.code} school": "misdirected"}
    assert (await world.police.account(reference))["state"] == "triage"
    await world.police.withdraw(reference)
    await world.advance(seconds=5)
    world.everyone_is_accounted_for()
    await world.police.send(first | {"circumstances": "Again."})
    assert await states(world, reference) == {f"{bryn.code} school": "misdirected"}
    world.phone("Mair").heard_nothing()
    world.phone("Desk").expects("triage")


async def test_another_school_named_by_the_sender_counts_and_the_task_falls_away(
    world: World, bryn: School, roath: School
) -> None:
    first = child_of(bryn)
    reference = await world.police.send(first)
    await refuses(world, "Mair")
    asked = world.phone("Desk").expects("triage")
    moved = dict(first["children"][0]) | {"school": {"code": roath.code, "name": roath.name}}
    await world.police.send(first | {"children": [moved]})
    world.phone("Rhys").expects("alert")
    world.phone("Desk").shows("card.withdrawn")
    assert asked.buttons == ()
    assert (await world.police.account(reference))["state"] == "raised"
    await world.police.send(first | {"circumstances": "No, the first one after all."})
    assert (await world.police.account(reference))["state"] == "triage"
    world.everyone_is_accounted_for()


async def test_a_child_left_out_and_named_again_is_not_put_back_by_that(
    world: World, bryn: School
) -> None:
    first = notice(child(bryn, given_name="Sioned"), child(bryn, given_name="Gwilym"))
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    await mair.press_data("n:1:1", mair.expects("alert"))
    world.phone("Coordinator").expects("containment.opened")
    await world.police.send(first | {"children": first["children"][1:]})
    await world.police.send(first | {"circumstances": "All were there."})
    await world.advance(seconds=5)
    await mair.opens(mair.sandbox.messages[-1])
    assert "Gwilym" in mair.sandbox.messages[-1].text
    assert "Sioned" not in mair.sandbox.messages[-1].text
    assert (await world.police.account(reference))["state"] == "triage"
    world.everyone_is_accounted_for()
