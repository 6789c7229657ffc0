"""Each school is told of its own children only, and of no other school."""

from bot.domain.people import Role
from bot.domain.school import Phase
from tests.builders import child, child_of, notice
from tests.world import World


async def test_siblings_at_three_schools_are_each_seen_by_their_own_school_alone(
    world: World,
) -> None:
    await world.without_nurses()
    schools = {
        "Mair": await world.school("Ysgol Bryn", dsp="Mair"),
        "Rhys": await world.school("Roath Primary School", dsp="Rhys"),
        "Carys": await world.school("Parc Nursery", dsp="Carys"),
    }
    names = {"Mair": "Sioned", "Rhys": "Gwilym", "Carys": "Heledd"}
    children = [child(schools[dsp], given_name=given) for dsp, given in names.items()]
    reference = await world.police.send(notice(*children))
    for dsp, own in names.items():
        phone = world.phone(dsp)
        view = await phone.opens(phone.expects("alert"))
        assert own in view
        assert not [given for given in names.values() if given != own and given in view]
        assert not [s.name for d, s in schools.items() if d != dsp and s.name in view]
        assert "Another setting has been told of this as well." in view
    account = await world.police.account(reference)
    assert sorted(a["school"] for a in account["alerts"]) == sorted(
        school.code for school in schools.values()
    )
    assert len({a["deadline_at"] for a in account["alerts"]}) == 1


async def test_a_view_does_not_speak_of_another_setting_where_none_was_told(world: World) -> None:
    await world.without_nurses()
    bryn = await world.school("Ysgol Bryn", dsp="Mair")
    empty = await world.school("Roath Primary School")  # nobody there who could be told
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await world.police.send(notice(child(bryn), child(empty)))
    mair = world.phone("Mair")
    assert "Another setting" not in await mair.opens(mair.expects("alert"))
    world.phone("Coordinator").expects("gap")


async def test_a_child_registered_at_two_schools_is_a_duty_of_both(world: World) -> None:
    await world.without_nurses()
    bryn = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair")
    pru = await world.school("Porth Awel PRU", bell="09:30", dsp="Rhys", phase=Phase.PRU)
    both = [{"code": bryn.code, "name": bryn.name}, {"name": "Pupil Referral Unit, Porth Awel"}]
    reference = await world.police.send(notice(child(given_name="Sioned", schools=both)))
    for name in ("Mair", "Rhys"):
        phone = world.phone(name)
        view = await phone.opens(phone.expects("alert"))
        assert "Sioned" in view
    await world.phone("Mair").press("Acknowledge")
    account = await world.police.account(reference)
    assert {a["school"]: a["state"] for a in account["alerts"]} == {
        bryn.code: "acknowledged",
        pru.code: "open",
    }
    assert len({a["deadline_at"] for a in account["alerts"]}) == 2


async def test_a_home_educated_child_and_one_on_no_roll_go_to_the_authoritys_setting(
    world: World,
) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.school("Home educated", dsp="Elin", phase=Phase.EHE, aliases=("not on roll", "EHE"))
    await world.police.send(notice(child() | {"school": {"name": "Home educated"}}))
    await world.police.send(notice(child() | {"school": {"name": "Not on roll"}}))
    world.phone("Elin").expects("alert")
    world.phone("Elin").expects("alert")
    world.nobody_else_heard_anything()


async def test_only_who_covers_several_schools_reads_which_one_it_is(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse_team="East")
    other = await world.school("Roath Primary School", nurse_team="East")
    await world.person("Trust", Role.DSP, schools=[school.code, other.code], order=2)
    await world.person("Nia", Role.SCHOOL_NURSE, teams=["East"])
    await world.police.send(child_of(school))
    assert "Ysgol Bryn" not in world.phone("Mair").expects("alert").text
    assert "Ysgol Bryn" in world.phone("Trust").expects("alert").text
    assert "Ysgol Bryn" in world.phone("Nia").expects("alert").text


async def test_everyone_in_the_role_is_told_and_the_order_only_orders_the_sends(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn")
    for name, order in (("Third", 3), ("First", 1), ("Second", 2)):
        await world.person(name, Role.DSP, schools=[school.code], order=order)
    await world.advance(seconds=5)  # their welcomes no longer hold up their chats
    await world.police.send(child_of(school))
    cards = {name: world.phone(name).expects("alert") for name in ("First", "Second", "Third")}
    sent = [card.message_id for card in cards.values()]
    assert sent == sorted(sent)
