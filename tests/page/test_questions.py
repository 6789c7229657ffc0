"""Questions on the secure page: one press asks, each *not recorded* has a button of its own, and
the desk may write what a press cannot say. What is written stands on the page alone."""

import pytest
from sqlalchemy import select

from bot.domain.asking import MOST_WORDS
from bot.domain.school import School
from bot.flow.account import line_of_time
from bot.store.tables import metadata, questions
from tests.builders import child_of
from tests.page.reader import Reader
from tests.world import World

CANARY = "Canary-words <b>of</b> the desk & so on"


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    return school


async def test_a_question_is_asked_and_answered_in_words_and_no_chat_holds_one_of_them(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    await reader.press("Who is the social worker?")
    assert reader.shows("Asked. An answer is due by 11:00")
    asked = desk.expects("card.question")
    answering = await Reader.of(world, desk, asked)
    assert answering.shows("Who is the social worker?", "Asked by Mair, ")
    await answering.press("Take it")
    assert answering.shows("You have it.")
    await answering.get("/alert/2")
    assert ">Take it</button>" not in answering.page
    await answering.press("Send the answer", text=CANARY)
    assert answering.shows("Answered. Thank you.")

    answered = mair.expects("card.answered")
    again = await Reader.of(world, mair, answered)
    assert again.shows(f"Who is the social worker? Answer, 07:00, Monday 16 November: {CANARY}")
    assert "<b>of</b>" not in again.response.text
    await mair.press("Acknowledge", card)
    for phone in world.sandbox.phones.values():
        said = [(v.text, str(v.buttons)) for m in phone.received for v in m.history]
        assert "Canary" not in str(said)
    async with world.ctx.store.reading() as tx:
        held = {
            name
            for name, table in metadata.tables.items()
            if "Canary" in str(list(await tx.all(select(table))))
        }
    assert held == {"questions"}
    assert "Canary" not in str(await line_of_time(world.ctx, reference))


async def test_each_field_that_was_not_recorded_has_a_button_of_its_own(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn, present="yes"))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    labels = reader.page.split("<dl>")[1].split("</dl>")[0]
    assert 'aria-label="Was the child seen?"' in labels
    assert 'aria-label="What is not recorded: Language?"' in labels
    assert 'aria-label="Was the child present?"' not in labels
    before = reader.page.count("Ask about this")
    await reader.press("Ask about this")
    desk.expects("card.question")
    await reader.get("/alert/1")
    assert reader.page.count("Ask about this") == before - 1
    assert reader.shows("An answer is due by 11:00")
    await mair.press("Acknowledge", card)


async def test_what_the_set_has_no_question_for_is_written_and_read_by_the_desk(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    await reader.press("Ask a question", text=f"Who collects? {CANARY}")
    answering = await Reader.of(world, desk, desk.expects("card.question"))
    assert answering.shows(f"Another question: Who collects? {CANARY}")
    await answering.press("Will ring you", text="at nine")
    again = await Reader.of(world, mair, mair.expects("card.answered"))
    assert again.shows("the desk will ring at nine")
    await mair.press("Acknowledge", card)


async def test_too_long_or_no_words_at_all_are_one_sentence_and_nothing_is_written(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    await reader.press("Ask a question", text="é" * (MOST_WORDS + 1))
    assert reader.shows("That is too long: 2,000 characters at most.")
    desk.heard_nothing()
    await reader.get("/alert/1")
    await reader.press("Was the child seen?")
    answering = await Reader.of(world, desk, desk.expects("card.question"))
    for text, says in (("", "Choose an answer, or write one."), ("🙂" * 2001, "That is too long")):
        await answering.press("Send the answer", text=text)
        assert answering.shows(says)
        await answering.get("/alert/2")
    async with world.ctx.store.reading() as tx:
        [row] = await tx.all(select(questions))
    assert (row.answer, row.text, row.answered_at) == (None, None, None)
    await answering.press("Send the answer", text="🙂" * MOST_WORDS)
    assert answering.shows("Answered. Thank you.")
    mair.expects("card.answered")
    await mair.press("Acknowledge", card)


async def test_a_link_to_one_alert_asks_about_no_other(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card, other = mair.expects("alert"), mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    form = reader.page.split('name="form" value="')[1].split('"')[0]
    await reader.post("/alert/2/ask", {"form": form, "child": "1", "choice": "1"})
    assert reader.status == 404
    for path, fields in (
        ("ask", {"child": "9", "choice": "1"}), ("ask", {"child": "x"}), ("ask", {}),
        ("take", {}), ("reply", {"choice": "0"}),
    ):  # fmt: skip
        await reader.post(f"/alert/1/{path}", {"form": form, **fields})
        assert reader.shows("There is nothing here."), path
    world.phone("Desk").heard_nothing()
    for each in (card, other):
        await mair.press("Acknowledge", each)
