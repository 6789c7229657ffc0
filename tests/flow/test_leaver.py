"""A leaver is one action (guarantees: security): within a second nothing opens, nothing is sent,
no code works; within a minute what they hold is a stub; the ladder goes on, the gap is told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.cover import Reachable
from bot.domain.errors import NotFoundError, StoreError
from bot.domain.people import Role
from bot.flow.answer import tell_lines
from bot.flow.context import Context
from bot.flow.enrol import invite
from bot.flow.in_force import in_force
from bot.flow.leave import leave, lock
from bot.sandbox.chats import ChatMessage
from bot.store.tables import acknowledgements, events, views
from tests.builders import WHOLE, WHOLE_CHILD, child, child_of, notice
from tests.flow.test_drill_in_the_chat import says
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.world import World

STUB = "This message is no longer available."
OPERATOR = "command line"
End = Callable[[World], Awaitable[object]]


async def leaves(world: World) -> None:
    await leave(world.ctx, "mair", OPERATOR)


async def is_locked(world: World) -> None:
    await lock(world.ctx, "mair", OPERATOR)


async def is_gone_from_the_file(world: World) -> None:
    await world.leaves("Mair")


async def lets_go_in_the_chat(world: World) -> None:
    proposal = await says(world, "/leave mair")
    await world.phone("Coordinator").press("They have left", proposal)


async def says_it_is_lost(world: World) -> None:
    proposal = await says(world, "/lost", "Mair")
    await world.phone("Mair").press("End my account now", proposal)


ENDS = pytest.mark.parametrize(
    "end", [leaves, is_locked, is_gone_from_the_file, lets_go_in_the_chat, says_it_is_lost]
)


@pytest.fixture
async def town(world: World) -> World:
    """A school with its DSP and deputy, and a coordinator."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    return world


async def told(world: World) -> tuple[str, ChatMessage]:
    """An alert that Mair, and nobody else, has been told of; its reference and her card."""
    school = world._schools["9992001"]
    reference = await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    return reference, world.phone("Mair").expects("alert")


# --- what ends -----------------------------------------------------------------------------------


@ENDS
async def test_an_open_view_is_hidden_and_the_card_becomes_a_stub(town: World, end: End) -> None:
    _, card = await told(town)
    await town.advance(seconds=2)
    assert "Canary" in await town.phone("Mair").opens(card)
    await end(town)
    async with town.ctx.store.reading() as tx:
        assert [view for view in await tx.all(select(views)) if view.hidden_at is None] == []
    await town.advance(seconds=5)
    assert (card.text, card.buttons) == (STUB, ())
    town.everyone_is_accounted_for()


@ENDS
async def test_the_ladder_goes_on_at_once_to_the_deputy(town: World, end: End) -> None:
    reference, _ = await told(town)
    await end(town)
    await town.advance(seconds=2)
    assert reference in town.phone("Owen").expects("alert").text
    town.everyone_is_accounted_for()


@ENDS
async def test_old_buttons_and_words_get_the_neutral_answer(town: World, end: End) -> None:
    _, card = await told(town)
    await end(town)
    await town.advance(seconds=5)
    town.everyone_is_accounted_for()
    before = await everything(town)
    for data in ("o:1", "a:1", "p:1:0", "h:1", "l:cy", "x:1", "v:1"):
        assert await answer_to(town.phone("Mair"), data, card) == NOTHING, data
    assert await everything(town) == before
    for text in ("/alerts", "/lost", "/leave owen", "hello"):
        await town.phone("Mair").says(text)
        await town.advance(seconds=2)
        town.phone("Mair").expects("neutral")


@ENDS
async def test_codes_that_were_issued_before_no_longer_work(town: World, end: End) -> None:
    code = await invite(town.ctx, "mair")
    await end(town)
    await town.advance(seconds=2)
    town.everyone_is_accounted_for()
    other = town.phone("Whoever has the link")
    await other.says(f"/start {code}")
    other.expects("neutral")


@ENDS
async def test_what_waits_for_them_is_not_sent_nor_what_was_owed_in_that_moment(
    town: World, end: End
) -> None:
    async with town.ctx.store.reading() as tx:
        person = (await in_force(town.ctx, tx)).directory.people["mair"]
    to = Reachable(person, person.contacts[0])

    async def is_owed(line: str) -> None:
        async with town.ctx.store.unit() as tx:
            await tell_lines(tx, town.clock.now() + timedelta(seconds=30), to, [line])

    await is_owed("What waited")
    await end(town)
    await is_owed("What another stage was just about to say")
    await town.advance(minutes=2)
    assert not [m for m in town.phone("Mair").sandbox.received if m.text.startswith("What ")]
    town.everyone_is_accounted_for()


