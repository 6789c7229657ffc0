"""`status` and `close`: what is owed, what became of it, and a coordinator's end of it."""

import asyncio
import json
import re
from typing import Any

import pytest

from bot.flow.context import Context
from bot.flow.raise_alerts import raise_due
from tests.builders import WHOLE, WHOLE_CHILD
from tests.cli.desk import Desk, a_notice

STAMP = re.compile(r"\w{3} \d\d \w{3} \d{4} \d\d:\d\d:\d\d  [a-z_]+:[a-z_]+")


def raised(desk: Desk) -> str:
    """A notice with everything in it, taken in and raised; its reference."""
    child = WHOLE_CHILD | {"school": {"code": "9992001"}, "date_of_birth": "2016-03-01"}
    file = desk.write("one.json", json.dumps(a_notice(**WHOLE, children=[child])))
    taken = desk.run("notify", file, "--json")

    async def raise_it() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{desk.database}")
        try:
            await raise_due(ctx)
        finally:
            await ctx.store.close()

    asyncio.run(raise_it())
    return str(json.loads(taken.out)["reference"])


def test_with_nothing_owed_it_says_so(staffed: Desk) -> None:
    said = staffed.run("status")
    assert (said.code, said.out, said.err) == (0, "0 open.\n", "")
    assert staffed.run("status", "--json").json == []


def test_what_is_open_is_shown_with_its_bell_and_school(staffed: Desk) -> None:
    reference = raised(staffed)
    said = staffed.run("status")
    assert said.code == 0
    assert said.lines[-1] == "2 open."
    for line, leg in zip(said.lines, ("school", "nurse"), strict=False):
        assert line.startswith(f"{reference}  {leg:<6}  due ")
        assert line.endswith("9992001 Ysgol Gynradd Pen-y-Waun")
    plain = staffed.run("status", "--json").json
    assert {duty["leg"] for duty in plain} == {"school", "nurse"}
    assert {duty["reference"] for duty in plain} == {reference}
    assert not any(duty["overdue"] for duty in plain)


def test_one_alert_has_a_line_of_time_in_order(staffed: Desk) -> None:
    reference = raised(staffed)
    said = staffed.run("status", reference)
    assert (said.code, said.err) == (0, "")
    assert all(STAMP.match(line) for line in said.lines), said.lines
    actions = [line.split()[5] for line in said.lines]
    assert actions[0] == "notification:received"
    assert actions.count("alert:raised") == actions.count("alert:told") == 2
    assert staffed.run("status", reference.lower()).out == said.out, "as it was read over the phone"
    account = staffed.run("status", reference, "--json").json
    assert (account["reference"], account["state"]) == (reference, "raised")
    assert [line["action"] for line in account["line_of_time"]] == actions
    assert {alert["state"] for alert in account["alerts"]} == {"open"}


def closed_of(account: dict[str, Any]) -> set[str]:
    return {alert["state"] for alert in account["alerts"]}


def test_a_coordinator_ends_a_duty_with_a_reason_that_is_kept(staffed: Desk) -> None:
    reference = raised(staffed)
    said = staffed.run("close", reference, "--reason", "school told by telephone")
    assert (said.code, said.out, said.err) == (0, "", f"{reference}: 2 closed.\n")
    assert staffed.run("status").out == "0 open.\n"
    account = staffed.run("status", reference, "--json").json
    assert account["state"] == "closed"
    assert closed_of(account) == {"closed"}
    ends = [line for line in account["line_of_time"] if line["action"] == "alert:closed"]
    assert {(line["reason"], line["by"]) for line in ends} == {
        ("school told by telephone", "command line")
    }
    again = staffed.run("close", reference, "--reason", "once more")
    assert (again.code, again.sentence) == (1, f"Nothing of {reference} is open.")


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_ends(staffed: Desk, reason: str) -> None:
    reference = raised(staffed)
    said = staffed.run("close", reference, "--reason", reason)
    assert (said.code, said.sentence) == (2, "--reason must not be empty.")
    missing = staffed.run("close", reference)
    assert missing.code == 2
    assert "--reason" in missing.err
    assert staffed.run("status").lines[-1] == "2 open."


@pytest.mark.parametrize("reference", ["ENC-00000000", "nothing", "ENC-\x00"])
@pytest.mark.parametrize("command", [["status"], ["close", "--reason", "x"], ["status", "--json"]])
def test_an_unknown_reference_is_one_sentence(
    staffed: Desk, command: list[str], reference: str
) -> None:
    said = staffed.run(*command, reference)
    assert (said.code, said.sentence) == (1, f"There is no notification {reference}.")


def test_nothing_of_the_child_is_ever_printed(staffed: Desk) -> None:
    reference = raised(staffed)
    everything = ""
    for command in (
        ["status"], ["status", "--json"], ["status", reference], ["status", reference, "--json"],
        ["close", reference, "--reason", "told by telephone"], ["status", reference],
        ["report", "--from", "2026-11-01", "--to", "2030-12-31"],
    ):  # fmt: skip
        said = staffed.run(*command)
        assert said.code == 0
        everything += said.out + said.err
    assert "canary" not in everything.lower()
    assert "2016-03-01" not in everything
    assert "Noah Price" not in everything, "staff by their ids, not by name"


def test_the_call_list_prints_whom_to_ring_and_what_to_say(staffed: Desk) -> None:
    assert "nobody to ring" in staffed.run("status", "--call-list").out
    reference = raised(staffed)
    said = staffed.run("status", "--call-list")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].startswith('Say: "This is about Operation Encompass')
    assert sum(line.startswith(reference) for line in said.lines) == 2
    assert any(line.startswith("  [ ] ") for line in said.lines)
    assert WHOLE_CHILD["family_name"] not in said.out
    plain = staffed.run("status", "--call-list", "--json").json
    assert {call["reference"] for call in plain} == {reference}
    assert staffed.run("status", "--call-list", reference).code == 2
