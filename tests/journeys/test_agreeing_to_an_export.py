"""The complete export: two people agree, each by a press in their own chat, and it is made once."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from bot.domain.errors import ConflictError, EncompassError, NotFoundError
from bot.domain.people import Role
from bot.domain.school import School
from bot.domain.subject_access import Subject
from bot.flow.export_request import ask
from bot.flow.subject_access import make
from bot.sandbox.chats import ChatMessage
from bot.store.tables import export_requests
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.journeys.test_subject_access import HERS, NIA, made, texts, whole
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair")


async def asked(world: World, *people: str) -> tuple[str, dict[str, ChatMessage]]:
    """A request, and the message that each of the two got."""
    people = people or ("desk", "coordinator")
    reference = await ask(world.ctx, NIA, people)
    await world.advance(seconds=2)
    return reference, {
        name: world.phone(name.capitalize()).expects("agree.asks") for name in people
    }


async def refused(world: World, request: str) -> str:
    before = await everything(world)
    with pytest.raises(EncompassError) as found:
        await make(world.ctx, NIA, request=request)
    assert await everything(world) == before, "nothing half done"
    return str(found.value)


async def test_two_people_agree_and_the_complete_export_is_made_once(
    world: World, bryn: School
) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    for card in cards.values():
        assert card.text.splitlines()[0] == (
            f"A complete subject-access export, request {request}, asks for your agreement."
        )
        assert not {"Nia", "Enghraifft", "Bryn"} & set(re.findall(r"\w+", card.text))
    assert await refused(world, request) == (
        f"{request} still waits for the agreement of desk, coordinator."
    )
    desk, coordinator = world.phone("Desk"), world.phone("Coordinator")
    assert await answer_to(desk, "e:1", cards["desk"]) == "You have agreed."
    assert "still waits for the agreement of coordinator" in await refused(world, request)
    assert await answer_to(coordinator, "e:1", cards["coordinator"]) == "You have agreed."
    export = await make(world.ctx, NIA, request=request)
    said = export.as_json.decode()
    canaries = set(re.findall(r"[Cc]anary-\w+", str(WHOLE | WHOLE_CHILD)))
    assert len(canaries) > 10
    assert [canary for canary in canaries if canary not in said] == []
    assert "Canary-update" in said
    assert "Rhys" in said
    assert "[withheld" not in texts(export)
    assert "used" in await refused(world, request)
    [line] = await made(world)
    assert (line.detail["request"], line.detail["redacted"]) == (request, False)


async def test_one_refusal_ends_it_even_after_both_agreed(world: World, bryn: School) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    desk, coordinator = world.phone("Desk"), world.phone("Coordinator")
    await answer_to(desk, "e:1", cards["desk"])
    await answer_to(coordinator, "e:1", cards["coordinator"])
    assert await answer_to(desk, "e:0", cards["desk"]) == "You have not agreed. It ends here."
    assert await refused(world, request) == f"{request} was refused."
    before = await everything(world)
    assert await answer_to(coordinator, "e:1", cards["coordinator"]) == "This has ended already."
    assert await answer_to(desk, "e:1", cards["desk"]) == "This has ended already."
    assert await everything(world) == before


async def test_agreeing_twice_is_agreeing_once(world: World, bryn: School) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    desk = world.phone("Desk")
    await answer_to(desk, "e:1", cards["desk"])
    before = await everything(world)
    assert await answer_to(desk, "e:1", cards["desk"]) == "You had agreed already."
    assert await everything(world) == before
    assert "coordinator" in await refused(world, request)


async def test_nobody_else_can_agree_whatever_they_press(world: World, bryn: School) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    before = await everything(world)
    for name in ("Mair", "Safeguarding", "Stranger"):
        for card in cards.values():
            for data in ("e:1", "e:0"):
                assert await answer_to(world.phone(name), data, card) == NOTHING, name
    desk = world.phone("Desk")
    assert await answer_to(desk, "e:1", cards["coordinator"]) == NOTHING
    for data in ("e", "e:", "e:2", "e:1:1", "E:1", f"e:{request}"):
        assert await answer_to(desk, data, cards["desk"]) == NOTHING, data
    assert await everything(world) == before


async def test_who_no_longer_holds_the_role_cannot_agree_nor_does_an_old_agreement_stand(
    world: World, bryn: School
) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    await answer_to(world.phone("Desk"), "e:1", cards["desk"])
    coordinator = world.phone("Coordinator")
    await answer_to(coordinator, "e:1", cards["coordinator"])
    await world.has_a_successor("Desk")
    await world.change("Desk", role=Role.HEAD_TEACHER)
    assert await answer_to(world.phone("Desk"), "e:0", cards["desk"]) == NOTHING
    assert "may no longer do so" in await refused(world, request)


async def test_after_a_day_it_has_lapsed(world: World, bryn: School) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    await answer_to(world.phone("Desk"), "e:1", cards["desk"])
    await world.advance(hours=25)
    world.everyone_is_accounted_for()
    said = await answer_to(world.phone("Coordinator"), "e:1", cards["coordinator"])
    assert said.startswith("This was asked too long ago")
    assert await refused(world, request) == f"{request} has lapsed: ask again."


async def test_an_agreement_is_to_one_childs_export_alone(world: World, bryn: School) -> None:
    await whole(world, bryn)
    request, cards = await asked(world)
    await answer_to(world.phone("Desk"), "e:1", cards["desk"])
    await answer_to(world.phone("Coordinator"), "e:1", cards["coordinator"])
    other = Subject("Canary-given Canary-family", date(2016, 3, 1))
    for subject, named in ((other, request), (NIA, "SA-000000"), (NIA, "SA-\x00")):
        with pytest.raises(NotFoundError):
            await make(world.ctx, subject, request=named)
    async with world.ctx.store.reading() as tx:
        [row] = await tx.all(select(export_requests))
    assert row.used_at is None
    assert "Nia" not in str(row)


async def test_who_must_know_nothing_of_her_is_not_asked(world: World, bryn: School) -> None:
    await world.person("Gwen", Role.MASH_DESK, everywhere=True)
    sent = notice(child(bryn) | HERS) | {"exclude": ["gwen"]}
    await world.police.send(sent)
    world.phone("Mair").expects("alert")
    with pytest.raises(ConflictError, match="gwen cannot be asked"):
        await ask(world.ctx, NIA, ["gwen", "coordinator"])
    request, cards = await asked(world)
    await answer_to(world.phone("Desk"), "e:1", cards["desk"])
    await answer_to(world.phone("Coordinator"), "e:1", cards["coordinator"])
    await world.police.send(sent | {"exclude": ["gwen", "desk"]})
    world.everyone_is_accounted_for()
    assert "may no longer do so" in await refused(world, request)


@pytest.mark.parametrize(
    ("people", "says"),
    [
        (["desk", "desk"], "two different people"),
        (["desk"], "two different people"),
        (["safeguarding", "coordinator"], "One of the two who agree must be of the MASH desk"),
        (["desk", "mair"], "Only these roles may agree"),
        (["desk", "nobody"], "Nobody in the directory has the id nobody."),
        (["desk", "cydlynydd"], "cydlynydd cannot be asked"),
    ],
)
async def test_who_cannot_be_asked_is_said_and_nobody_is(
    world: World, bryn: School, people: list[str], says: str
) -> None:
    await world.person("Cydlynydd", Role.COORDINATOR, everywhere=True, enrolled=False)
    await world.police.send(notice(child(bryn) | HERS))
    world.phone("Mair").expects("alert")
    before = await everything(world)
    with pytest.raises(EncompassError, match=says):
        await ask(world.ctx, NIA, people)
    assert await everything(world) == before


async def test_of_a_child_of_whom_nothing_is_held_nobody_is_asked(
    world: World, bryn: School
) -> None:
    with pytest.raises(NotFoundError):
        await ask(world.ctx, NIA, ["desk", "coordinator"])
    await world.advance(seconds=2)


async def test_while_nobody_knows_whom_an_exclusion_means_nobody_is_asked(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn) | HERS) | {"exclude": ["nobody-knows"]})
    world.phone("Desk").expects("triage")
    with pytest.raises(ConflictError, match="the MASH desk must say first"):
        await ask(world.ctx, NIA, ["desk", "coordinator"])
