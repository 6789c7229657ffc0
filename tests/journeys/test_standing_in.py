"""Away, and who stands in: asked by name, only once they have said so, and no longer than that."""

from datetime import date, timedelta

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.absent import add
from bot.flow.leave import leave
from bot.sandbox.presses import Press
from tests.builders import at, child, child_of, notice
from tests.world import World

TUESDAY, WEDNESDAY = date(2026, 11, 17), date(2026, 11, 18)


def said(press: Press) -> str:
    assert press.answer is not None
    return press.answer.text


async def bryn(world: World) -> School:
    """Ysgol Bryn with Mair, and Owen as her deputy; a coordinator."""
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def asks_owen(world: World, days: str = "16.11.-17.11.") -> None:
    mair = world.phone("Mair")
    await mair.says(f"/away {days}")
    offer = mair.expects("answer.away_set")
    await mair.press("Owen", offer)


async def accepts(world: World, name: str = "Owen") -> None:
    phone = world.phone(name)
    await phone.press("I will", phone.expects("absence.question"))
    world.phone("Mair").expects("absence.accepted")


async def test_who_said_that_they_stand_in_takes_the_notice_on_as_the_one_who_is_away(
    world: World,
) -> None:
    school = await bryn(world)
    await asks_owen(world)
    await accepts(world)
    reference = await world.police.send(child_of(school, given_name="Sioned"))
    owen = world.phone("Owen")
    card = owen.expects("alert")
    world.phone("Mair").heard_nothing()
    assert "Sioned" in await owen.opens(card)
    await owen.press("Acknowledge")
    [alert] = (await world.police.account(reference))["alerts"]
    assert alert["state"] == "acknowledged"
    assert [one["role"] for one in alert["recipients"]] == ["dsp"]


async def test_until_somebody_has_accepted_nobody_stands_in(world: World) -> None:
    school = await bryn(world)
    await asks_owen(world)
    world.phone("Owen").expects("absence.question")
    await world.police.send(child_of(school))
    # The ladder finds nobody at its first step: the deputy's own step comes at once, as ever.
    [told] = world.phone("Owen").unaccounted()
    assert told.text.startswith("ENC-")
    world.everyone_is_accounted_for()


async def test_a_cover_of_another_school_has_the_years_of_who_is_away_and_no_others(
    world: World,
) -> None:
    await world.without_nurses()
    await world.authority()
    glan = await world.school("Ysgol Glan")
    await world.person("Mair", Role.DSP, schools=[glan.code], years=[7, 8])
    await world.person("Other", Role.DSP, schools=[glan.code], years=[10])
    await world.school("Ysgol Môr", dsp="Rhys")
    await world.phone("Coordinator").says("/absent mair 16.11.-17.11.")
    world.phone("Coordinator").expects("absence.written")
    world.phone("Mair").expects("absence.by_coordinator")
    await add(world.ctx, "mair", date(2026, 11, 16), TUESDAY, "rhys", "command line")
    await world.settle()
    world.phone("Mair").expects("absence.by_coordinator")
    rhys = world.phone("Rhys")
    question = rhys.expects("absence.question")
    assert "Ysgol Glan" in question.text
    await rhys.press("I will", question)
    world.phone("Mair").expects("absence.accepted")
    await world.police.send(
        notice(
            child(glan, given_name="Sioned", year_group=7),
            child(glan, given_name="Gwilym", year_group=10),
        )
    )
    card = rhys.expects("alert")
    assert "Ysgol Glan" in card.text  # who covers several is told which one is meant
    view = await rhys.opens(card)
    assert ["Sioned" in view, "Gwilym" in view] == [True, False]
    world.phone("Other").expects("alert")
    await rhys.press("Acknowledge", card)
    rhys.shows("card.you_acknowledged_others_owe")


async def test_who_declines_is_not_asked_again_and_another_can_be(world: World) -> None:
    school = await bryn(world)
    await world.person("Nest", Role.DEPUTY_DSP, schools=[school.code])
    await asks_owen(world, "18.11.")
    owen, mair = world.phone("Owen"), world.phone("Mair")
    await owen.press("I cannot", owen.expects("absence.question"))
    again = mair.expects("absence.declined")
    assert [b.text for row in again.buttons for b in row] == ["Nest"]
    await mair.press("Nest", again)
    world.phone("Nest").expects("absence.question")
    assert "already" in said(await mair.press("Nest", again))
    # The other deputy is there on that day: nothing for the coordinator to do.


async def test_a_question_that_nobody_answers_is_over_the_evening_before(world: World) -> None:
    await bryn(world)
    await world.advance_to(at("15:00"))
    world.everyone_is_accounted_for()
    await asks_owen(world, "17.11.")
    question = world.phone("Owen").expects("absence.question")
    await world.advance_to(at("18:00"))
    world.phone("Mair").expects("absence.not_answered")
    assert "over" in said(await world.phone("Owen").press("I will", question))


