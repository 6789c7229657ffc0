"""Callback data is the presser's to choose, and buttons live for ever: what is not theirs looks
exactly like what does not exist, and a press that may do nothing does nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.people import Role, Scope
from bot.flow.close import close
from bot.flow.hear import store_updates
from bot.sandbox.chats import ChatMessage
from bot.store.tables import metadata
from tests.builders import child, child_of, notice
from tests.world import Phone, World

NOTHING = "There is nothing here."
VERBS = (
    "o:{}", "p:{}:0", "a:{}", "t:{}:0", "n:{}", "n:{}:1", "k:{}", "k:{}:0", "u:{}", "w:{}",
    "w:{}:1", "y:{}",
)  # fmt: skip
FORGED = (
    "", "x", ":", "o", "o:", "a:", "o:1:", "o:-1", "a:-1", "o:0", "a:0", "o:1.0", "o: 1", "a:1 ",
    "o:+1", "o:0x1", "o:¹", "a:١", "o:999999999999999999", "a:9223372036854775808", "l:", "l:fr",
    "t:1", "t:1:", "t:1:-1", "h:", "a:1:1", "O:1", "o:1;drop table alerts", "o:\u202e1",
    "🙂" * 16, "x" * 64, "o:" + "9" * 62, "p:1:" + "9" * 60, "l:en:cy",
    "n:", "n:1:", "n:1:9", "n:1:1:1", "n:0:1", "k:", "k:1:", "k:1:4", "k:1:0:0", "u:", "u:1:1",
    "w:", "w:1", "w:1:1", "y:", "y:1", "y:1:1",
)  # fmt: skip
OF_THE_CHAT = {"telegram_updates", "leases"}


async def everything(world: World) -> dict[str, list[Any]]:
    """All that the database holds, but for what was heard itself."""
    async with world.ctx.store.reading() as tx:
        return {
            name: sorted(map(str, await tx.all(select(table))))
            for name, table in metadata.tables.items()
            if name not in OF_THE_CHAT
        }


async def answer_to(phone: Phone, data: str, message: ChatMessage | None = None) -> str:
    press = await phone.press_data(data, message)
    assert press.answer is not None, f"the press {data!r} was never answered"
    return press.answer.text


async def finds_nothing(world: World, phone: Phone, numbers: tuple[int, ...]) -> None:
    """Whatever they press about these alerts is answered as if those did not exist, and changes
    nothing; `numbers` may name absent ones."""
    card = phone.sandbox.last
    before = await everything(world)
    for number in numbers:
        for verb in VERBS:
            assert await answer_to(phone, verb.format(number), card) == NOTHING, (verb, number)
    assert await everything(world) == before


@pytest.fixture
async def told(world: World) -> World:
    """Mair and Nia have a card each of alerts 1 and 2; Rhys, of another school, has nothing."""
    bryn = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.school("Roath Primary School", dsp="Rhys", nurse="Rhodri")
    await world.police.send(child_of(bryn))
    world.phone("Mair").expects("alert")
    world.phone("Nia").expects("alert")
    return world


async def test_anothers_alert_looks_exactly_like_one_that_does_not_exist(told: World) -> None:
    await finds_nothing(told, told.phone("Rhys"), (1, 2, 404))


async def test_the_other_legs_alert_looks_like_one_that_does_not_exist(told: World) -> None:
    await finds_nothing(told, told.phone("Nia"), (1, 404))
    await finds_nothing(told, told.phone("Mair"), (2, 404))


async def test_a_coordinator_who_knows_of_an_alert_cannot_open_or_take_it(told: World) -> None:
    await told.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await told.person("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True)
    for name in ("Coordinator", "Safeguarding"):
        await finds_nothing(told, told.phone(name), (1, 2, 404))


async def test_forged_data_is_answered_and_changes_nothing(told: World) -> None:
    mair, card = told.phone("Mair"), told.phone("Mair").sandbox.last
    before = await everything(told)
    for data in FORGED:
        assert await answer_to(mair, data, card) == NOTHING, data
    assert await everything(told) == before


async def test_a_button_that_nobody_made_is_answered_in_the_readers_language(told: World) -> None:
    """In another one it would tell a made-up button from one that is somebody else's."""
    await told.change("Rhys", language="cy")
    for data in ("o:1", "o:404", "x", "l:fr", "o:1.0", ""):
        assert await answer_to(told.phone("Rhys"), data) == "Nid oes dim yma.", data


async def test_an_alert_of_ones_own_opens_on_its_own_card_and_on_no_other_persons(
    told: World,
) -> None:
    """The data names alert 1, the message is somebody else's number."""
    mair, nias_card = told.phone("Mair"), told.phone("Nia").sandbox.last
    assert nias_card is not None
    before = nias_card.text
    await answer_to(mair, "o:1", nias_card)
    await told.advance(seconds=2)
    assert nias_card.text == before
    assert await answer_to(told.phone("Rhys"), "h:1", nias_card) == NOTHING


