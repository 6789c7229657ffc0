"""The nurse team's answers: ours and I take it, no health need seen, pass on."""

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.sandbox.chats import ChatMessage
from bot.sandbox.presses import Press
from tests.builders import at, child, child_of, notice
from tests.world import Phone, World


def said(press: Press) -> str:
    assert press.answer is not None
    return press.answer.text


def buttons(card: ChatMessage) -> list[str]:
    return [button.text for row in card.buttons for button in row]


@pytest.fixture
async def bryn(world: World) -> School:
    """Nia and Non are of the school's team, Rhodri and Rhian of another."""
    await world.authority()
    school = await world.school("Ysgol Bryn", nurse="Nia")
    await world.person("Non", Role.SCHOOL_NURSE, teams=[school.nurse_team])
    other = await world.school("Roath Primary School", nurse="Rhodri")
    await world.person("Rhian", Role.SCHOOL_NURSE, teams=[other.nurse_team])
    return school


async def sent(world: World, school: School, **fields: object) -> dict[str, ChatMessage]:
    """A notice of this school; the card of each nurse of its team. The nurse leg is alert 2."""
    await world.police.send(notice(child(school), **fields))
    cards = {name: world.phone(name).unaccounted()[0] for name in ("Nia", "Non")}
    world.everyone_is_accounted_for()
    return cards


def only(phone: Phone) -> ChatMessage:
    [card] = phone.unaccounted()
    world_card = card
    phone._accounted.add(card.message_id)
    return world_card


