"""One Telegram account is one person, by a code that works once; strangers learn nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.errors import NotFoundError
from bot.domain.people import Channel, Role
from bot.flow.enrol import LIVES, invite
from bot.rendering.notices import neutral
from bot.store import directory
from bot.store.tables import contact_methods, enrolment_codes
from tests.builders import child_of
from tests.world import Phone, World

WRONG = "AAAAAAAAAAAAAAAAAAAAAA"


async def uninvited(world: World, name: str = "Mair") -> str:
    """Somebody in the directory who is not enrolled; a code for them."""
    await world.person(name, Role.DSP, everywhere=True, enrolled=False)
    return await invite(world.ctx, name.lower())


async def holder(world: World, phone: Phone) -> str | None:
    async with world.ctx.store.reading() as tx:
        found = await directory.holder_of(tx, Channel.TELEGRAM, str(phone.sandbox.id))
        return found and found[0]


async def tries(world: World, phone: Phone, text: str) -> None:
    await phone.says(text)
    await world.advance(seconds=2)


async def is_told_the_neutral_sentence(phone: Phone) -> None:
    assert phone.expects("neutral").text == neutral()
    phone.heard_nothing()


# --- the code ----------------------------------------------------------------------------------


async def test_a_code_binds_one_account_and_a_second_account_learns_nothing(
    world: World,
) -> None:
    code = await uninvited(world)
    mair, thief = world.phone("Mair"), world.phone("Thief")
    await tries(world, mair, f"/start {code}")
    assert "Welcome, Mair" in mair.expects("welcome").text
    await tries(world, thief, f"/start {code}")
    await is_told_the_neutral_sentence(thief)
    assert (await holder(world, mair), await holder(world, thief)) == ("mair", None)


async def test_the_code_itself_is_kept_nowhere(world: World) -> None:
    code = await uninvited(world)
    async with world.ctx.store.reading() as tx:
        kept = await tx.all(select(enrolment_codes))
    assert code not in str(kept)
    assert len(code) >= 22  # 128 bits


@pytest.mark.parametrize(("early", "answer"), [(1, "welcome"), (0, "neutral")])
async def test_a_code_lives_three_days_and_not_a_second_longer(
    world: World, early: int, answer: str
) -> None:
    code = await uninvited(world)
    await world.advance_to(world.clock.now() + LIVES - timedelta(seconds=early))
    await world.phone("Mair").says(f"/start {code}")
    world.phone("Mair").expects(answer)


async def test_a_new_invitation_replaces_the_old_one(world: World) -> None:
    old, new = await uninvited(world), await invite(world.ctx, "mair")
    mair = world.phone("Mair")
    await tries(world, mair, f"/start {old}")
    await is_told_the_neutral_sentence(mair)
    await tries(world, mair, f"/start {new}")
    mair.expects("welcome")


async def test_a_code_is_worth_nothing_once_its_person_has_left(world: World) -> None:
    code = await uninvited(world)
    await world.leaves("Mair")
    await tries(world, world.phone("Mair"), f"/start {code}")
    await is_told_the_neutral_sentence(world.phone("Mair"))
    with pytest.raises(NotFoundError):
        await invite(world.ctx, "mair")


async def test_following_the_link_a_second_time_is_a_second_welcome(world: World) -> None:
    code = await uninvited(world)
    mair = world.phone("Mair")
    for _ in range(2):
        await tries(world, mair, f"/start {code}")
        mair.expects("welcome")
    async with world.ctx.store.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(contact_methods)) == 1


# --- one account, one person -------------------------------------------------------------------


async def test_an_account_that_is_somebodys_is_never_bound_to_another(world: World) -> None:
    code = await uninvited(world, "Owen")
    await world.person("Mair", Role.DSP, everywhere=True)
    mair, owen = world.phone("Mair"), world.phone("Owen")
    await tries(world, mair, f"/start {code}")
    assert "Welcome, Mair" in mair.expects("welcome").text
    assert await holder(world, mair) == "mair"
    await tries(world, owen, f"/start {code}")  # it was not spent on the wrong account
    assert "Welcome, Owen" in owen.expects("welcome").text


async def test_a_second_telephone_takes_over_from_the_first(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    first, second = world.phone("Mair"), world.phone("Mair's other telephone")
    await tries(world, second, f"/start {await invite(world.ctx, 'mair')}")
    second.expects("welcome")
    assert (await holder(world, first), await holder(world, second)) == (None, "mair")
    await world.police.send(child_of(school))
    second.expects("alert")
    first.heard_nothing()
    await tries(world, first, "/alerts")
    await is_told_the_neutral_sentence(first)
    world.phone("Nia").expects("alert")


async def test_what_stands_open_is_told_to_who_enrols_and_to_who_blocked_and_is_back(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    mair, owen = world.phone("Mair"), world.phone("Owen")
    reference = await world.police.send(child_of(school))
    assert reference in mair.expects("alert").text
    await mair.blocks_the_bot()
    owen.expects("alert")
    mair.sandbox.start(await invite(world.ctx, "mair"))
    await world.advance(seconds=5)
    told = {message.text.split(" ")[0] for message in mair.unaccounted()}
    cards = [message for message in mair.unaccounted() if reference in message.text]
    assert len(cards) == 1, told
    assert cards[0].button("Open details") is not None
    world.everyone_is_accounted_for()
    await world.person("Late", Role.DSP, schools=[school.code], enrolled=False)
    world.phone("Late").sandbox.start(await invite(world.ctx, "late"))
    await world.advance(seconds=5)
    world.phone("Late").expects("welcome")
    assert reference in world.phone("Late").expects("alert").text


# --- strangers ---------------------------------------------------------------------------------


async def test_five_wrong_codes_lock_the_account_and_the_coordinator_hears_of_it_once(
    world: World,
) -> None:
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    code = await uninvited(world)
    guesser = world.phone("Guesser")
    for attempt in range(5):
        world.phone("Coordinator").heard_nothing()
        await tries(world, guesser, f"/start {WRONG}{attempt}")
        await is_told_the_neutral_sentence(guesser)
    world.phone("Coordinator").expects("locked")
    for text in (f"/start {WRONG}", f"/start {code}"):  # the right one does not help any more
        await tries(world, guesser, text)
        await is_told_the_neutral_sentence(guesser)
    assert await holder(world, guesser) is None
    world.phone("Coordinator").heard_nothing()
    await tries(world, world.phone("Mair"), f"/start {code}")  # nor did it spend it
    world.phone("Mair").expects("welcome")


async def test_four_wrong_codes_and_the_right_one_enrol(world: World) -> None:
    code = await uninvited(world)
    mair = world.phone("Mair")
    for _ in range(4):
        await tries(world, mair, f"/start {WRONG}")
        await is_told_the_neutral_sentence(mair)
    await tries(world, mair, f"/start {code}")
    mair.expects("welcome")


async def test_start_without_a_code_is_no_wrong_code(world: World) -> None:
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    for _ in range(6):
        await tries(world, world.phone("Visitor"), "/start")
        await is_told_the_neutral_sentence(world.phone("Visitor"))
    world.phone("Coordinator").heard_nothing()


SAID: tuple[Any, ...] = (
    "/start", "/start é", "/start " + "x" * 3000, "/alerts", "/status", "/triage 1 9992001",
    "/triage 999999999999999999 9992001", "/route 9992001", "/readiness", "/language", "/drill all",
    "/away 2026-12-01 2026-12-04", "/help", "/nothing", "hello?", "ENC-7F3K", "🙂", "' or 1=1 --",
)  # fmt: skip


async def test_a_stranger_gets_the_same_answer_whatever_they_write(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(child_of(school))
    world.everyone_is_accounted_for()
    stranger = world.phone("Stranger")
    for text in SAID:
        await tries(world, stranger, text)
        await is_told_the_neutral_sentence(stranger)


async def test_a_stranger_gets_the_same_answer_whatever_they_press(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(child_of(school))
    world.everyone_is_accounted_for()
    stranger = world.phone("Stranger")
    await tries(world, stranger, "hello")
    await is_told_the_neutral_sentence(stranger)
    for data in (
        "o:1",
        "a:1",
        "h:1",
        "p:1:0",
        "t:1:0",
        "l:cy",
        "d:1:1",
        "o:404",
        "a:404",
        "x",
        "é" * 32,
    ):
        press = await stranger.press_data(data)
        assert press.answer is not None, data
        assert press.answer.text == "There is nothing here."
    stranger.heard_nothing()
