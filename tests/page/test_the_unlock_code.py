"""A second thing to know, where the partnership asks for it: five tries, then it is locked."""

import asyncio

import pytest

from bot.domain.access import TRIES, code_is_acceptable
from bot.domain.school import School
from bot.flow.enrol import invite
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.page.reader import Reader
from tests.world import World

CODE = "294713"


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.opens_details_on_the_page(unlock_code="required")
    world.everyone_is_accounted_for()
    return school


async def arrives(world: World, school: School) -> Reader:
    """Mair opens a fresh alert and is asked for her code."""
    await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = next(message for message in mair.unaccounted() if mair._is("alert", message.text))
    mair._accounted.add(card.message_id)
    reader = await Reader.of(world, mair, card)
    assert not reader.shows("Canary")
    return reader


async def test_it_is_chosen_at_the_first_time_and_asked_for_at_every_other(
    world: World, bryn: School
) -> None:
    reader = await arrives(world, bryn)
    assert reader.shows("Choose an unlock code")
    await reader.press("Go on", code="123456", again="123456")
    assert reader.shows("not in a row")
    await reader.press("Go on", code=CODE, again="294714")
    assert reader.shows("The two are not the same.")
    await reader.press("Go on", code=CODE, again=CODE)
    assert reader.shows("Canary-given")
    later = await arrives(world, bryn)
    await later.press("Go on", code="000001")
    assert later.shows("This is not your code.")
    await later.press("Go on", code=CODE)
    assert later.shows("Canary-given")
    world.everyone_is_accounted_for()


async def test_nothing_is_answered_or_written_down_before_it_is_right(
    world: World, bryn: School
) -> None:
    reader = await arrives(world, bryn)
    token = reader.page.partition('name="form" value="')[2].partition('"')[0]
    for name in ("acknowledge", "recuse", "decide"):
        await reader.post(f"{reader.path.removesuffix('/why')}/{name}", {"form": token})
        assert reader.shows("Choose an unlock code")
    await reader.get(f"{reader.path}/why")
    assert reader.shows("Choose an unlock code")
    [reference] = {line["reference"] for line in await _open(world)}
    assert await world.trail(reference, "alert:opened") == []
    assert await world.trail(reference, "alert:acknowledged") == []


async def _open(world: World) -> list[dict[str, str]]:
    card = world.phone("Mair").sandbox.last
    assert card is not None
    return [{"reference": card.text[:12]}]


async def test_the_fifth_wrong_one_locks_it_and_the_coordinators_hear_who(
    world: World, bryn: School
) -> None:
    reader = await arrives(world, bryn)
    await reader.press("Go on", code=CODE, again=CODE)
    later = await arrives(world, bryn)
    for _ in range(TRIES - 1):
        await later.press("Go on", code="111112")
        assert later.shows("This is not your code.")
    await later.press("Go on", code="111112")
    assert later.shows("Your code is locked.")
    told = world.phone("Coordinator").expects("alarm.code_locked")
    assert "Mair (mair)" in told.text
    another = await arrives(world, bryn)
    assert another.shows("Your code is locked.")
    world.everyone_is_accounted_for()


async def test_many_tries_at_once_are_five(world: World, bryn: School) -> None:
    reader = await arrives(world, bryn)
    await reader.press("Go on", code=CODE, again=CODE)
    world.phone("Mair").expects("code.chosen")
    later = await arrives(world, bryn)
    token = later.page.partition('name="form" value="')[2].partition('"')[0]
    headers = {"cookie": later.cookie, "sec-fetch-site": "same-origin"}
    wrong = [f"8{number:05d}" for number in range(12)]
    said = await asyncio.gather(
        *(
            world.http.post(
                f"{later.path}/unlock", data={"form": token, "code": code}, headers=headers
            )
            for code in wrong
        )
    )
    assert sum("This is not your code" in answer.text for answer in said) < TRIES
    await later.get(later.path)
    assert later.shows("Your code is locked.")
    await world.settle()
    world.phone("Coordinator").expects("alarm.code_locked")
    world.nobody_else_heard_anything()


async def test_an_invitation_that_is_used_starts_afresh(world: World, bryn: School) -> None:
    reader = await arrives(world, bryn)
    await reader.press("Go on", code=CODE, again=CODE)
    path = reader.path
    later = await arrives(world, bryn)
    for _ in range(TRIES):
        await later.press("Go on", code="111112")
    assert later.shows("Your code is locked.")
    world.everyone_is_accounted_for()
    code = await invite(world.ctx, "mair")
    second = world.phone("Mair's second telephone")
    second.sandbox.start(code)
    await world.settle()
    await reader.get(path)
    assert reader.status == 401
    world.everyone_is_accounted_for()
    await world.police.send(notice(child(bryn)))
    fresh = await Reader.of(world, second, second.expects("alert"))
    assert fresh.shows("Choose an unlock code")


async def test_the_holder_hears_in_their_own_chat_of_a_code_chosen_and_of_wrong_tries(
    world: World, bryn: School
) -> None:
    reader = await arrives(world, bryn)
    await reader.press("Go on", code=CODE, again=CODE)
    mair = world.phone("Mair")
    assert "/lost" in mair.expects("code.chosen").text
    later = await arrives(world, bryn)
    await later.press("Go on", code="111112")
    mair.heard_nothing()
    await later.press("Go on", code=CODE)
    mair.expects("code.wrong_before")


def test_codes_that_anybody_would_try_first_are_not_taken() -> None:
    refused = ["", "12345", "111111", "123456", "987654", "1234567890123", "12345a", "１２３４５６"]
    assert [code for code in refused if code_is_acceptable(code)] == []
    assert code_is_acceptable(CODE)
    assert code_is_acceptable("112233")
