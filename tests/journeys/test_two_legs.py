"""A school leg and a nurse leg: two duties, each with its own answer and its own ladder."""

from bot.domain.people import Role
from tests.builders import WHOLE, WHOLE_CHILD, at, child, child_of, notice
from tests.world import World


async def test_an_answer_on_one_leg_never_stops_the_other(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.person("Lead", Role.NURSE_LEAD, everywhere=True)
    reference = await world.police.send(child_of(school))
    mair, nia = world.phone("Mair"), world.phone("Nia")
    mair.expects("alert")
    nia.expects("alert")
    await mair.press("Acknowledge")
    states = {a["leg"]: a["state"] for a in (await world.police.account(reference))["alerts"]}
    assert states == {"school": "acknowledged", "nurse": "open"}
    await world.advance_to(at("12:50"))  # four hours after the bell
    world.phone("Lead").expects("alert")
    await nia.press("Acknowledge")
    states = {a["leg"]: a["state"] for a in (await world.police.account(reference))["alerts"]}
    assert states == {"school": "acknowledged", "nurse": "acknowledged"}
    await world.advance(hours=8)
    mair.expects("plan")  # once; the nurse owes none
    world.nobody_else_heard_anything()


async def test_a_dsp_cannot_answer_for_the_nurse_nor_a_nurse_for_the_school(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    reference = await world.police.send(child_of(school))
    mairs, nias = world.phone("Mair").expects("alert"), world.phone("Nia").expects("alert")
    theirs, hers = ([button.data or "" for (button,) in card.buttons[1:]] for card in (mairs, nias))
    assert len(theirs) == 4  # theirs, a question, not theirs, and that they cannot act
    assert len(hers) == 5  # and that there is no health need
    for name, foreign in (("Mair", hers), ("Nia", theirs)):
        for data in foreign:
            press = await world.phone(name).press_data(data)
            assert press.answer is not None
            assert press.answer.text == "There is nothing here."
    account = await world.police.account(reference)
    assert [alert["state"] for alert in account["alerts"]] == ["open", "open"]


async def test_the_nurses_bell_is_the_schools_and_her_team_covers_all_its_schools(
    world: World,
) -> None:
    bryn = await world.school("Ysgol Bryn", bell="08:30", nurse_team="East")
    roath = await world.school("Roath Primary School", bell="09:10", nurse_team="East")
    await world.person("Nia", Role.SCHOOL_NURSE, teams=["East"])
    await world.policy({"[policies.school]": "[policies.school]\nenabled = false"})
    reference = await world.police.send(notice(child(bryn), child(roath)))
    nia = world.phone("Nia")
    first, second = nia.expects("alert"), nia.expects("alert")
    assert ["Ysgol Bryn" in first.text, "Roath Primary School" in second.text] == [True, True]
    deadlines = [a["deadline_at"] for a in (await world.police.account(reference))["alerts"]]
    assert deadlines == [at("08:30").isoformat(), at("09:10").isoformat()]


async def test_each_leg_opens_its_own_view_of_one_incident(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    mair, nia = world.phone("Mair"), world.phone("Nia")
    school_view = await mair.opens(mair.expects("alert"))
    nurse_view = await nia.opens(nia.expects("alert"))
    for seen_by_both in ("Canary-given Canary-family", "canary-risk", "Canary-disability"):
        assert seen_by_both in school_view
        assert seen_by_both in nurse_view
    for schools_own in ("Canary-circumstances", "Canary-voice", "Canary-action"):
        assert schools_own in school_view
        assert schools_own not in nurse_view
    for nurses_own in ("Canary-health", "Canary-nhs"):
        assert nurses_own in nurse_view
        assert nurses_own not in school_view
    for desks_own in ("Canary-location", "Canary-adult", "Canary-ethnicity"):
        assert desks_own not in school_view
        assert desks_own not in nurse_view


async def test_a_leg_that_the_partnership_switched_off_brings_no_alert(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.without_nurses()
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    account = await world.police.account(reference)
    assert [alert["leg"] for alert in account["alerts"]] == ["school"]
    world.nobody_else_heard_anything()