async def test_hiding_needs_no_right_but_ones_own_card(told: World) -> None:
    mair, card = told.phone("Mair"), told.phone("Mair").sandbox.last
    assert card is not None
    await mair.press("Open details", card)
    await told.leaves("Mair")
    assert "Pupil" not in card.text
    assert await answer_to(told.phone("Nia"), "h:1", card) == NOTHING
    assert await answer_to(told.phone("Nia"), "h:404") == "Hidden."


async def test_a_press_without_a_message_is_answered(told: World) -> None:
    sender = {"id": told.phone("Rhys").sandbox.id, "is_bot": False, "first_name": "Rhys"}
    press = told.phone("Rhys").sandbox.press_data("o:1")
    query = {"id": press.id, "from": sender, "chat_instance": "1", "data": "a:1"}
    before = await everything(told)
    await store_updates(told.ctx, [{"update_id": 1, "callback_query": query}])
    await told.settle()
    assert (await press.answered()).text == NOTHING
    assert await everything(told) == before


async def test_who_has_left_the_directory_finds_nothing_on_the_buttons_they_still_have(
    told: World,
) -> None:
    card = told.phone("Mair").sandbox.last
    await told.leaves("Mair")
    before = await everything(told)
    for data in ("o:1", "a:1", "p:1:0", "h:1", "t:1:0", "l:cy", "o:404", "x"):
        assert await answer_to(told.phone("Mair"), data, card) == NOTHING, data
    assert await everything(told) == before


async def test_who_no_longer_has_the_school_finds_nothing(told: World) -> None:
    await told.has_a_successor("Mair")
    await told.change("Mair", scope=Scope(schools=frozenset({"9992002"})))
    await told.settle()
    await finds_nothing(told, told.phone("Mair"), (1, 404))


async def test_who_no_longer_has_the_role_finds_nothing(told: World) -> None:
    await told.has_a_successor("Mair")
    await told.change("Mair", role=Role.HEAD_TEACHER)
    await told.settle()
    await finds_nothing(told, told.phone("Mair"), (1, 404))


async def test_who_covers_other_years_finds_nothing(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.person("Sixth", Role.DSP, schools=[school.code], years=[12, 13])
    await world.police.send(child_of(school, year_group=7))
    world.phone("Mair").expects("alert")
    await finds_nothing(world, world.phone("Sixth"), (1, 404))


async def test_an_excluded_person_finds_nothing(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.police.send(notice(child(school), exclude=["mair"]))
    world.phone("Owen").expects("alert")
    await finds_nothing(world, world.phone("Mair"), (1, 404))


async def test_who_is_excluded_later_finds_nothing_on_the_card_they_have(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    first = child_of(school)
    await world.police.send(first)
    world.phone("Mair").expects("alert")
    await world.police.send(first | {"exclude": ["mair"]})
    await world.advance(seconds=5)
    await finds_nothing(world, world.phone("Mair"), (1, 404))
    world.everyone_is_accounted_for()


async def test_a_press_again_after_it_is_settled_is_answered_kindly_and_adds_nothing(
    told: World,
) -> None:
    mair, card = told.phone("Mair"), told.phone("Mair").sandbox.last
    assert await answer_to(mair, "a:1", card) == "Acknowledged. Thank you."
    await told.advance(seconds=5)
    before = await everything(told)
    assert await answer_to(mair, "a:1", card) == "You had acknowledged this already."
    assert await everything(told) == before
    await finds_nothing(told, told.phone("Rhys"), (1, 404))


@pytest.mark.parametrize("how", ["withdrawn", "closed"])
async def test_buttons_of_an_alert_that_has_ended_take_nothing_on(told: World, how: str) -> None:
    mair, card = told.phone("Mair"), told.phone("Mair").sandbox.last
    assert card is not None
    reference = card.text.partition(":")[0]
    if how == "withdrawn":
        await told.police.withdraw(reference)
    else:
        await close(told.ctx, reference, "settled by telephone", "coordinator")
    await told.advance(seconds=5)
    before = await everything(told)
    assert await answer_to(mair, "a:1", card) in ("This was withdrawn.", "This has been closed.")
    assert await everything(told) == before
    await finds_nothing(told, told.phone("Rhys"), (1, 404))
    told.everyone_is_accounted_for()


async def test_nobody_but_the_desk_settles_a_triage_task(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.authority()
    await world.police.send(notice(child() | {"school": {"name": "Somewhere else entirely"}}))
    world.phone("Desk").expects("triage")
    for name in ("Mair", "Coordinator", "Safeguarding"):
        phone = world.phone(name)
        await finds_nothing(world, phone, (1, 404))
        await phone.says(f"/triage 1 {school.code}")
        await world.advance(seconds=2)
        phone._accounted |= {message.message_id for message in phone.sandbox.received}
    async with world.ctx.store.reading() as tx:
        [task] = await tx.all(select(metadata.tables["triage_tasks"]))
    assert task.decision is None
