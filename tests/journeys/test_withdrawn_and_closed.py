"""A notice taken back by its sender, and a duty ended by a coordinator."""

import pytest

from bot.domain.errors import ConflictError, NotFoundError
from bot.flow.close import close
from bot.rendering.catalogue import words
from bot.rendering.trail import Trail
from tests.builders import at, child_of
from tests.world import World


async def test_a_withdrawn_notice_ends_every_duty_and_can_no_longer_be_opened(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    reference = await world.police.send(child_of(school, given_name="Sioned"))
    mair, nia = world.phone("Mair"), world.phone("Nia")
    card, _ = mair.expects("alert"), nia.expects("alert")
    assert "Sioned" in await mair.opens(card)
    await nia.press("Acknowledge")
    await world.police.withdraw(reference)
    for phone in (mair, nia):
        phone.expects("withdrawn")
    assert card.text == f"{reference}: this was withdrawn. Please disregard it."
    press = await mair.press_data("o:1", card)
    assert press.answer is not None
    assert press.answer.text == "This was withdrawn."
    account = await world.police.account(reference)
    assert account["state"] == "withdrawn"
    assert {alert["state"] for alert in account["alerts"]} == {"withdrawn"}
    await world.advance(hours=4)
    world.phone("Owen").heard_nothing()


async def test_withdrawing_twice_is_withdrawing_once_and_an_update_then_is_refused(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    await world.police.withdraw(reference)
    world.phone("Mair").expects("withdrawn")
    await world.police.withdraw(reference)
    path = f"/api/v1/notifications/{reference}/updates"
    assert (await world.police.post(path, {"text": "more"})).status_code == 409
    world.nobody_else_heard_anything()


async def test_a_withdrawn_notice_that_is_sent_anew_is_owed_again(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    first = child_of(school)
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    mair.expects("alert")
    await world.police.withdraw(reference)
    mair.expects("withdrawn")
    assert await world.police.send(first | {"circumstances": "it did happen"}) == reference
    mair.expects("alert")
    account = await world.police.account(reference)
    assert (account["state"], account["alerts"][0]["state"]) == ("raised", "open")
    await mair.press("Acknowledge")
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"


async def test_what_was_taken_on_before_a_withdrawal_stands_again_and_the_trail_says_so(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    first = child_of(school)
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    mair.expects("alert")
    await mair.press("Acknowledge")
    await world.police.withdraw(reference)
    mair.expects("withdrawn")
    await world.police.send(first | {"circumstances": "it did happen"})
    mair.expects("more")
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"
    [line] = await world.trail(reference, "alert:stands_again")
    said = Trail(words("en"), str, str).sentence(line)
    assert said.startswith("It was sent again; everybody in it had been taken on")
    await world.advance(hours=4)
    world.phone("Owen").heard_nothing()


async def test_closing_ends_what_is_open_and_leaves_what_was_acknowledged(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    reference = await world.police.send(child_of(school))
    card = world.phone("Mair").expects("alert")
    world.phone("Nia").expects("alert")
    await world.phone("Nia").press("Acknowledge")
    await close(world.ctx, reference, "the pupil has moved away", "coordinator")
    await world.settle()
    account = await world.police.account(reference)
    states = {alert["leg"]: alert["state"] for alert in account["alerts"]}
    assert (account["state"], states) == ("closed", {"school": "closed", "nurse": "acknowledged"})
    assert card.text == f"{reference}: this was closed. You need not do anything."
    press = await world.phone("Mair").press_data("a:1", card)
    assert press.answer is not None
    assert press.answer.text == "This has been closed."
    [line] = await world.trail(reference, "alert:closed")
    assert line["reason"] == "the pupil has moved away"
    await world.advance_to(at("12:00"))
    world.nobody_else_heard_anything()


async def test_an_update_to_a_closed_notice_is_told_and_moves_nothing_backwards(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    first = child_of(school)
    reference = await world.police.send(first)
    world.phone("Mair").expects("alert")
    await close(world.ctx, reference, "settled by telephone", "coordinator")
    await world.police.update(reference, text="He was charged.")
    world.phone("Mair").expects("more")
    await world.police.send(first | {"circumstances": "corrected"})
    world.phone("Mair").expects("more")
    account = await world.police.account(reference)
    assert (account["state"], account["alerts"][0]["state"]) == ("closed", "closed")


async def test_only_what_is_there_and_open_can_be_closed(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    await world.phone("Mair").press("Acknowledge")
    with pytest.raises(ConflictError):
        await close(world.ctx, reference, "why not", "coordinator")
    with pytest.raises(NotFoundError):
        await close(world.ctx, "ENC-00000000", "why not", "coordinator")
