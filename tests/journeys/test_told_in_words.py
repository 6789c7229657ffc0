"""What the overseers read: who is told next, before it happens, and what happened, in words."""

import pytest

from bot.domain.alert import AlertState, Leg
from bot.flow.account import line_of_time
from bot.flow.in_force import in_force
from bot.flow.overview import accepted, duties, upcoming
from bot.rendering.catalogue import words
from bot.rendering.trail import Trail
from tests.builders import child_of
from tests.world import World


async def names_in(world: World) -> dict[str, str]:
    """Everyone's name by id."""
    async with world.ctx.store.reading() as tx:
        known = await in_force(world.ctx, tx)
    return {person.id: person.name for person in known.directory.people.values()}


async def test_who_is_told_next_is_foretold_by_the_ladder_that_will_tell_them(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen")
    await world.authority()
    await world.policy({'not_before = "bell-60m"': "#"})
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    world.phone("Coordinator").expects("gap")  # no school nurse
    names = await names_in(world)
    ctx = world.ctx
    async with ctx.store.reading() as tx:
        coming = await upcoming(ctx, tx)
        owed = await duties(tx)
        assert await accepted(tx) == 1
    soonest = coming[0]
    assert (soonest.reference, soonest.leg, soonest.school) == (reference, Leg.SCHOOL, school.code)
    assert [names[person] for person in soonest.people] == ["Owen"]
    assert {(duty.leg, duty.state) for duty in owed} == {
        (Leg.SCHOOL, AlertState.OPEN),
        (Leg.NURSE, AlertState.OPEN),
    }
    await world.advance_to(soonest.at)
    world.phone("Owen").expects("alert")
    world.nobody_else_heard_anything()


@pytest.mark.parametrize("language", ["en", "cy"])
async def test_a_line_of_time_is_told_in_either_language_and_names_no_child(
    world: World, language: str
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    reference = await world.police.send(child_of(school))
    for name in ("Mair", "Nia"):
        world.phone(name).expects("alert")
    await world.phone("Mair").press("Open details")
    await world.phone("Mair").press("Acknowledge")
    people = await names_in(world)
    trail = Trail(words(language), people.__getitem__, lambda code: f"school {code}")
    lines = await line_of_time(world.ctx, reference)
    said = {line["action"]: trail.sentence(line) for line in lines}
    assert all(":" not in sentence.split(" ")[0] for sentence in said.values()), said
    assert "Mair" in said["alert:told"] or "Nia" in said["alert:told"]
    assert "Mair" in said["alert:opened"]
    assert "Mair" in said["alert:acknowledged"]
    assert words(language).say("trail.matched_by_code") in said["alert:raised"]
    assert "Synthetic" not in " ".join(said.values())


async def test_a_person_left_out_is_named_with_the_reason(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    await world.phone("Mair").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    reference = await world.police.send(child_of(school))
    for name in ("Owen", "Nia"):
        world.phone(name).expects("alert")
    world.phone("Coordinator").expects("gap")
    people = await names_in(world)
    trail = Trail(words("en"), people.__getitem__, str)
    lines = await line_of_time(world.ctx, reference)
    [skipped] = [line for line in lines if line["action"] == "alert:step_skipped"]
    assert trail.sentence(skipped).endswith("Not told: Mair (cannot be reached in the chat).")