async def test_the_coordinators_hear_at_once_whom_a_refusal_leaves_without_anybody(
    world: World,
) -> None:
    school = await bryn(world)
    await world.change("Owen", role=Role.DSP)
    await world.phone("Owen").says("/away 18.11.")
    offer = world.phone("Owen").expects("answer.away_set")
    await world.phone("Owen").press("Mair", offer)
    mair = world.phone("Mair")
    question = mair.expects("absence.question")
    await mair.says("/away 18.11.")
    mair.expects("answer.away_set")
    world.phone("Coordinator").expects("absence.nobody_stands_in")  # of Mair: nobody could be asked
    await mair.press("I cannot", question)
    world.phone("Owen").expects("absence.declined")
    told = world.phone("Coordinator").expects("absence.nobody_stands_in")
    assert school.name in told.text


async def test_at_midnight_the_cover_hears_what_is_open_and_in_the_end_who_was_away(
    world: World,
) -> None:
    school = await bryn(world)
    await asks_owen(world, "17.11.")
    await accepts(world)
    await world.advance_to(at("20:00"))
    world.everyone_is_accounted_for()
    await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    await world.advance_to(at("00:00", TUESDAY))
    owen = world.phone("Owen")
    card = owen.expects("alert")
    await world.advance_to(at("00:00", TUESDAY) + timedelta(minutes=5))
    await owen.opens(card)
    await owen.press("Acknowledge", card)
    owen.shows("card.you_acknowledged")
    world.everyone_is_accounted_for()
    # Another comes in while she is away; on her first day back she hears of what is open still.
    await world.police.send(child_of(school, given_name="Second"))
    second = owen.expects("alert")
    world.phone("Mair").heard_nothing()
    await world.advance_to(at("00:00", WEDNESDAY))
    newest = world.phone("Mair").unaccounted()
    assert [m.text.split()[0] for m in newest] == [second.text.split()[0]]
    world.everyone_is_accounted_for()


async def test_coming_back_early_ends_the_cover_and_its_buttons(world: World) -> None:
    school = await bryn(world)
    await asks_owen(world)
    await accepts(world)
    await world.police.send(child_of(school, year_group=3))
    owen, mair = world.phone("Owen"), world.phone("Mair")
    card = owen.expects("alert")
    await mair.says("/away")
    stands = mair.expects("answer.away_set")
    assert "Owen" in stands.text
    [[button]] = stands.buttons
    assert said(await mair.press(button.text, stands)).startswith("It is over")
    mair.expects("alert")
    owen.expects("absence.no_longer")
    await mair.press("Acknowledge")
    assert "Mair" in card.text


async def test_a_cover_who_leaves_ends_the_cover_and_raises_the_gap(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    glan = await world.school("Ysgol Glan", dsp="Mair")
    await world.school("Ysgol Môr", dsp="Rhys", deputy="Owen")
    await add(world.ctx, "mair", date(2026, 11, 17), WEDNESDAY, "rhys", "command line")
    await world.settle()
    world.phone("Mair").expects("absence.by_coordinator")
    rhys = world.phone("Rhys")
    await rhys.press("I will", rhys.expects("absence.question"))
    world.phone("Mair").expects("absence.accepted")
    await leave(world.ctx, "rhys", "command line")
    await world.settle()
    world.phone("Mair").expects("absence.cannot_any_more")
    told = [m.text for m in world.phone("Coordinator").unaccounted()]
    assert any(glan.name in text for text in told)
    world.everyone_is_accounted_for()


async def test_who_stands_in_never_hears_of_what_they_are_excluded_from(world: World) -> None:
    school = await bryn(world)
    await asks_owen(world)
    await accepts(world)
    await world.police.send(child_of(school) | {"exclude": ["owen"]})
    world.phone("Owen").heard_nothing()
    world.phone("Safeguarding").expects("escalation")
    world.everyone_is_accounted_for()


async def test_nobodys_place_is_taken_in_what_they_are_excluded_from(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    glan = await world.school("Ysgol Glan", dsp="Mair")
    await world.school("Ysgol Môr", dsp="Rhys")
    await add(world.ctx, "mair", date(2026, 11, 16), WEDNESDAY, "rhys", "command line")
    await world.settle()
    world.phone("Mair").expects("absence.by_coordinator")
    rhys = world.phone("Rhys")
    await rhys.press("I will", rhys.expects("absence.question"))
    world.phone("Mair").expects("absence.accepted")
    await world.police.send(child_of(glan) | {"exclude": ["mair"]})
    rhys.heard_nothing()
    world.everyone_is_accounted_for()


async def test_the_first_nurse_claims_it_and_the_second_hears_who_has_it(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.person("Non", Role.SCHOOL_NURSE, teams=[school.nurse_team])
    await world.police.send(child_of(school))
    nia, non = world.phone("Nia"), world.phone("Non")
    mine, theirs = nia.expects("alert"), non.expects("alert")
    pressed = theirs.buttons
    await nia.press("Acknowledge", mine)
    non.shows("card.other_acknowledged")
    assert "Nia" in theirs.text
    [data] = [b.data for row in pressed for b in row if b.text == "Acknowledge"]
    answer = await non.press_data(data or "", theirs)
    assert "Nia" in said(answer)
    world.phone("Mair").expects("alert")  # the school's own duty stands
