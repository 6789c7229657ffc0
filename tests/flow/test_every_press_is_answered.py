"""Buttons live for ever: every button, in every state that an alert can be in, gets a true and kind
sentence from whose alert it is or was, and the one neutral answer from anybody else.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.alert import Leg
from bot.domain.people import Role, Scope
from bot.domain.school import School
from bot.flow.close import close
from bot.store.tables import alerts
from tests.builders import child, notice
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.world import World

OPENED, WITHDRAWN, CLOSED = "Opened for a minute.", "This was withdrawn.", "This has been closed."
SEALED = "This was not for your school; it is closed to everybody here."
REFUSED = "Thank you. This is closed at your school, and the MASH desk has it now."
TAKEN, TAKEN_BEFORE = "Acknowledged. Thank you.", "You had acknowledged this already."
OWENS, NONS = "Owen has acknowledged this already.", "Non has acknowledged this already."
MOVED, NO_NEED_TO = (
    "Thank you. Whoever is next is told now.",
    "Somebody has this already. You need not do anything.",
)
FIRST, CHOOSE = "Please acknowledge this first.", "Please choose."
PLANNED, SAID = (
    "Planned: Silent support. Thank you.",
    "You had said so already: Silent support.",
)
NOT_YET = "You have not answered this yet, so there is nothing to undo."
OVER = "An answer can be taken back for two minutes. That time is over, and yours stands."
BACK_BEFORE = "You had taken that back already."
BACK_OPEN, BACK_NO_PLAN = (
    "Taken back. This is open again.",
    "Taken back. What is planned is still to be said.",
)
SEEN, GONE = (
    "No health need seen. Thank you.",
    "They cannot be told at present. Please choose somebody else.",
)

BUTTONS = ("o:{}", "a:{}", "c:{}", "n:{}", "k:{}", "k:{}:0", "u:{}")
SCHOOL = {
    #              open    acknowledge   cannot act  not ours  plans  plan it  undo
    "open":        (OPENED, TAKEN, MOVED, REFUSED, FIRST, FIRST, NOT_YET),
    "mine":        (OPENED, TAKEN_BEFORE, NO_NEED_TO, REFUSED, CHOOSE, PLANNED, BACK_OPEN),
    "mine, late":  (OPENED, TAKEN_BEFORE, NO_NEED_TO, REFUSED, CHOOSE, PLANNED, OVER),
    "planned":     (OPENED, TAKEN_BEFORE, NO_NEED_TO, REFUSED, CHOOSE, SAID, BACK_NO_PLAN),
    "with more":   (OPENED, TAKEN_BEFORE, NO_NEED_TO, REFUSED, CHOOSE, PLANNED, OVER),
    "another's":   (OPENED, OWENS, NO_NEED_TO, REFUSED, OWENS, OWENS, NOT_YET),
    "undone":      (OPENED, TAKEN, MOVED, REFUSED, FIRST, FIRST, BACK_BEFORE),
    "closed":      (OPENED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED),
    "withdrawn":   (WITHDRAWN, WITHDRAWN, WITHDRAWN, WITHDRAWN, WITHDRAWN, WITHDRAWN, WITHDRAWN),
    "misdirected": (SEALED, SEALED, SEALED, SEALED, SEALED, SEALED, SEALED),
}  # fmt: skip
NURSES_BUTTONS = ("o:{}", "a:{}", "y:{}", "w:{}", "w:{}:7", "u:{}")
BACK_STANDS = "Taken back. What was answered before stands."
NURSE = {
    #               open    acknowledge   no need  pass on  to nobody  undo
    "open":        (OPENED, TAKEN,        SEEN,    CHOOSE,  GONE,      NOT_YET),
    "mine":        (OPENED, TAKEN_BEFORE, SEEN,    CHOOSE,  GONE,      BACK_OPEN),
    "another's":   (OPENED, NONS,         NONS,    NONS,    NONS,      NOT_YET),
    "passed on":   (OPENED, TAKEN,        SEEN,    CHOOSE,  GONE,      NOT_YET),
    "withdrawn":   (WITHDRAWN,) * 6,
}  # fmt: skip


async def _newest(world: World) -> int:
    async with world.ctx.store.reading() as tx:
        newest = select(func.max(alerts.c.id)).where(alerts.c.leg != Leg.TRIAGE)
        return int(await tx.scalar(newest))


async def _school_state(world: World, state: str, sent: dict[str, Any]) -> int:
    """An alert of what is `sent` comes into this state for Mair; its number."""
    mair, owen = world.phone("Mair"), world.phone("Owen")
    reference = await world.police.send(sent)
    number = await _newest(world)
    match state:
        case "mine" | "mine, late" | "planned" | "with more" | "undone":
            await mair.press_data(f"a:{number}")
        case "another's":
            await owen.press_data(f"a:{number}")
        case "closed":
            await close(world.ctx, reference, "settled by telephone", "coordinator")
        case "withdrawn":
            await world.police.withdraw(reference)
        case "misdirected":
            await owen.press_data(f"n:{number}")
    match state:
        case "mine, late":
            await world.advance(minutes=3)
        case "planned":
            await mair.press_data(f"k:{number}:0")
        case "undone":
            await mair.press_data(f"u:{number}")
        case "with more":
            await world.advance(minutes=3)
            await world.police.send(sent | {"circumstances": "There is more to it."})
    await world.advance(seconds=5)
    world.everyone_is_accounted_for()
    return number


async def _nurse_state(world: World, state: str, sent: dict[str, Any]) -> int:
    """The same for Nia, of a nurse team's alert."""
    nia, non = world.phone("Nia"), world.phone("Non")
    reference = await world.police.send(sent)
    number = await _newest(world)
    match state:
        case "mine":
            await nia.press_data(f"a:{number}")
        case "another's":
            await non.press_data(f"a:{number}")
        case "passed on":
            await nia.press("Pass on", nia.sandbox.last)
            await world.advance(seconds=2)
            await nia.press("Non", nia.sandbox.last)
        case "withdrawn":
            await world.police.withdraw(reference)
    await world.advance(seconds=5)
    world.everyone_is_accounted_for()
    return number


