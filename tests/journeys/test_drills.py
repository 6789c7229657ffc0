"""A drill: synthetic pupils by the real way to real people. Nobody can tell it from the real thing
before they open it, and afterwards the authority knows whom it reached."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Any

import pytest

from bot.app import App
from bot.domain.drill import DrillState, end_of
from bot.domain.errors import ConflictError
from bot.domain.people import Role
from bot.flow import drill_due as drill_stage
from bot.flow.account import open_duties
from bot.flow.context import Context
from bot.flow.drill import Asked, ask_for, end, listed, report
from bot.flow.drill_due import drill_due, start
from bot.flow.raise_alerts import raise_due
from bot.sandbox.chats import ChatMessage
from bot.store import drills
from bot.store.unit_of_work import Tx
from tests.builders import at, child_of
from tests.world import World

TUESDAY = date(2026, 11, 17)
MARK = "This is a drill with a synthetic pupil:"


async def a_drill(world: World, schools: str = "all", clock: str | None = None) -> Asked:
    """Asked for at the command line; everything that follows at once has happened."""
    asked = await ask_for(world.ctx, schools, at(clock) if clock else None)
    await world.stagehand.tick()
    return asked


async def state(world: World, number: int = 1) -> DrillState:
    found = {drill.number: drill for drill in await listed(world.ctx)}
    return found[number].state(world.clock.now())


async def ended_report(world: World, number: int = 1) -> Any:
    return (await report(world.ctx, number))[0]


def said(message: ChatMessage) -> list[str]:
    """Every text that a message ever showed, without its reference and times."""
    texts = (version.text for version in message.history)
    bare = (re.sub(r"ENC-\w{8}", "REFERENCE", text) for text in texts)
    return [re.sub(r"\d\d:\d\d(:\d\d)?, \w+ \d+ \w+", "WHEN", text) for text in bare]


# --- the way it goes -----------------------------------------------------------------------------


async def test_a_drill_goes_the_real_way_and_says_what_it_is_on_opening(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.change("Nia", language="cy")
    asked = await a_drill(world, school.code)
    assert asked.reach.at_once == 2
    mair, nia = world.phone("Mair"), world.phone("Nia")
    card, nias = mair.expects("alert"), nia.expects("alert")
    assert "rill" not in card.text
    shown = (await mair.opens(card)).split("\n\n")
    assert shown[1].startswith(MARK)
    assert "Name: Synthetic Pupil" in card.text
    assert f"Sender's reference: DRILL-1-{school.code}" in card.text
    shown = (await nia.opens(nias, "Agor manylion")).split("\n\n")
    assert shown[2].startswith("Ymarfer gyda disgybl dychmygol yw hwn:")
    press = await mair.press("Acknowledge", card)
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    assert await state(world) is DrillState.UNDER_WAY
    await nia.press("Cydnabod", nias)
    await world.advance(seconds=2)
    assert await state(world) is DrillState.OVER, "all its alerts are settled"
    await world.advance_to(at("12:00"))
    world.nobody_else_heard_anything()


async def test_a_real_notice_is_never_marked_as_a_drill(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.without_nurses()
    await world.police.send(child_of(school))
    assert MARK not in await world.phone("Mair").opens(world.phone("Mair").expects("alert"))


async def _morning(world: World) -> dict[str, list[list[str]]]:
    """What each telephone shows of an hour and three quarters in which Owen opens, a nurse
    acknowledges and nobody else answers; then it is forgotten."""
    nia, owen = world.phone("Nia"), world.phone("Owen")
    await world.advance(seconds=5)
    await nia.press("Acknowledge", nia.unaccounted()[0])
    await world.advance_to(at("07:55", world.clock.now().date()))
    await owen.press("Open details", owen.unaccounted()[0])
    await owen.press("Hide now", owen.unaccounted()[0])
    await world.advance_to(at("09:45", world.clock.now().date()))
    names = ("Mair", "Owen", "Nia", "Safeguarding", "Coordinator")
    heard = {name: [said(m) for m in world.phone(name).unaccounted()] for name in names}
    world.everyone_is_accounted_for()
    return heard


async def test_before_it_is_opened_it_cannot_be_told_from_the_real_thing(world: World) -> None:
    """Cards, reminders, escalations and what becomes of them, byte for byte (I12)."""
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    await world.police.send(child_of(school, given_name="Synthetic", family_name="Pupil"))
    real = await _morning(world)
    await world.phone("Mair").press("Acknowledge")
    await world.advance_to(at("07:00", TUESDAY))
    world.everyone_is_accounted_for()
    await a_drill(world)
    drilled = await _morning(world)
    opened = drilled["Owen"][0].pop(1)
    assert MARK in opened
    assert MARK not in real["Owen"][0].pop(1)
    assert drilled == real
    assert all(drilled[name] for name in drilled), "each of them was told something"
    await end(world.ctx, 1, "test")
    await world.settle()
    world.everyone_is_accounted_for()


async def test_it_starts_at_its_time_and_not_before(world: World) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await a_drill(world, clock="07:30")
    assert await state(world) is DrillState.WAITING
    await world.advance_to(at("07:29"))
    world.phone("Mair").heard_nothing()
    await world.advance_to(at("07:31"))
    world.phone("Mair").expects("alert")
    assert await state(world) is DrillState.UNDER_WAY
    await world.phone("Mair").press("Acknowledge")
    await world.advance(seconds=2)


async def test_unanswered_it_ends_by_itself_an_hour_after_the_latest_bell_and_closes(
    world: World,
) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", bell="08:40", dsp="Mair", deputy="Owen")
    await world.school("Roath Primary School", bell="09:10", dsp="Rhys", deputy="Rhian")
    asked = await a_drill(world)
    assert asked.end_at == at("10:10")
    card = world.phone("Mair").expects("alert")
    await world.advance_to(at("10:09"))
    assert await state(world) is DrillState.UNDER_WAY
    await world.advance_to(at("10:11"))
    assert await state(world) is DrillState.OVER
    assert card.text.endswith(": this was closed. You need not do anything.")
    found = await ended_report(world)
    assert {leg.state.value for leg in found.legs} == {"closed"}
    assert {leg.settled_by for leg in found.legs} == {None}
    for leg in found.legs:
        [line] = await world.trail(leg.reference, "alert:closed")
        assert (line["reason"], line["by"]) == ("drill over", "drill")
    world.everyone_is_accounted_for()
    await world.advance_to(at("16:00"))
    world.nobody_else_heard_anything()


async def test_ended_by_hand_nobody_hears_another_word_of_it(world: World) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await a_drill(world)
    card = world.phone("Mair").expects("alert")
    await end(world.ctx, 1, "command line")
    await world.settle()
    assert card.text.endswith(": this was closed. You need not do anything.")
    assert await open_duties(world.ctx) == []
    await world.advance_to(at("12:00"))
    world.nobody_else_heard_anything()


async def test_called_off_before_its_start_nobody_hears_anything(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await a_drill(world, clock="07:30")
    assert await end(world.ctx, 1, "command line") is DrillState.CALLED_OFF
    await world.advance_to(at("12:00"))
    world.nobody_else_heard_anything()


async def test_a_drill_whose_start_was_slept_through_starts_late_and_runs_its_time(
    world: World,
) -> None:
    """The service was down from before the start until after the end that was foreseen."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen")
    asked = await a_drill(world, clock="07:30")
    assert asked.end_at == at("09:50")
    await world.stop()
    world.clock.move_to(at("10:30"))
    await world.start()
    world.phone("Mair").expects("alert")
    assert [drill.end_at for drill in await listed(world.ctx)] == [at("16:20")]
    await world.phone("Mair").press("Acknowledge")
    await world.advance(seconds=2)
    assert await state(world) is DrillState.OVER


