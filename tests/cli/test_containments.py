"""`containments`: what reached a wrong school, who had opened it, and its end by a coordinator."""

import asyncio
import json
import sqlite3

import pytest

from bot.flow.context import Context
from bot.flow.not_ours import not_ours
from tests.cli.desk import Desk
from tests.cli.test_status_and_close import raised


@pytest.fixture
def reference(staffed: Desk) -> str:
    """A notice with everything in it that a DSP has opened and sealed."""
    found = raised(staffed)
    opener = next(p["id"] for p in people(staffed) if p["role"] == "dsp")
    database = sqlite3.connect(staffed.database)
    with database:
        database.execute(
            "insert into disclosures (alert_id, person_id, role, fields, children, matrix_version,"
            " way, disclosed_at) values (1, ?, 'dsp', '[\"name\",\"voice\"]', '[1]', '', 'chat',"
            " 1)",
            (opener,),
        )
        database.execute(
            "insert into events (at, action, alert_id, person_id, detail)"
            " values (1, 'alert:opened', 1, ?, '{}')",
            (opener,),
        )
    database.close()

    async def seal() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{staffed.database}")
        try:
            assert (await not_ours(ctx, opener, 1)).sentence == "press.not_ours"
        finally:
            await ctx.store.close()

    asyncio.run(seal())
    return found


def people(desk: Desk) -> list[dict[str, str]]:
    """Who covers the school of the sample notice, and who coordinates."""
    database = sqlite3.connect(desk.database)
    rows = database.execute("select id, name, role, scope from people order by position, id")
    found = [
        {"id": i, "name": name, "role": role}
        for i, name, role, scope in rows
        if role == "coordinator" or "9992001" in json.loads(scope).get("schools", ())
    ]
    database.close()
    return found


def coordinator(desk: Desk) -> str:
    return next(p["id"] for p in people(desk) if p["role"] == "coordinator")


def test_what_is_open_is_listed_with_its_clock(staffed: Desk, reference: str) -> None:
    said = staffed.run("containments")
    assert said.code == 0
    assert said.lines[0].startswith(f"{reference}  report due ")
    assert "opened by 1  9992001 Ysgol" in said.lines[0]
    assert said.lines[-1] == "1 open."


def test_one_record_says_who_had_opened_which_fields(staffed: Desk, reference: str) -> None:
    said = staffed.run("containments", reference.lower())
    dsp = next(p for p in people(staffed) if p["role"] == "dsp")
    assert (said.code, said.err) == (0, "")
    assert f"{dsp['name']} ({dsp['id']}), dsp, in the chat: name, voice" in said.lines[-1]
    [record] = staffed.run("containments", reference, "--json").json
    assert (record["school"], record["child"], record["sealed_by"]) == ("9992001", 1, dsp["id"])
    assert [opening["fields"] for opening in record["openings"]] == [["name", "voice"]]
    assert "canary" not in said.out.lower()


def test_a_coordinator_ends_it_once(staffed: Desk, reference: str) -> None:
    ending = ("containments", reference, "--end", "not_reportable", "--by", coordinator(staffed))
    said = staffed.run(*ending)
    assert (said.code, said.out) == (0, "")
    assert said.err == f"{reference}: 1 ended, not_reportable.\n"
    assert staffed.run("containments").out == "0 open.\n"
    [record] = staffed.run("containments", reference, "--json").json
    assert (record["outcome"], record["ended_by"]) == ("not_reportable", coordinator(staffed))
    assert "not_reportable" in staffed.run("containments", reference).out
    again = staffed.run(*ending)
    assert (again.code, again.sentence) == (
        1,
        f"The containment record of {reference} has ended already.",
    )


def test_nobody_else_can_end_it(staffed: Desk, reference: str) -> None:
    dsp = next(p["id"] for p in people(staffed) if p["role"] == "dsp")
    for by in (dsp, "p999"):
        said = staffed.run("containments", reference, "--end", "reported", "--by", by)
        assert (said.code, said.sentence) == (1, f"No coordinator who may end it has the id {by}.")
    assert staffed.run("containments").lines[-1] == "1 open."


@pytest.mark.parametrize("given", [["--end", "reported"], ["--by", "p001"]])
def test_how_it_ends_and_who_says_so_belong_together(
    staffed: Desk, reference: str, given: list[str]
) -> None:
    said = staffed.run("containments", reference, *given)
    assert said.code == 2
    assert said.sentence == "--end and --by belong together: how it ends, and who says so."


def test_without_a_record_it_says_so(staffed: Desk) -> None:
    assert staffed.run("containments").out == "0 open.\n"
    said = staffed.run("containments", "ENC-00000000")
    assert (said.code, said.sentence) == (1, "There is no containment record of ENC-00000000.")
    bare = staffed.run("containments", "--end", "reported", "--by", "p001")
    assert (bare.code, bare.sentence) == (2, "--end needs the reference of what is to be ended.")