async def test_a_nurse_answers_and_owes_no_plan(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    await world.phone("Nia").press("Acknowledge", cards["Nia"])
    assert "Silent support" not in buttons(cards["Nia"])
    assert "planned" not in cards["Nia"].text
    assert "Nia acknowledged this" in cards["Non"].text
    assert said(await world.phone("Nia").press_data("k:2:0", cards["Nia"])) == (
        "There is nothing here."
    )


async def test_no_health_need_settles_the_nurse_leg_and_says_so(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    reference = cards["Nia"].text.partition(",")[0].partition(":")[0]
    press = await world.phone("Nia").press("No health need seen", cards["Nia"])
    assert said(press) == "No health need seen. Thank you."
    assert "you saw no health need" in cards["Nia"].text
    assert "Nia saw no health need" in cards["Non"].text
    [line] = await world.trail(reference, "alert:no_health_need")
    assert line["person"] == "nia"
    states = {a["leg"]: a["state"] for a in (await world.police.account(reference))["alerts"]}
    assert states == {"school": "open", "nurse": "acknowledged"}


async def test_who_took_it_may_find_later_that_there_is_no_need_and_take_that_back(
    world: World, bryn: School
) -> None:
    cards = await sent(world, bryn)
    nia = world.phone("Nia")
    await nia.press("Acknowledge", cards["Nia"])
    await nia.press("No health need seen", cards["Nia"])
    assert "you saw no health need" in cards["Nia"].text
    assert said(await nia.press("Undo", cards["Nia"])) == (
        "Taken back. What was answered before stands."
    )
    nia.shows("card.you_acknowledged")


async def test_no_school_says_that_there_is_no_health_need(world: World, bryn: School) -> None:
    await world.person("Mair", Role.DSP, schools=[bryn.code])
    await sent(world, bryn)
    for data in ("y:1", "w:1", "w:1:5"):
        assert said(await world.phone("Mair").press_data(data)) == "There is nothing here."


async def test_passed_to_a_colleague_it_is_theirs_to_answer_and_they_hear_of_it(
    world: World, bryn: School
) -> None:
    cards = await sent(world, bryn)
    nia, non = world.phone("Nia"), world.phone("Non")
    await nia.press("Acknowledge", cards["Nia"])
    assert said(await nia.press("Pass on", cards["Nia"])) == "Please choose."
    assert buttons(cards["Nia"]) == ["Non", "Team 9992002", "Back"]
    press = await nia.press("Non", cards["Nia"])
    assert said(press) == "Passed on to Non, who hears of it now."
    assert "you passed this on to Non" in cards["Nia"].text
    card = non.expects("alert")
    world.nobody_else_heard_anything()
    await non.press("Acknowledge", card)
    assert "Non acknowledged this" in cards["Nia"].text


async def test_passed_to_a_team_its_nurses_may_open_this_one_alert_and_no_other(
    world: World, bryn: School
) -> None:
    cards = await sent(world, bryn)
    await world.police.send(child_of(bryn))  # alerts 3 and 4, of the same school
    world.everyone_is_accounted_for()
    nia, rhodri = world.phone("Nia"), world.phone("Rhodri")
    assert said(await rhodri.press_data("o:2")) == "There is nothing here."
    await nia.press("Pass on", cards["Nia"])
    await nia.press("Team 9992002", cards["Nia"])
    card = rhodri.expects("alert")
    assert "Ysgol Bryn" in card.text, "it is not a school of theirs, so it is named"
    others = world.phone("Rhian").expects("alert")
    world.nobody_else_heard_anything()
    assert "Synthetic" in await rhodri.opens(card)
    assert said(await rhodri.press_data("o:4", card)) == "There is nothing here."
    assert said(await rhodri.press_data("o:1", card)) == "There is nothing here."
    await rhodri.press("Acknowledge", card)
    assert "Rhodri acknowledged this" in others.text
    assert "Rhodri acknowledged this" in cards["Non"].text


async def test_passed_on_twice_and_back_again(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    nia, rhodri = world.phone("Nia"), world.phone("Rhodri")
    await nia.press("Pass on", cards["Nia"])
    await nia.press("Team 9992002", cards["Nia"])
    card = rhodri.expects("alert")
    world.everyone_is_accounted_for()
    await rhodri.press("Acknowledge", card)
    await rhodri.press("Pass on", card)
    assert buttons(card) == ["Nia", "Non", "Rhian", "Back"]
    await rhodri.press("Nia", card)
    again = nia.expects("alert")
    await nia.press("Pass on", again)
    await nia.press("Rhodri", again)
    rhodri.expects("alert")
    await nia.press("Acknowledge", again)
    nia.shows("card.you_acknowledged")
    reference = again.text.partition(":")[0]
    passed = await world.trail(reference, "alert:passed_on")
    assert [(line["person"], line.get("to") or line["team"]) for line in passed] == [
        ("nia", "Team 9992002"),
        ("rhodri", "nia"),
        ("nia", "rhodri"),
    ]
    world.nobody_else_heard_anything()


async def test_the_ladder_goes_on_where_it_stood(world: World, bryn: School) -> None:
    await world.person("Lead", Role.NURSE_LEAD, everywhere=True)
    cards = await sent(world, bryn)
    nia = world.phone("Nia")
    await nia.press("Acknowledge", cards["Nia"])
    await nia.press("Pass on", cards["Nia"])
    await nia.press("Team 9992002", cards["Nia"])
    world.everyone_is_accounted_for()
    await world.advance_to(at("12:45"))
    world.phone("Lead").heard_nothing()
    await world.advance_to(at("12:52"))
    world.phone("Lead").expects("alert")
    world.everyone_is_accounted_for()


async def test_who_is_excluded_is_offered_to_nobody_and_hears_nothing(
    world: World, bryn: School
) -> None:
    cards = await sent(world, bryn, exclude=["rhodri"])
    nia = world.phone("Nia")
    await nia.press("Pass on", cards["Nia"])
    await nia.press("Team 9992002", cards["Nia"])
    world.phone("Rhian").expects("alert")
    world.nobody_else_heard_anything()
    assert said(await world.phone("Rhodri").press_data("o:2")) == "There is nothing here."


async def test_what_a_colleague_has_is_passed_on_by_nobody_else(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    await world.phone("Non").press("Acknowledge", cards["Non"])
    assert "Pass on" not in buttons(cards["Nia"])
    assert said(await world.phone("Nia").press_data("w:2", cards["Nia"])) == (
        "Non has acknowledged this already."
    )


async def test_a_list_opened_by_mistake_is_closed_by_a_press(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    nia = world.phone("Nia")
    before = buttons(cards["Nia"])
    await nia.press("Pass on", cards["Nia"])
    assert said(await nia.press("Back", cards["Nia"])) == "Closed again."
    assert buttons(cards["Nia"]) == before


async def test_an_answer_changed_to_and_fro_is_the_last_one(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    nia = world.phone("Nia")
    for _ in range(2):
        await nia.press_data("a:2", cards["Nia"])
        nia.shows("card.you_acknowledged")
        await nia.press_data("y:2", cards["Nia"])
        nia.shows("card.you_saw_no_need")


async def test_a_mark_that_is_nobodys_passes_it_to_nobody(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    assert said(await world.phone("Nia").press_data("w:2:7", cards["Nia"])) == (
        "They cannot be told at present. Please choose somebody else."
    )
    world.nobody_else_heard_anything()


async def test_what_was_passed_on_is_not_undone_by_the_passer(world: World, bryn: School) -> None:
    cards = await sent(world, bryn)
    nia = world.phone("Nia")
    await nia.press("Acknowledge", cards["Nia"])
    await nia.press("Pass on", cards["Nia"])
    await nia.press("Non", cards["Nia"])
    world.phone("Non").expects("alert")
    assert "Undo" not in buttons(cards["Nia"])