# --- once ----------------------------------------------------------------------------------------


async def test_two_workers_start_and_end_it_once(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    second = App(world.settings(), world.clock, ticking=False)
    await ask_for(world.ctx, "all", None)
    await asyncio.gather(*(drill_due(app.ctx) for app in (world.app, second) for _ in range(3)))
    await start(second.ctx, 1)
    await world.stagehand.tick()
    for name in ("Mair", "Nia"):
        card = world.phone(name).expects("alert")
        await world.phone(name).press("Acknowledge", card)
    await asyncio.gather(*(drill_due(app.ctx) for app in (second, world.app) for _ in range(3)))
    await world.stagehand.tick()
    world.phone("Coordinator").expects("drill.report_over")
    await second.ctx.store.close()
    world.nobody_else_heard_anything()


class _DiedError(Exception):
    """The process ends here."""


def _die_at(ctx: Context, commit: int) -> None:
    """Right behind this commit, as a killed process does."""
    unit, commits = ctx.store.unit, 0

    @asynccontextmanager
    async def deadly() -> AsyncIterator[Tx]:
        nonlocal commits
        async with unit() as tx:
            yield tx
        commits += 1
        if commits >= commit:
            raise _DiedError

    ctx.store.unit = deadly  # type: ignore[method-assign]


async def test_killed_at_any_commit_it_is_started_once_and_ended_once(world: World) -> None:
    """Behind each commit of starting and of ending, in turn."""
    await world.without_nurses()
    for name, dsp in (("Ysgol Bryn", "Mair"), ("Roath Primary School", "Rhys")):
        await world.school(name, dsp=dsp, deputy=f"{dsp} Deputy")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await world.stop()
    lives = 9
    for number in range(1, lives + 1):
        dying = Context.on(world.database, world.clock)
        await ask_for(dying, "all", None)
        _die_at(dying, number)
        again = Context.on(world.database, world.clock)
        with suppress(_DiedError):
            await start(dying, number)
            await raise_due(again)
            await end(dying, number, "test")
        await dying.store.close()
        await drill_due(again)
        await raise_due(again)
        with suppress(ConflictError):
            await end(again, number, "test")
        async with again.store.reading() as tx:
            assert len(await drills.notices(tx, number)) == 2
            assert await drills.is_settled(tx, number)
        await again.store.close()
    await world.start()
    for _ in range(lives):
        world.phone("Coordinator").expects("drill.report_over")
    world.nobody_else_heard_anything()


async def test_a_drill_that_cannot_start_is_put_off_and_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.without_nurses()
    bryn = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    roath = await world.school("Roath Primary School", dsp="Rhys", deputy="Rhian")
    world.expected_errors.append("a drill was not moved on")

    def poisoned(known: Any, codes: tuple[str, ...], *rest: Any) -> Any:
        if bryn.code in codes:
            raise ValueError
        return end_of(known, codes, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(drill_stage, "end_of", poisoned)
        for school in (bryn, roath):  # it is woken at once by whoever asks
            await ask_for(world.ctx, school.code, None)
        await world.stagehand.tick()
        world.phone("Rhys").expects("alert")
        world.phone("Mair").heard_nothing()
        assert "drill_not_moved_on:1" in await world.alarms()
    await world.advance(seconds=31)
    world.phone("Mair").expects("alert")
    assert await world.alarms() == []
    for name in ("Mair", "Rhys"):
        await world.phone(name).press("Acknowledge")
    await world.advance(seconds=2)
    assert [drill.state(world.clock.now()) for drill in await listed(world.ctx)] == [
        DrillState.OVER,
        DrillState.OVER,
    ]


async def test_a_school_that_has_left_since_is_left_out(world: World) -> None:
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    roath = await world.school("Roath Primary School")
    await a_drill(world, clock="07:30")
    await world.closes_down(roath)
    await world.advance_to(at("07:31"))
    world.phone("Mair").expects("alert")
    await world.phone("Mair").press("Acknowledge")
    await world.advance(seconds=2)
    assert await state(world) is DrillState.OVER
    world.nobody_else_heard_anything()
