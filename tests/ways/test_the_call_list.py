"""Whom to ring, on paper: names and numbers of staff in the ladder's order, nothing of a child."""

import json
from typing import Any

from bot.commands.call_list import _lines
from bot.domain.people import Role
from bot.flow.call_list import Call, call_list
from tests.builders import child_of
from tests.world import World


async def calls(world: World) -> list[Call]:
    return await call_list(world.ctx)


def rung(call: Call) -> list[tuple[str, str, bool]]:
    return [(person.name, person.phone, person.told) for person in call.people]


async def town(world: World) -> dict[str, Any]:
    await world.without_nurses()
    await world.authority()
    await world.change("Coordinator", phone="07700 900199")
    school = await world.school("Ysgol Bryn")
    for name, role, phone in (
        ("Owen", Role.DEPUTY_DSP, "07700 900102"),
        ("Mair", Role.DSP, "07700 900101"),
    ):
        await world.person(name, role, schools=[school.code], phone=phone, enrolled=name == "Mair")
    return child_of(school)


async def test_it_names_the_people_of_the_ladder_in_its_order_and_who_was_told(
    world: World,
) -> None:
    reference = await world.police.send(await town(world))
    [call] = await calls(world)
    assert (call.reference, call.school_name, call.leg) == (reference, "Ysgol Bryn", "school")
    assert rung(call) == [
        ("Mair", "07700 900101", True),
        ("Owen", "07700 900102", False),  # not enrolled: all the more to be rung
        ("Safeguarding", "", False),
        ("Coordinator", "07700 900199", False),
    ]
    printed = _lines(call)
    assert printed[0].startswith(f"{reference}  by ")
    assert printed[1] == "  [ ] 07700 900101      Mair, dsp  (told, has not answered)"
    assert "no number" in printed[3]
    world.everyone_is_accounted_for()


async def test_it_holds_nothing_of_a_child_and_what_is_settled_leaves_it(world: World) -> None:
    sent = await town(world)
    await world.police.send(sent)
    [call] = await calls(world)
    [child] = sent["children"]
    paper = json.dumps(_lines(call))
    assert child["given_name"] not in paper
    assert child["family_name"] not in paper
    await world.phone("Mair").press("Acknowledge")
    assert await calls(world) == []
    world.everyone_is_accounted_for()


async def test_who_is_excluded_or_away_does_not_stand_on_it(world: World) -> None:
    sent = await town(world)
    await world.phone("Mair").says("/away 2026-11-16 2026-11-17")
    await world.police.send(sent | {"exclude": ["owen"]})
    [call] = await calls(world)
    assert [person.name for person in call.people] == ["Safeguarding", "Coordinator"]
    world.everyone_is_accounted_for()


async def test_while_nobody_knows_who_is_excluded_nobody_is_to_be_rung(world: World) -> None:
    sent = await town(world)
    await world.police.send(sent)
    await world.police.send(sent | {"exclude": ["nobody-of-this-id"]})
    held, task = sorted(await calls(world), key=lambda call: call.leg)
    assert (held.held, held.people) == (True, ())
    assert "Ring nobody yet" in _lines(held)[1]
    assert [person.name for person in task.people][:1] == ["Desk"]
    world.everyone_is_accounted_for()