Comes = Callable[[World, str, dict[str, Any]], Awaitable[int]]


async def each_press(
    world: World, school: School, comes: Comes, state: str, buttons: Sequence[str], who: str
) -> tuple[str, ...]:
    """What `who` is answered to each button, each on an alert of its own in this state. Before
    them everybody presses it who never had anything to do with it: for them there is nothing."""
    answers = []
    for button in buttons:
        number = await comes(world, state, notice(child(school), exclude=["carys"]))
        data = button.format(number)
        before = await everything(world)
        for other in ("Rhys", "Carys", "Moved", "Stranger", "Coordinator"):
            said = await answer_to(world.phone(other), data)
            assert said == NOTHING, (state, data, other)
        assert await everything(world) == before
        answers.append(await answer_to(world.phone(who), data, world.phone(who).sandbox.last))
        await world.advance(seconds=2)
        world.everyone_is_accounted_for()
    return tuple(answers)


async def _town(world: World, roles: tuple[Role, ...]) -> School:
    """Beside who presses: somebody of another school, somebody excluded, somebody whose scope moved
    on, somebody whom nobody knows, and a coordinator, who may see no content."""
    await world.authority()
    school = await world.school("Ysgol Bryn")
    elsewhere = await world.school("Roath Primary School")
    await world.person("Rhys", roles[0], schools=[elsewhere.code])
    await world.person("Carys", roles[0], schools=[school.code])
    await world.person("Moved", roles[0], schools=[school.code])
    await world.change("Moved", scope=Scope(schools=frozenset({elsewhere.code})))
    return school


@pytest.mark.parametrize("state", SCHOOL)
async def test_at_a_school(world: World, state: str) -> None:
    await world.without_nurses()
    school = await _town(world, (Role.DSP,))
    await world.person("Mair", Role.DSP, schools=[school.code])
    await world.person("Owen", Role.DEPUTY_DSP, schools=[school.code])
    said = await each_press(world, school, _school_state, state, BUTTONS, "Mair")
    assert dict(zip(BUTTONS, said, strict=True)) == dict(zip(BUTTONS, SCHOOL[state], strict=True))


@pytest.mark.parametrize("state", NURSE)
async def test_in_a_nurse_team(world: World, state: str) -> None:
    await world.policy({"[policies.school]": "[policies.school]\nenabled = false"})
    school = await _town(world, (Role.SCHOOL_NURSE,))
    for name in ("Nia", "Non"):
        await world.person(name, Role.SCHOOL_NURSE, schools=[school.code])
    said = await each_press(world, school, _nurse_state, state, NURSES_BUTTONS, "Nia")
    expected = dict(zip(NURSES_BUTTONS, NURSE[state], strict=True))
    assert dict(zip(NURSES_BUTTONS, said, strict=True)) == expected
