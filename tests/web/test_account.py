"""GET /api/v1/notifications/{reference}: what became of a notice, for its sender alone."""

import json
from datetime import datetime
from typing import Any

from bot.domain.people import Role
from bot.flow.account import for_sender
from bot.flow.context import Context
from bot.flow.new_notices import Incoming
from bot.flow.receive import receive
from bot.intake.document import read_json
from tests.builders import WHOLE, WHOLE_CHILD, child, child_of, notice
from tests.world import World

NEVER: dict[str, None] = {"sent_at": None, "opened_at": None, "acknowledged_at": None}


def recipients(account: dict[str, Any], leg: str = "school") -> dict[str, dict[str, Any]]:
    [alert] = [alert for alert in account["alerts"] if alert["leg"] == leg]
    return {recipient["role"]: recipient for recipient in alert["recipients"]}


async def test_before_anyone_was_told_it_says_received(world: World) -> None:
    """Nobody behind the door has looked yet: the contract's shape, with nothing in it."""
    await world.stop()
    ctx = Context.on(world.database, world.clock)
    raw = json.dumps(notice(child())).encode()
    [taken] = await receive(
        ctx, [Incoming(1, "South Force", "api", raw, read_json(raw, ctx.now()))]
    )
    assert await for_sender(ctx, 1, taken.reference) == {
        "reference": taken.reference,
        "version": 1,
        "state": "received",
        "alerts": [],
        "triage": [],
    }
    await ctx.store.close()


async def test_every_instant_comes_when_its_fact_does(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    reference = await world.police.send(child_of(school))
    told = await world.police.account(reference)
    assert set(told) == {"reference", "version", "state", "alerts", "triage"}
    assert (told["reference"], told["version"], told["state"]) == (reference, 1, "raised")
    assert told["triage"] == []
    assert [alert["leg"] for alert in told["alerts"]] == ["school", "nurse"]
    for alert in told["alerts"]:
        assert set(alert) == {
            "school", "leg", "state", "deadline_at", "recipients", "escalations",
        }  # fmt: skip
        assert (alert["school"], alert["state"]) == (school.code, "open")
        assert alert["deadline_at"] == "2026-11-16T08:50:00+00:00"
        assert alert["escalations"] == []
    dsp = recipients(told)["dsp"]
    sent_at = dsp["sent_at"]
    assert dsp == {"role": "dsp", **NEVER, "sent_at": sent_at}
    assert datetime.fromisoformat(sent_at).tzinfo is not None
    world.phone("Mair").expects("alert")
    world.phone("Nia").expects("alert")

    await world.phone("Mair").press("Open details")
    opened = recipients(await world.police.account(reference))["dsp"]
    assert opened["opened_at"] is not None
    assert opened["acknowledged_at"] is None

    await world.phone("Mair").press("Acknowledge")
    after = await world.police.account(reference)
    acknowledged = recipients(after)["dsp"]
    assert acknowledged["sent_at"] == sent_at
    assert acknowledged["opened_at"] == opened["opened_at"]
    assert acknowledged["acknowledged_at"] is not None
    assert [alert["state"] for alert in after["alerts"]] == ["acknowledged", "open"]
    assert recipients(after, "nurse")["school_nurse"]["acknowledged_at"] is None


async def test_each_step_of_the_ladder_is_told_with_its_instant(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    reference = await world.police.send(child_of(school))
    await world.advance_to(datetime.fromisoformat("2026-11-16T09:25:00+00:00"))
    account = await world.police.account(reference)
    [school_leg] = [alert for alert in account["alerts"] if alert["leg"] == "school"]
    assert school_leg["escalations"] == [
        {"step": 2, "at": "2026-11-16T07:50:00+00:00"},
        {"step": 3, "at": "2026-11-16T08:50:00+00:00"},
        {"step": 4, "at": "2026-11-16T09:20:00+00:00"},
    ]
    roles = [recipient["role"] for recipient in school_leg["recipients"]]
    assert roles == ["dsp", "deputy_dsp", "education_safeguarding", "coordinator"]
    assert all(recipient["sent_at"] for recipient in school_leg["recipients"])
    world.everyone_is_accounted_for()


async def test_a_school_that_nobody_can_be_sure_of_is_in_triage(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.authority()
    reference = await world.police.send(notice(child() | {"school": {"name": "Somewhere else"}}))
    world.phone("Desk").expects("triage")
    account = await world.police.account(reference)
    assert (account["state"], account["alerts"]) == ("triage", [])
    [task] = account["triage"]
    assert set(task) == {"state", "since"}
    assert task["state"] == "open"
    assert datetime.fromisoformat(task["since"]) <= world.clock.now()


async def test_it_holds_no_names_and_no_content(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.person("Megan", Role.DSP, schools=[school.code])
    await world.authority()
    body = notice(child(school, **WHOLE_CHILD), **WHOLE, exclude=["owen"])
    reference = await world.police.send(body)
    await world.phone("Mair").press("Open details")
    await world.phone("Mair").press("Acknowledge")
    await world.advance(hours=3)
    world.everyone_is_accounted_for()
    said = json.dumps(await world.police.account(reference)).lower()
    for word in ("canary", "mair", "megan", "owen", "nia", "ysgol", body["source_reference"]):
        assert word not in said, word
