"""DSPs who share a school by year group: every child is somebody's, each sees their own."""

from bot.domain.people import Role
from bot.domain.school import School
from tests.builders import at, child, child_of, notice
from tests.world import World


async def two_dsps(world: World) -> School:
    """Years 7 to 9 are Low's, 10 and 11 are High's; Owen is their deputy, Coordinator is there."""
    await world.without_nurses()
    school = await world.school("Ysgol Gyfun Glan", deputy="Owen")
    await world.person("Low", Role.DSP, schools=[school.code], years=[7, 8, 9])
    await world.person("High", Role.DSP, schools=[school.code], years=[10, 11])
    return school


async def state(world: World, reference: str) -> list[str]:
    return [alert["state"] for alert in (await world.police.account(reference))["alerts"]]


async def test_an_alert_stays_open_until_every_childs_dsp_has_answered(world: World) -> None:
    school = await two_dsps(world)
    reference = await world.police.send(
        notice(
            child(school, given_name="Sioned", year_group=7),
            child(school, given_name="Gwilym", year_group=10),
        )
    )
    low, high, owen = world.phone("Low"), world.phone("High"), world.phone("Owen")
    lows, highs = low.expects("alert"), high.expects("alert")
    low_view, high_view = await low.opens(lows), await high.opens(highs)
    assert ["Sioned" in low_view, "Gwilym" in low_view] == [True, False]
    assert ["Sioned" in high_view, "Gwilym" in high_view] == [False, True]
    await low.press("Acknowledge")
    low.shows("card.you_acknowledged_others_owe")
    high.shows("card.alert")
    assert await state(world, reference) == ["open"]
    await world.advance_to(at("07:50"))
    owen.expects("alert")  # the ladder goes on
    await high.press("Acknowledge", highs)
    assert await state(world, reference) == ["acknowledged"]
    low.shows("card.you_acknowledged")
    high.shows("card.you_acknowledged")
    owen.shows("card.other_acknowledged")
    await world.advance(hours=3)
    world.nobody_else_heard_anything()


async def test_only_the_dsps_of_the_children_concerned_are_told(world: World) -> None:
    school = await two_dsps(world)
    reference = await world.police.send(child_of(school, year_group=8))
    world.phone("Low").expects("alert")
    await world.phone("Low").press("Acknowledge")
    assert await state(world, reference) == ["acknowledged"]
    world.phone("High").heard_nothing()


async def test_a_child_of_unknown_year_is_everyones_and_one_answer_covers_it(world: World) -> None:
    school = await two_dsps(world)
    reference = await world.police.send(child_of(school))
    world.phone("Low").expects("alert")
    world.phone("High").expects("alert")
    await world.phone("High").press("Acknowledge")
    assert await state(world, reference) == ["acknowledged"]
    world.phone("Low").shows("card.other_acknowledged")


async def test_a_deputy_who_was_not_told_may_open_and_acknowledge(world: World) -> None:
    school = await two_dsps(world)
    reference = await world.police.send(child_of(school, given_name="Sioned", year_group=7))
    world.phone("Low").expects("alert")
    owen = world.phone("Owen")
    owen.heard_nothing()
    await owen.says("/alerts")
    owen.expects("answer.alerts_follow")
    card = owen.expects("alert")
    assert "Sioned" in await owen.opens(card)
    await owen.press("Acknowledge", card)
    assert await state(world, reference) == ["acknowledged"]
    assert "Owen" in world.phone("Low").shows("card.other_acknowledged").text


async def test_a_dsp_of_other_years_can_neither_open_nor_answer(world: World) -> None:
    school = await two_dsps(world)
    reference = await world.police.send(child_of(school, given_name="Sioned", year_group=7))
    card = world.phone("Low").expects("alert")
    high = world.phone("High")
    for row in card.buttons:
        press = await high.press_data(row[0].data or "")
        assert press.answer is not None
        assert press.answer.text == "There is nothing here."
    await high.says("/alerts")
    high.expects("answer.nothing_open")
    assert await state(world, reference) == ["open"]


async def test_a_child_whose_only_dsp_is_away_brings_the_deputy_in_at_once(world: World) -> None:
    school = await two_dsps(world)
    await world.phone("High").says("/away 2026-11-16")
    world.phone("High").expects("answer.away_set")
    await world.police.send(notice(child(school, year_group=7), child(school, year_group=10)))
    world.phone("Low").expects("alert")
    world.phone("Owen").expects("alert")


async def test_a_child_who_comes_in_later_is_told_to_its_own_dsp_too(world: World) -> None:
    """The first step was told before the child was known: its DSP must not be passed over."""
    school = await two_dsps(world)
    first = notice(child(school, given_name="Sioned", year_group=7))
    reference = await world.police.send(first)
    low = world.phone("Low").expects("alert")
    second = child(school, given_name="Gwilym", year_group=10)
    await world.police.send(first | {"children": [*first["children"], second]})
    world.phone("Low").expects("more")
    high = world.phone("High").expects("alert")
    world.phone("Owen").heard_nothing()  # somebody can be reached for each child
    assert "Gwilym" in await world.phone("High").opens(high)
    await world.phone("Low").press("Acknowledge", low)
    await world.phone("High").press("Acknowledge", high)
    assert await state(world, reference) == ["acknowledged"]