async def test_a_view_of_what_was_acknowledged_is_hidden_too_and_the_answer_stays(
    town: World,
) -> None:
    reference, card = await told(town)
    await town.phone("Mair").press("Acknowledge", card)
    await town.advance(seconds=2)
    assert "Canary" in await town.phone("Mair").opens(card)
    await leaves(town)
    await town.advance(seconds=5)
    assert card.text == STUB
    async with town.ctx.store.reading() as tx:
        [answer] = await tx.all(select(acknowledgements))
    assert answer.person_id == "mair"
    [alert] = (await town.police.account(reference))["alerts"]
    assert alert["state"] == "acknowledged"
    assert alert["recipients"][0]["acknowledged_at"] is not None
    town.phone("Owen").heard_nothing()


async def test_a_person_with_many_cards_has_only_stubs_within_a_minute(town: World) -> None:
    school = town._schools["9992001"]
    for _ in range(12):
        await town.police.send(child_of(school))
    await town.advance(seconds=30)
    cards = [m for m in town.phone("Mair").unaccounted() if m.button("Open details")]
    assert len(cards) == 12
    await leaves(town)
    await town.advance(seconds=60)
    assert {card.text for card in cards} == {STUB}
    town.everyone_is_accounted_for()


# --- the gap -------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [leaves, is_gone_from_the_file])
async def test_the_coordinator_hears_of_the_gap_and_of_no_leaving_without_one(
    town: World, end: End
) -> None:
    await end(town)
    await town.advance(seconds=2)
    town.phone("Coordinator").heard_nothing()
    await leave(town.ctx, "owen", OPERATOR)
    await town.advance(seconds=2)
    said = town.phone("Coordinator").expects("alarm.person_left").text
    assert said.splitlines() == [
        "Owen (owen) has left.",
        "Nobody is left who can be told here:",
        "Ysgol Bryn: designated safeguarding person, deputy designated safeguarding person.",
    ]


async def test_a_gap_that_no_coordinator_can_hear_of_is_an_alarm(world: World) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair")
    await leave(world.ctx, "mair", OPERATOR)
    assert "nobody_heard_of:mair" in await world.alarms()


async def test_whose_telephone_is_lost_is_named_to_the_coordinators_once(town: World) -> None:
    for _ in range(2):
        await is_locked(town)
        await town.advance(seconds=2)
    said = town.phone("Coordinator").expects("alarm.account_ended").text
    assert "Mair (mair)" in said
    assert "Nobody is left" not in said, "her deputy is there"


# --- again, and at the wrong moment --------------------------------------------------------------


async def test_leaving_a_second_time_is_one_sentence_and_changes_nothing(town: World) -> None:
    await leaves(town)
    await town.settle()
    before = await everything(town)
    with pytest.raises(NotFoundError, match=r"^Nobody in the directory has the id mair\.$"):
        await leaves(town)
    assert await everything(town) == before


@pytest.mark.parametrize("seam", ["_committing", "_committed"])
@pytest.mark.parametrize("act", [leave, lock])
async def test_killed_at_its_commit_it_is_wholly_done_or_not_at_all(
    town: World, act: Callable[..., Awaitable[object]], seam: str
) -> None:
    reference, card = await told(town)
    before = await everything(town)
    operator = Context.on(town.database, town.clock)

    async def dies(*_: object) -> None:
        raise OSError("the process is gone")

    setattr(operator.store, seam, dies)
    with pytest.raises(StoreError):
        await act(operator, "mair", OPERATOR)
    await operator.store.close()
    if seam == "_committing":
        assert await everything(town) == before
        await act(town.ctx, "mair", OPERATOR)
    await town.advance(seconds=5)  # ticks alone: nobody was woken
    assert reference in town.phone("Owen").expects("alert").text
    assert card.text == STUB
    assert await says_in_the_trail(town) == 1
    town.everyone_is_accounted_for()


async def says_in_the_trail(world: World) -> int:
    """How often it stands in the trail that somebody left, or that their account ended."""
    async with world.ctx.store.reading() as tx:
        lines = await tx.all(
            select(events).where(events.c.action.in_(["person:left", "contact:ended"]))
        )
    return len(lines)


async def test_who_enrols_anew_after_a_loss_has_what_is_open_and_the_old_card_stays_a_stub(
    town: World,
) -> None:
    reference, card = await told(town)
    await is_locked(town)
    await town.advance(seconds=5)
    town.everyone_is_accounted_for()
    mair = await town.enrol("Mair")  # the telephone was found: the same account
    await town.advance(seconds=5)
    fresh = mair.expects("alert")
    assert reference in fresh.text
    assert await answer_to(mair, "o:1", card) == NOTHING
    await town.advance(seconds=2)
    assert card.text == STUB
    await mair.press("Acknowledge", fresh)
    await town.advance(seconds=5)
    assert card.text == STUB
    town.everyone_is_accounted_for()
