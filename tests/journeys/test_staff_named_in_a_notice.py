"""A person named in the notice may be one of the staff: that one is told nothing until the desk has
said who is meant; everyone else is told at once."""

from typing import Any

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow import raise_alerts
from bot.flow.close import close
from tests.builders import child, child_of, notice
from tests.flow.outbox import hold_back
from tests.flow.test_presses_of_others import finds_nothing
from tests.world import Phone, World

THEM, SOMEBODY_ELSE = "This is them: exclude", "This is somebody else"


def adult(name: str) -> dict[str, str]:
    given, _, family = name.partition(" ")
    return {"given_name": given, "family_name": family}


def naming(notice: dict[str, Any], *names: str) -> dict[str, Any]:
    return notice | {"involved_adults": [adult(name) for name in names]}


async def desk_says(world: World, what: str) -> str:
    """Open the desk's newest question and answer it; what the opened question said."""
    desk = world.phone("Desk")
    card = desk.expects("triage")
    asked = await desk.opens(card)
    await desk.press(what, card)
    return asked


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Siân Evans", deputy="Owen")


def sian(world: World) -> Phone:
    return world.phone("Siân Evans")


async def test_who_may_be_named_is_told_nothing_and_the_deputy_at_once(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(naming(child_of(bryn), "Sian Evans"))
    world.phone("Owen").expects("alert")
    sian(world).heard_nothing()
    await finds_nothing(world, sian(world), (1, 2, 404))
    for said in ("/alerts", "/status", "/triage"):
        await sian(world).says(said)
    await world.advance(seconds=10)
    assert not [m.text for m in sian(world).unaccounted() if reference in m.text]
    world.everyone_is_accounted_for()


async def test_the_desk_says_somebody_else_and_they_are_told_once(
    world: World, bryn: School
) -> None:
    first = naming(child_of(bryn, given_name="Sioned"), "Sian Evans")
    reference = await world.police.send(first)
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")
    asked = await desk_says(world, SOMEBODY_ELSE)
    assert "Sian Evans" in asked
    assert "Siân Evans, designated safeguarding person, Ysgol Bryn" in asked
    assert "Sioned" not in asked
    card = sian(world).expects("alert")
    assert "Sioned" in await sian(world).opens(card)
    await sian(world).press("Acknowledge", card)
    account = await world.police.account(reference)
    assert [alert["state"] for alert in account["alerts"]] == ["acknowledged"]
    assert account["state"] == "raised"
    await world.advance(minutes=90)


async def test_the_desk_says_them_and_nothing_ever_comes(world: World, bryn: School) -> None:
    first = naming(child_of(bryn), "Sian Evans")
    await world.police.send(first)
    world.phone("Owen").expects("alert")
    await desk_says(world, THEM)
    await world.police.send(first | {"circumstances": "More."})
    await world.police.send(naming(first, "Somebody Entirely"))
    await world.advance(hours=2)
    sian(world).heard_nothing()
    await finds_nothing(world, sian(world), (1, 2, 404))
    world.everyone_is_accounted_for()


async def test_a_decision_outlives_new_versions_and_other_spellings(
    world: World, bryn: School
) -> None:
    first = naming(child_of(bryn), "Sian Evans")
    await world.police.send(first)
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")
    await desk_says(world, SOMEBODY_ELSE)
    sian(world).expects("alert")
    await world.police.send(naming(first, "SIÂN EVANS"))
    sian(world).expects("more")
    world.phone("Owen").expects("more")
    world.phone("Coordinator").expects("more")


async def test_a_new_version_with_their_name_holds_who_had_it_and_gives_it_back(
    world: World, bryn: School
) -> None:
    first = child_of(bryn, given_name="Sioned")
    reference = await world.police.send(first)
    card = sian(world).expects("alert")
    await sian(world).press("Acknowledge", card)
    await world.police.send(naming(first, "S Evans"))
    assert card.text == "This message is no longer available."
    assert not card.buttons
    world.phone("Owen").expects("alert")  # their answer no longer stands
    world.phone("Coordinator").expects("gap")
    assert [a["state"] for a in (await world.police.account(reference))["alerts"]] == ["open"]
    await desk_says(world, SOMEBODY_ELSE)
    assert "you acknowledged this" in card.text
    assert [a["state"] for a in (await world.police.account(reference))["alerts"]] == [
        "acknowledged"
    ]
    more = sian(world).expects("more")
    assert "Sioned" in await sian(world).opens(more)
    world.everyone_is_accounted_for()


async def test_another_name_asks_again_and_a_corrected_one_asks_no_more(
    world: World, bryn: School
) -> None:
    first = naming(child_of(bryn), "Sian Evans")
    await world.police.send(first)
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")
    await desk_says(world, SOMEBODY_ELSE)
    card = sian(world).expects("alert")
    await world.police.send(naming(first, "Sian Evans", "S Evans"))
    assert card.text == "This message is no longer available."
    world.phone("Desk").expects("triage")
    world.phone("Owen").expects("more")
    world.phone("Coordinator").expects("more")
    await world.police.send(naming(first, "Sian Evans", "Gareth Price"))
    sian(world).expects("more")
    world.phone("Desk").shows("card.withdrawn")
    world.everyone_is_accounted_for()


async def test_a_family_name_alone_holds_nobody(world: World, bryn: School) -> None:
    await world.police.send(naming(child_of(bryn), "Gareth Evans"))
    sian(world).expects("alert")


async def test_the_same_name_at_two_schools_is_asked_of_each(world: World, bryn: School) -> None:
    other = await world.school("Roath Primary School", deputy="Rhys")
    await world.person("Sian Evans", Role.DSP, schools=[other.code])
    await world.police.send(naming(notice(child(bryn), child(other)), "Siân Evans"))
    world.phone("Owen").expects("alert")
    world.phone("Rhys").expects("alert")
    desk = world.phone("Desk")
    cards = [desk.expects("triage"), desk.expects("triage")]
    for card in cards:
        asked = await desk.opens(card)
        await desk.press(SOMEBODY_ELSE if "Ysgol Bryn" in asked else THEM, card)
    sian(world).expects("alert")
    world.phone("Sian Evans").heard_nothing()
    world.everyone_is_accounted_for()


async def test_one_person_of_two_schools_is_asked_about_once(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    one, two = await world.school("Ysgol Bryn"), await world.school("Roath Primary School")
    await world.person("Siân Evans", Role.DSP, schools=[one.code, two.code])
    await world.police.send(naming(notice(child(one), child(two)), "Sian Evans"))
    await desk_says(world, SOMEBODY_ELSE)
    sian(world).expects("alert")
    sian(world).expects("alert")
    sian(world).heard_nothing()
    world.everyone_is_accounted_for()


async def test_a_nurse_is_held_as_well(world: World) -> None:
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia Jones")
    await world.police.send(naming(child_of(school), "Nia Jones"))
    world.phone("Mair").expects("alert")
    world.phone("Nia Jones").heard_nothing()
    await desk_says(world, SOMEBODY_ELSE)
    world.phone("Nia Jones").expects("alert")
    world.everyone_is_accounted_for()


async def test_a_coordinator_sees_neither_reference_nor_count(world: World, bryn: School) -> None:
    await world.person("Carys Rees", Role.COORDINATOR, everywhere=True)
    reference = await world.police.send(naming(child_of(bryn), "Carys Rees"))
    await world.advance(hours=3)  # every step of every ladder
    carys = world.phone("Carys Rees")
    carys.heard_nothing()
    await carys.says("/status")
    status = carys.unaccounted()[-1].text
    assert status == "Open: 0. Past the bell: 0. At the MASH desk: 0."
    await carys.says("/triage")
    assert reference not in "".join(message.text for message in carys.unaccounted())
    world.everyone_is_accounted_for()
    await world.phone("Coordinator").says("/status")
    assert reference in world.phone("Coordinator").unaccounted()[-1].text
    desk = world.phone("Desk")
    await desk.says("/triage")
    card = desk.expects("triage")
    await desk.opens(card)
    await desk.press(SOMEBODY_ELSE, card)
    await world.advance(minutes=31)  # the next reminder
    carys.expects("escalation")
    world.everyone_is_accounted_for()


async def test_who_is_named_at_the_desk_is_not_asked(world: World, bryn: School) -> None:
    await world.person("Gwen Price", Role.MASH_DESK, everywhere=True)
    await world.police.send(naming(child_of(bryn), "Gwen Price"))
    sian(world).expects("alert")
    gwen = world.phone("Gwen Price")
    gwen.heard_nothing()
    await finds_nothing(world, gwen, (1, 2, 404))
    await gwen.says("/triage")
    assert gwen.unaccounted()[-1].text == "Nothing waits at the MASH desk."
    await gwen.says("/status")
    assert gwen.unaccounted()[-1].text.startswith("Open: 0. Past the bell: 0. At the MASH desk: 0.")
    await desk_says(world, SOMEBODY_ELSE)
    world.everyone_is_accounted_for()


async def test_while_an_id_holds_everyone_nobody_comes_back(world: World, bryn: School) -> None:
    first = naming(child_of(bryn), "Sian Evans") | {"exclude": ["nobody-knows"]}
    await world.police.send(first)
    desk = world.phone("Desk")
    cards = {(await desk.opens(card)): card for card in [desk.expects("triage") for _ in "ab"]}
    same = next(card for said, card in cards.items() if "Member of staff" in said)
    whom = next(card for said, card in cards.items() if "Member of staff" not in said)
    await desk.press(SOMEBODY_ELSE, same)
    sian(world).heard_nothing()
    await desk.press("Nobody here: send to all", whom)
    sian(world).expects("alert")
    world.everyone_is_accounted_for()


async def test_a_question_that_a_coordinator_closed_still_holds(world: World, bryn: School) -> None:
    first = naming(child_of(bryn), "Sian Evans")
    reference = await world.police.send(first)
    world.phone("Owen").expects("alert")
    await close(world.ctx, reference, "settled by telephone", "coordinator")
    await world.police.send(first | {"circumstances": "More."})
    await world.advance(minutes=5)
    await finds_nothing(world, sian(world), (1, 2, 404))
    sian(world).heard_nothing()
    world.everyone_is_accounted_for()


async def test_who_joins_the_school_later_is_compared_as_well(world: World, bryn: School) -> None:
    await world.police.send(naming(child_of(bryn), "Carys Rees"))
    sian(world).expects("alert")
    world.phone("Desk").heard_nothing()
    await world.person("Carys Rees", Role.DSP, schools=[bryn.code], enrolled=False)
    await world.settle()
    await world.enrol("Carys Rees")
    world.phone("Carys Rees").heard_nothing()
    await finds_nothing(world, world.phone("Carys Rees"), (1, 2, 404))
    await desk_says(world, SOMEBODY_ELSE)
    world.phone("Carys Rees").expects("alert")
    world.everyone_is_accounted_for()


async def test_of_a_notice_that_cannot_be_raised_its_coordinator_hears_no_alarm(
    world: World, bryn: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.person("Carys Rees", Role.COORDINATOR, everywhere=True)

    def poisoned(*_: Any) -> Any:
        raise LookupError

    world.expected_errors.append("raising failed")
    with monkeypatch.context() as patch:
        patch.setattr(raise_alerts, "place", poisoned)
        reference = await world.police.send(naming(child_of(bryn), "Carys Rees"))
        await world.advance(minutes=1)
        assert reference in world.phone("Coordinator").expects("alarm").text
    await world.advance(minutes=10)
    world.phone("Carys Rees").heard_nothing()
    sian(world).expects("alert")
    world.everyone_is_accounted_for()


async def test_a_word_that_waits_is_not_sent_to_who_is_named_meanwhile(
    world: World, bryn: School
) -> None:
    first = child_of(bryn)
    reference = await world.police.send(first)
    sian(world).expects("alert")
    await hold_back(world, minutes=1)
    await world.police.withdraw(reference)
    await world.police.send(naming(first, "Sian Evans"))
    await world.advance(minutes=5)
    world.phone("Owen").expects("alert")
    sian(world).heard_nothing()
    await finds_nothing(world, sian(world), (1, 2, 404))
    world.everyone_is_accounted_for()


async def test_who_left_and_came_back_is_held_still(world: World, bryn: School) -> None:
    first = naming(child_of(bryn), "Sian Evans")
    await world.police.send(first)
    world.phone("Owen").expects("alert")
    gone = world._people["siân-evans"]
    await world.leaves("Siân-Evans")
    await world.police.send(first | {"circumstances": "More."})
    world._people[gone.id] = gone
    await world._import()
    await world.enrol("Siân Evans")
    await finds_nothing(world, sian(world), (1, 2, 404))
    sian(world).heard_nothing()
    world.everyone_is_accounted_for()
