"""Ask a question: two presses, an owner at the MASH desk, an answer that returns to who asked and
to the record; nothing of it in a chat but that there is one."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.domain.subject_access import WITHHELD, Subject
from bot.flow.account import line_of_time, of_reference
from bot.flow.answer_question import answer_question
from bot.flow.close import close
from bot.flow.ledger import disclosed
from bot.flow.report import report
from bot.flow.subject_access import make
from tests.builders import MONDAY, at, child, child_of, notice
from tests.journeys.asking import asks, buttons, said, to_the_desk
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def test_a_question_goes_to_the_desk_and_its_answer_returns_to_who_asked(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn, seen="not_recorded"))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    assert said(await asks(mair, card)) == "Choose what to ask."
    assert buttons(card) == [
        "Present?", "Seen?", "Spoken to?", "What was said?", "Any action taken?",
        "Conditions that touch school?", "Who is the social worker?", "Something else", "Back",
    ]  # fmt: skip
    press = await mair.press("Seen?", card)
    assert said(press) == "Asked. An answer is due by 11:00, Monday 16 November."
    assert "Open details" in buttons(card), "the list is gone again"

    asked = desk.expects("card.question")
    assert reference in asked.text
    assert "seen" not in asked.text.casefold()
    assert buttons(asked) == ["Open details", "Take it"]
    await desk.press("Take it", asked)
    desk.shows("card.question_yours")
    view = await desk.opens(asked)
    assert "Was the child seen?" in view
    assert "Asked by Mair, " in view
    assert "Synthetic Pupil" in view
    await desk.press("No", asked)
    desk.shows("card.question_answered")
    assert buttons(asked) == ["Open details"]

    answered = mair.expects("card.answered")
    assert reference in answered.text
    view = await mair.opens(answered)
    assert "Seen: not recorded (the MASH desk, 07:00, Monday 16 November: no)" in view
    assert "Was the child seen? Answer, 07:00, Monday 16 November: no" in view
    trail = [line["action"] for line in await line_of_time(world.ctx, reference)]
    assert [action for action in trail if action.startswith("question:")] == [
        "question:asked", "question:taken", "question:answered",
    ]  # fmt: skip
    opened = await disclosed(world.ctx, reference)
    assert [("answers" in line.fields, line.leg) for line in opened] == [
        (True, "question"), (True, "school"),
    ]  # fmt: skip
    await mair.press("Acknowledge", card)
    await world.advance(hours=6)
    world.nobody_else_heard_anything()


async def test_unanswered_it_reminds_its_owner_and_climbs_to_the_coordinator_until_it_is_closed(
    world: World, bryn: School
) -> None:
    await world.person("Second", Role.MASH_DESK, everywhere=True)
    reference = await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    asked = await to_the_desk(world, card)
    others = world.phone("Second").expects("card.question")
    await desk.press("Take it", asked)
    assert "is with Desk" in others.text
    assert said(await world.phone("Second").press("Take it", others)) == "This is with Desk."

    await world.advance_to(at("10:29"))
    world.nobody_else_heard_anything()
    await world.advance_to(at("10:31"))
    desk.expects("card.question_yours")
    world.nobody_else_heard_anything()
    await world.advance_to(at("11:01"))
    told = world.phone("Coordinator").expects("question_stands.heading")
    assert reference in told.text
    assert "Bryn" not in told.text
    await world.advance_to(at("12:02"))
    again = world.phone("Coordinator").expects("question_stands.heading")
    assert "nobody has given one" in again.text

    await close(world.ctx, reference, "answered by telephone", "coordinator")
    await world.settle()
    mair.expects("card.question_over")
    desk.expects("card.question_over")
    [line] = await world.trail(reference, "question:closed")
    assert line["reason"] == "answered by telephone"
    assert (await of_reference(world.ctx, reference))["state"] == "raised"
    await world.advance(hours=3)
    world.nobody_else_heard_anything()


async def test_who_asks_what_stands_already_hears_so_and_gets_the_answer_too(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    await world.advance(minutes=50)
    mair, owen, desk = world.phone("Mair"), world.phone("Owen"), world.phone("Desk")
    card, others = mair.expects("alert"), owen.expects("alert")
    await mair.press("Acknowledge", card)
    asked = await to_the_desk(world, card, "Present?")
    press = await asks(owen, others, "Present?")
    assert said(press) == "This is asked already. You will be told of the answer as well."
    assert said(await asks(mair, card, "Present?")) == said(press)
    desk.heard_nothing()
    await desk.opens(asked)
    await desk.press("Yes", asked)
    for phone in (mair, owen):
        answer = phone.expects("card.answered")
        assert "Present: not recorded (the MASH desk, " in await phone.opens(answer)
    world.nobody_else_heard_anything()


async def test_a_nurse_asks_and_reads_what_her_role_may_and_nothing_else(world: World) -> None:
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(child_of(school))
    mair, nia, desk = world.phone("Mair"), world.phone("Nia"), world.phone("Desk")
    card, hers = mair.expects("alert"), nia.expects("alert")
    await nia.press("Ask a question", hers)
    assert "What was said?" not in buttons(hers)
    assert "Any action taken?" not in buttons(hers)
    await nia.press("Who is the social worker?", hers)
    of_nurse = desk.expects("card.question")
    of_school = await to_the_desk(world, card, "Any action taken?")
    both = await to_the_desk(world, card, "Seen?")
    assert said(await asks(nia, hers, "Seen?")).startswith("This is asked already.")
    for asked, answer in ((of_nurse, "Will ring you"), (of_school, "Yes"), (both, "No")):
        await desk.opens(asked)
        await desk.press(answer, asked)
    for phone in (mair, nia, mair, nia):
        phone.expects("card.answered")
    hers_now, schools = await nia.opens(hers), await mair.opens(card)
    assert "the desk will ring" in hers_now
    assert "Was there an arrest?" not in hers_now
    assert "the desk will ring" not in schools
    assert "Was there an arrest? Answer, 07:00" in schools
    assert all("Was the child seen? Answer" in view for view in (hers_now, schools))
    await mair.press("Acknowledge", card)
    await nia.press("Acknowledge", hers)


async def test_of_several_children_it_is_said_first_which(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn), child(bryn)))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    await mair.press("Ask a question", card)
    assert buttons(card) == ["About child 1", "About child 2", "About all of it", "Back"]
    await mair.press("About child 2", card)
    assert "Any action taken?" not in buttons(card)
    await mair.press("Seen?", card)
    view = await desk.opens(desk.expects("card.question"))
    assert "Child 2: Was the child seen?" not in view, "the desk is shown this child alone"
    assert "Was the child seen?" in view
    await mair.press("Acknowledge", card)
    await asks(mair, card, "About child 1", "Seen?")
    desk.expects("card.question")


async def test_what_was_not_recorded_has_a_button_of_its_own_in_the_opened_view(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn, present="yes", seen="not_recorded"))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    await mair.opens(card)
    assert "Seen?" in buttons(card)
    assert "Present?" not in buttons(card)
    assert len([b for b in buttons(card) if b.endswith("?")]) == 4
    await mair.press("Seen?", card)
    desk.expects("card.question")
    await mair.opens(card)
    assert "Seen?" not in buttons(card), "it is asked"
    await mair.press("Acknowledge", card)


@pytest.mark.parametrize(
    "data",
    ["q:1:1:99", "q:1:7:1", "q:1:0:1", "q:2", "q:2:0:1", "q:77:1:1", "s:1:0", "s:77:0", "i:1",
     "i:77", "a:2", "c:2", "n:2", "t:2:0"],
)  # fmt: skip
async def test_a_forged_press_asks_takes_and_answers_nothing(
    world: World, bryn: School, data: str
) -> None:
    await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    asked = await to_the_desk(world, card)
    for phone, on in ((mair, card), (desk, asked), (world.phone("Coordinator"), None)):
        if phone is desk and data.startswith(("s:2", "i:2")):
            continue
        press = await phone.press_data(data, on)
        assert said(press) == "There is nothing here.", phone.name
    await mair.press("Acknowledge", card)


async def test_an_answer_that_is_none_to_this_question_is_refused(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    asked = await to_the_desk(world, card, "What was said?")
    for number in (0, 4, 9):  # yes; in words, without any; none at all
        press = await desk.press_data(f"s:2:{number}", asked)
        assert said(press) == "Choose an answer, or write one."
    await desk.press_data("s:2:3", asked)
    mair.expects("card.answered")
    again = await desk.press_data("s:2:2", asked)
    assert said(again) == "This question no longer stands."
    await mair.press("Acknowledge", card)


async def test_the_answer_is_reported_with_its_time_and_drills_are_not(
    world: World, bryn: School
) -> None:
    for minutes in (10, 20, 60):
        await world.police.send(child_of(bryn))
        mair, desk = world.phone("Mair"), world.phone("Desk")
        card = mair.expects("alert")
        asked = await to_the_desk(world, card)
        await desk.opens(asked)
        await world.advance(minutes=minutes)
        await mair.press("Acknowledge", card)
        await desk.opens(asked)
        await desk.press("No", asked)
        world.everyone_is_accounted_for()
    figures: dict[str, Any] = await report(world.ctx, MONDAY, MONDAY)
    assert figures["questions asked"] == 3
    assert figures["questions answered"] == 3
    assert figures["minutes until a question was answered, median"] == 20
    assert figures["minutes until a question was answered, nine in ten"] == 60
    assert figures["questions open"] == 0
    assert figures["alerts raised"] == 3
    tomorrow = MONDAY + timedelta(days=1)
    assert (await report(world.ctx, tomorrow, tomorrow))["questions asked"] == 0


async def test_a_childs_copy_holds_what_was_asked_and_no_free_text_unless_two_agreed(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn, given_name="Ela", family_name="Synthetic"))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await to_the_desk(world, card)
    await to_the_desk(world, card, "Any action taken?")
    await answer_question(world.ctx, "desk", 2, 1, "Her-sister was not")
    await answer_question(world.ctx, "desk", 3, 0)
    await world.settle()
    made = await make(world.ctx, Subject("Ela Synthetic", date(2016, 3, 1)))
    [held] = json.loads(made.as_json)["notices"]
    first, second = held["questions"]
    assert (first["question"], first["answer"], first["text"]) == ("seen", "no", WITHHELD)
    assert (second["question"], second["answer"]) == ("arrest", WITHHELD)
    assert b"Her-sister" not in made.as_json + made.as_html
    assert b"Was the child seen?" in made.as_html
    await mair.press("Acknowledge", card)
    world.everyone_is_accounted_for()


async def test_a_coordinator_sees_that_questions_stand_and_nothing_of_them(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await to_the_desk(world, card)
    await world.phone("Coordinator").says("/status")
    told = world.phone("Coordinator").expects("answer.status")
    assert "Questions that wait: 1." in told.text
    assert "At the MASH desk: 0." in told.text
    await mair.press("Acknowledge", card)
