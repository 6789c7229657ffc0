"""On an alert's page: it takes the ladder that is in force now, if that is another one."""

from bot.domain.school import School
from tests.builders import child, notice
from tests.console.visits import enters, steps_up, token_of
from tests.world import World

BUTTON = ">Take it</button>"


async def test_a_coordinator_has_an_alert_take_the_ladder_in_force_now(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    await reader.get("/console/alerts/1")
    assert BUTTON not in reader.page, "there is no other ladder"
    world.everyone_is_accounted_for()
    await world.policy({'not_before = "bell-60m"': 'not_before = "bell-100m"'})
    await world.advance(minutes=12)
    await reader.get("/console/alerts/1")
    assert reader.shows("Take the ladder in force now")
    await reader.press("Take it", reason="because")
    assert reader.status == 422
    await reader.press("Take it", reason="nobody_reached")
    assert reader.shows(f"{reference} has the ladder that is in force now.")
    world.phone("Owen").expects("alert")
    world.phone("Mair").heard_nothing()
    await reader.get("/console/alerts/1")
    assert reader.shows("Coordinator had it take the ladder of version")
    assert BUTTON not in reader.page
    token = {"form": token_of(reader), "reason": "times_changed"}
    await reader.post("/console/alerts/1/ladder", token)
    assert reader.shows("It is settled, or has the ladder that is in force already.")


async def test_for_who_may_not_there_is_nothing_to_take(world: World, bryn: School) -> None:
    hidden = notice(child(bryn), exclude=["coordinator"])
    reference = await world.police.send(hidden)
    world.everyone_is_accounted_for()
    await world.policy({'not_before = "bell-60m"': 'not_before = "bell-100m"'})
    for name in ("Coordinator", "Desk"):
        reader = await enters(world, name)
        await steps_up(reader)
        form = {"form": token_of(reader), "reason": "nobody_reached"}
        await reader.get("/console/alerts/1")
        assert BUTTON not in reader.page
        await reader.post("/console/alerts/1/ladder", form)
        assert reader.status == 404
        assert reference not in reader.page
    assert await world.trail(reference, "alert:policy_applied") == []
    world.everyone_is_accounted_for()
