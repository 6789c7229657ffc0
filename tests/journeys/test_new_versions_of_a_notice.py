"""A notice sent again: those told hear that there is more, and what is owed again is told again."""

from typing import Any

from bot.domain.people import Role
from bot.domain.school import School
from tests.builders import at, child, child_of, notice
from tests.world import World


async def a_school(world: World, name: str = "Ysgol Bryn", dsp: str = "Mair") -> School:
    return await world.school(name, dsp=dsp)


async def states(world: World, reference: str) -> dict[str, str]:
    account = await world.police.account(reference)
    return {alert["school"]: alert["state"] for alert in account["alerts"]}


async def test_those_told_hear_that_there_is_more_and_a_repeat_says_nothing(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    first = child_of(school, year_group=7)
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    mair.expects("alert")
    await world.police.send(first | {"sent_at": "2026-11-16T06:59:00+00:00"})
    world.nobody_else_heard_anything()
    again = await world.police.send(first | {"circumstances": "two adults, shouting"})
    assert again == reference
    more = mair.expects("more")
    assert "two adults, shouting" in await mair.opens(more)
    world.phone("Owen").heard_nothing()  # he had not been told


async def test_an_update_reaches_everyone_who_was_told_and_nobody_else(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.person("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True)
    await world.person("Head", Role.HEAD_TEACHER, schools=[school.code])
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    await world.advance_to(at("08:50"))
    world.phone("Owen").expects("alert")
    world.phone("Safeguarding").expects("escalation")
    await world.phone("Owen").press("Acknowledge")
    await world.police.update(reference, text="He was charged this morning.")
    mair = world.phone("Mair")
    assert "charged" in await mair.opens(mair.expects("more"))
    world.phone("Owen").expects("more")
    told = world.phone("Safeguarding").expects("card.more_for_your_information")
    assert told.buttons == ()
    assert await states(world, reference) == {school.code: "acknowledged"}
    world.phone("Head").heard_nothing()


async def test_who_is_away_by_now_still_hears_that_there_is_more_to_what_they_took_on(
    world: World,
) -> None:
    await world.without_nurses()
    school = await a_school(world)
    reference = await world.police.send(child_of(school))
    mair = world.phone("Mair")
    mair.expects("alert")
    await mair.press("Acknowledge")
    await mair.says("/away 2026-11-16")
    mair.expects("answer.away_set")
    await world.police.update(reference, text="He was charged this morning.")
    mair.expects("more")


async def test_a_new_child_in_a_settled_alert_is_owed_again(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    first = notice(child(school, given_name="Sioned"))
    reference = await world.police.send(first)
    await world.advance_to(at("07:50"))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    mair.expects("alert")
    owen.expects("alert")
    await owen.press("Acknowledge")
    later = child(school, given_name="Gwilym")
    await world.police.send(first | {"children": [*first["children"], later]})
    assert await states(world, reference) == {school.code: "open"}
    card = mair.expects("alert")
    owen.expects("more")
    view = await mair.opens(card)
    assert ["Sioned" in view, "Gwilym" in view] == [True, True]
    await mair.press("Acknowledge", card)
    assert await states(world, reference) == {school.code: "acknowledged"}


async def test_a_child_who_takes_the_place_of_another_is_not_covered_by_the_old_answer(
    world: World,
) -> None:
    await world.without_nurses()
    school = await a_school(world)
    sioned, gwilym, heledd = (
        child(school, given_name=given) for given in ("Sioned", "Gwilym", "Heledd")
    )
    first = notice(sioned, gwilym)
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    mair.expects("alert")
    await mair.press("Acknowledge")
    await world.police.send(first | {"children": [sioned]})
    mair.expects("more")
    assert await states(world, reference) == {school.code: "acknowledged"}
    await world.police.send(first | {"children": [sioned, heledd]})
    mair.expects("alert")
    assert await states(world, reference) == {school.code: "open"}
    await mair.press("Acknowledge")


async def test_a_corrected_school_moves_the_alert_and_the_first_one_shows_nothing_any_more(
    world: World,
) -> None:
    await world.without_nurses()
    bryn = await a_school(world)
    roath = await a_school(world, "Roath Primary School", "Rhys")
    first = child_of(bryn, given_name="Sioned")
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    assert "Sioned" in await mair.opens(card)
    number = (card.button("Acknowledge") or card.buttons[0][0]).data or ""
    await world.police.send(first | {"children": [_moved(first, roath)]})
    mair.expects("withdrawn")
    assert card.text == f"{reference}: this was withdrawn. Please disregard it."
    assert card.buttons == ()
    press = await mair.press_data(number, card)
    assert press.answer is not None
    assert press.answer.text == "This was withdrawn."
    await mair.press_data(number.replace("a:", "o:"), card)
    assert "Sioned" not in card.text
    rhys = world.phone("Rhys")
    assert "Sioned" in await rhys.opens(rhys.expects("alert"))
    assert await states(world, reference) == {bryn.code: "withdrawn", roath.code: "open"}


def _moved(first: dict[str, Any], school: School) -> dict[str, Any]:
    only: dict[str, Any] = first["children"][0]
    return only | {"school": {"code": school.code, "name": school.name}}


async def test_a_correction_that_leaves_a_school_only_covered_children_settles_it(
    world: World,
) -> None:
    """One of two DSPs has answered; the other's child turns out to be elsewhere."""
    await world.without_nurses()
    bryn, roath = await world.school("Ysgol Bryn"), await a_school(world, "Roath", "Rhys")
    await world.person("Low", Role.DSP, schools=[bryn.code], years=[7])
    await world.person("High", Role.DSP, schools=[bryn.code], years=[10])
    seven, ten = child(bryn, year_group=7), child(bryn, year_group=10)
    first = notice(seven, ten)
    reference = await world.police.send(first)
    world.phone("Low").expects("alert")
    world.phone("High").expects("alert")
    await world.phone("Low").press("Acknowledge")
    elsewhere = ten | {"school": {"code": roath.code, "name": roath.name}}
    await world.police.send(first | {"children": [seven, elsewhere]})
    assert await states(world, reference) == {bryn.code: "acknowledged", roath.code: "open"}
    for name in ("Low", "High"):
        world.phone(name).expects("more")
    world.phone("Rhys").expects("alert")


async def test_a_correction_taken_back_makes_the_first_school_owe_it_again(world: World) -> None:
    await world.without_nurses()
    bryn = await a_school(world)
    roath = await a_school(world, "Roath Primary School", "Rhys")
    first = child_of(bryn)
    reference = await world.police.send(first)
    world.phone("Mair").expects("alert")
    await world.police.send(first | {"children": [_moved(first, roath)]})
    world.phone("Mair").expects("withdrawn")
    world.phone("Rhys").expects("alert")
    await world.police.send(first)  # a retry that came late undoes nothing
    world.nobody_else_heard_anything()
    await world.police.send(first | {"sent_at": "2026-11-16T06:58:00+00:00"})
    world.phone("Mair").expects("alert")
    world.phone("Rhys").expects("withdrawn")
    assert await states(world, reference) == {bryn.code: "open", roath.code: "withdrawn"}
    await world.phone("Mair").press("Acknowledge")
    assert await states(world, reference) == {bryn.code: "acknowledged", roath.code: "withdrawn"}
