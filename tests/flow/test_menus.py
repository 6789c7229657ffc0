"""A chat's command menu: its holder's language, what their role may send, and no word to others."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.menu import FOR_ALL, FOR_STRANGERS, commands_for
from bot.domain.people import ContactState, Role
from bot.flow.enrol import invite
from bot.flow.leave import lock
from bot.flow.menu import owe_menus
from bot.rendering.catalogue import LANGUAGES, words
from bot.store import facts
from bot.store.tables import contact_methods, people
from tests.builders import child_of
from tests.world import Phone, World


@pytest.fixture(autouse=True)
def everyone_enrols_in_the_chat(world: World) -> None:
    world.enrols_in_the_chat = True


def menu_of(world: World, phone: Phone) -> dict[str, str]:
    """What Telegram offers in this chat by a menu of its own."""
    given = world.sandbox.profile.commands.get((f"chat:{phone.sandbox.id}", ""), [])
    return {command["command"]: command["description"] for command in given}


def says_help(world: World, phone: Phone) -> str | None:
    return menu_of(world, phone).get("help")


def times_set(world: World) -> int:
    return len(world.sandbox.ledger.calls("setMyCommands"))


async def row(world: World, statement: Any) -> Any:
    async with world.ctx.store.reading() as tx:
        return await tx.first(statement)


# --- what it shows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "besides"),
    [
        (Role.DSP, set()),
        (Role.SCHOOL_NURSE, set()),
        (Role.HEAD_TEACHER, {"closed"}),
        (Role.MASH_DESK, {"status", "triage", "console"}),
        (
            Role.COORDINATOR,
            {
                *("status", "triage", "console", "route", "readiness", "absent", "drill"),
                *("leave", "closed"),
            },
        ),
    ],
)
async def test_a_menu_offers_what_this_role_may_send_and_nothing_else(
    world: World, role: Role, besides: set[str]
) -> None:
    await world.person("Mair", role, everywhere=True)
    assert menu_of(world, world.phone("Mair")).keys() == {*FOR_ALL, *besides}


async def test_what_a_menu_offers_is_answered(world: World) -> None:
    for name, role in (("Mair", Role.DSP), ("Desk", Role.MASH_DESK), ("Ceri", Role.COORDINATOR)):
        await world.person(name, role, everywhere=True)
        phone = world.phone(name)
        for command in set(commands_for(role)) - {"help"}:
            await phone.says(f"/{command}")
            await world.advance(seconds=2)
            assert "/lost" not in phone.unaccounted()[-1].text, f"{role} got help for {command}"
    world.everyone_is_accounted_for()


async def test_whoever_finds_the_bot_is_not_shown_what_it_is_for(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    stranger = world.phone("Stranger")
    stranger.sandbox.start()
    await world.settle()
    stranger.expects("neutral")
    assert menu_of(world, stranger) == {}
    for code in ("", "cy"):
        offered = world.sandbox.profile.commands[("default", code)]
        assert tuple(command["command"] for command in offered) == FOR_STRANGERS


# --- what changes it ---------------------------------------------------------------------------


async def test_a_chosen_language_is_the_menus_from_then_on(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    assert says_help(world, mair) == words("en").say("command.help")
    await mair.press("Cymraeg")
    assert says_help(world, mair) == words("cy").say("command.help")
    await mair.press("English")
    assert says_help(world, mair) == words("en").say("command.help")


async def test_an_import_that_gives_another_role_gives_its_menu(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    before = times_set(world)
    await world.change("Mair", role=Role.COORDINATOR)
    await world.settle()
    assert menu_of(world, world.phone("Mair")).keys() == set(commands_for(Role.COORDINATOR))
    await world.change("Mair", role=Role.DSP)
    await world.settle()
    assert menu_of(world, world.phone("Mair")).keys() == set(FOR_ALL)
    await world.change("Mair", order=2)
    await world.settle()
    assert times_set(world) == before + 2


@pytest.mark.parametrize("how", ["leaves", "lost"])
async def test_an_account_that_ends_has_no_menu_any_more(world: World, how: str) -> None:
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    if how == "leaves":
        await world.leaves("Mair")
    else:
        await lock(world.ctx, "mair", "operator")
        await world.settle()
    assert menu_of(world, world.phone("Mair")) == {}
    assert menu_of(world, world.phone("Owen")) != {}


async def test_a_second_telephone_takes_the_menu_along(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    second = world.phone("Mair's other telephone")
    second.sandbox.start(await invite(world.ctx, "mair"))
    await world.settle()
    second.expects("welcome")
    assert menu_of(world, second) != {}
    assert menu_of(world, world.phone("Mair")) == {}


async def test_an_account_that_becomes_another_persons_shows_theirs(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.person("Desk", Role.MASH_DESK, everywhere=True, enrolled=False)
    with world.sandbox.faults.flood(30, method="deleteMyCommands") as put_off:
        await lock(world.ctx, "mair", "operator")
        await world.settle()
    world.phone("Mair").sandbox.start(await invite(world.ctx, "desk"))
    await world.advance(minutes=1)
    assert put_off.hits == 1
    world.phone("Mair").expects("welcome")
    assert "triage" in menu_of(world, world.phone("Mair"))


# --- that it comes, and holds nobody up --------------------------------------------------------


async def test_who_enrolled_before_there_were_menus_gets_one_at_the_next_start_once(
    world: World,
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.stop()
    world.sandbox.profile.commands.clear()
    await world.start()
    assert menu_of(world, world.phone("Mair")) == {}  # they have theirs, as far as anyone knows
    async with world.ctx.store.unit() as tx:
        await facts.write(tx, "menu", "another version's")
    await world.stop()
    await world.start()
    assert menu_of(world, world.phone("Mair")).keys() == set(FOR_ALL)
    assert menu_of(world, world.phone("Owen")).keys() == set(FOR_ALL)
    set_by_now = times_set(world)
    await world.stop()
    await world.start()
    assert times_set(world) == set_by_now + len(LANGUAGES)  # the strangers' only


@pytest.mark.parametrize("code", [400, 403])
async def test_a_refused_menu_says_nothing_of_the_person(world: World, code: int) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    says = {400: "Bad Request: chat not found", 403: "Forbidden: bot was blocked by the user"}
    with world.sandbox.faults.error(code, says[code], method="setMyCommands", times=None) as fault:
        await world.phone("Mair").press("Cymraeg")
        await world.advance(minutes=1)
    assert fault.hits == 1
    assert (await row(world, select(contact_methods))).state is ContactState.WORKING
    assert await world.alarms() == []
    assert says_help(world, world.phone("Mair")) == words("en").say("command.help")


async def test_a_menu_that_telegram_puts_off_delays_no_alert(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.without_nurses()
    mair = world.phone("Mair")
    with world.sandbox.faults.flood(600, method="setMyCommands"):
        await mair.press("Cymraeg")
    began = world.clock.now()
    await world.police.send(child_of(school))
    assert mair.expects("alert").sent_at - began < timedelta(seconds=2)
    assert says_help(world, mair) == words("en").say("command.help")
    await world.advance(minutes=11)
    assert says_help(world, mair) == words("cy").say("command.help")
    world.everyone_is_accounted_for()


async def test_of_several_menus_owed_at_once_one_goes_and_says_what_is_true_then(
    world: World,
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    before = times_set(world)
    async with world.ctx.store.unit() as tx:
        for _ in range(3):
            await owe_menus(tx, world.clock.now(), [str(mair.sandbox.id)])
        await tx.execute(people.update().values(chosen_language="cy"))
        await facts.count_up(tx, "directory_version")
    await world.settle()
    assert times_set(world) == before + 1
    assert says_help(world, mair) == words("cy").say("command.help")


# --- the language, asked at enrolment ----------------------------------------------------------


async def test_the_welcome_asks_for_the_language_in_both(world: World) -> None:
    await world.person("Mair", Role.DSP, everywhere=True, language="cy")
    asked = world.phone("Mair").sandbox.messages[-1]
    assert [b.text for r in asked.buttons for b in r] == ["English", "Cymraeg"]
    welcome, translated, question = asked.text.split("\n\n")
    assert welcome.startswith("Croeso, Mair")
    assert translated.startswith("Welcome, Mair")
    assert question == words("cy").say("answer.choose_language")


async def test_an_answer_is_recorded_before_it_is_shown_and_outlives_an_import(
    world: World,
) -> None:
    await world.person("Mair", Role.DSP, everywhere=True)
    press = await world.phone("Mair").press("Cymraeg")
    assert press.answer is not None
    assert press.answer.text == words("cy").say("answer.language_set")
    await world.change("Mair", order=2)
    assert (await row(world, select(people))).chosen_language == "cy"
    await world.phone("Mair").says("/help")
    assert world.phone("Mair").expects("answer.help").text == words("cy").say("answer.help")


async def test_who_has_chosen_is_not_asked_again(world: World) -> None:
    await world.person("Mair", Role.DSP, everywhere=True)
    mair = world.phone("Mair")
    await mair.press("Cymraeg")
    mair.sandbox.start()
    await world.advance(seconds=2)
    again = mair.expects("welcome")
    assert again.buttons == ()
    assert again.text.startswith("Croeso")
    assert "Welcome" not in again.text
