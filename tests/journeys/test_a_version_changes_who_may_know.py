"""A new version changes whose a child is and who may know: what was shown and owed follows it."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.people import Role
from bot.flow.close import close
from bot.flow.context import Stage
from bot.flow.reply import nothing_here
from tests.builders import at, child, child_of, notice
from tests.flow.outbox import hold_back
from tests.world import World


@contextmanager
def not_raising(world: World) -> Iterator[None]:
    """What is accepted meanwhile is not raised yet."""
    raising = world.app.stages.loops[Stage.RAISE]
    step = raising._step

    async def later() -> bool:
        return False

    raising._step = later
    yield
    raising._step = step
    raising.wake()


async def test_a_corrected_year_is_told_to_its_own_dsp_and_covered_by_nobody_else(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn")
    await world.person("Low", Role.DSP, schools=[school.code], years=[7])
    await world.person("High", Role.DSP, schools=[school.code], years=[10])
    first = notice(child(school, given_name="Sioned", year_group=7))
    reference = await world.police.send(first)
    low, high = world.phone("Low"), world.phone("High")
    low.expects("alert")
    await low.press("Acknowledge")
    moved = first["children"][0] | {"year_group": 10}
    await world.police.send(first | {"children": [moved], "sent_at": None})
    card = high.expects("alert")
    low.expects("more")
    assert [a["state"] for a in (await world.police.account(reference))["alerts"]] == ["open"]
    assert "Sioned" in await high.opens(card)
    await high.press("Acknowledge", card)
    states = [a["state"] for a in (await world.police.account(reference))["alerts"]]
    assert states == ["acknowledged"]


async def test_a_closed_question_about_an_exclusion_still_lets_nobody_in(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.authority()
    first = child_of(school, given_name="Sioned")
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    data = card.buttons[0][0].data or ""
    await world.police.send(first | {"exclude": ["nobody-knows"]})
    world.everyone_is_accounted_for()
    await close(world.ctx, reference, "told by telephone", "coordinator")
    await world.settle()
    world.everyone_is_accounted_for()
    await mair.press_data(data, card)
    assert "Sioned" not in card.text


async def test_closing_ends_nothing_that_came_meanwhile(world: World) -> None:
    await world.without_nurses()
    bryn = await world.school("Ysgol Bryn", dsp="Mair")
    roath = await world.school("Roath Primary School", dsp="Rhys")
    first = child_of(bryn)
    reference = await world.police.send(first)
    world.phone("Mair").expects("alert")
    headers = {"Authorization": f"Bearer {world.police.key}"}
    both = first | {"children": [*first["children"], child(roath)]}
    with not_raising(world):
        await world.http.post("/api/v1/notifications", headers=headers, json=both)
        await close(world.ctx, reference, "told by telephone", "coordinator")
    await world.settle()
    world.phone("Rhys").expects("alert")
    world.phone("Mair").expects("more")


async def test_what_was_opened_hides_when_a_new_version_comes(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    first = child_of(school, given_name="Sioned")
    await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    assert "Sioned" in await mair.opens(card)
    sibling = child(school, given_name="Gwilym")
    await world.police.send(first | {"children": [*first["children"], sibling]})
    assert "Sioned" not in card.text
    assert all("Gwilym" not in version.text for version in card.history)
    more = mair.expects("more")
    assert "Gwilym" in await mair.opens(more)
    assert world.clock.now() < at("07:05")


async def test_until_a_version_is_in_force_nobody_opens_what_it_says(world: World) -> None:
    """It may exclude the very person who presses; raised a moment later, it does."""
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    first = child_of(school, given_name="Sioned")
    await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    headers = {"Authorization": f"Bearer {world.police.key}"}
    with not_raising(world):
        excluding = first | {"exclude": ["mair"], "circumstances": "new"}
        await world.http.post("/api/v1/notifications", headers=headers, json=excluding)
        press = mair.sandbox.press("Open details", card)
        await press.answered()
        assert press.answer is not None
        assert press.answer.text == nothing_here().text
    await world.settle()
    assert all("Sioned" not in version.text for version in card.history)
    world.phone("Owen").expects("alert")


async def test_a_card_that_waits_is_held_back_while_nobody_knows_whom_an_exclusion_means(
    world: World,
) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    first = child_of(school, given_name="Sioned")
    await hold_back(world, minutes=1)
    await world.police.send(first)
    await world.police.send(first | {"exclude": ["nobody-knows"]})
    await world.advance(minutes=5)
    world.phone("Mair").heard_nothing()
    desk = world.phone("Desk")
    card = desk.expects("triage")
    await desk.opens(card)
    await desk.press("Mair, designated safeguarding person", card)
    await world.advance(minutes=2)
    world.phone("Mair").heard_nothing()
    world.everyone_is_accounted_for()


async def test_a_button_means_the_school_it_names_though_another_has_gone(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    names = ("Ysgol Bryn Coch", "Ysgol Bryn Glas", "Ysgol Bryn Gwyn")
    schools = {name: await world.school(name) for name in names}
    unsure = notice(child(given_name="Sioned") | {"school": {"name": "Bryn Cochh"}})
    reference = await world.police.send(unsure)
    desk = world.phone("Desk")
    card = desk.expects("triage")
    await desk.opens(card)
    offered = [button for row in card.buttons for button in row if button.text in names]
    first, second = offered[0], offered[1]
    await world.closes_down(schools[first.text])
    await desk.press_data(second.data or "", card)
    told = [alert["school"] for alert in (await world.police.account(reference))["alerts"]]
    assert told == [schools[second.text].code]
    world.everyone_is_accounted_for()
