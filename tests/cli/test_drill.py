"""`drill`: asked for, listed, ended, and what it came to; a slip does nothing at all."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.calendar import LONDON
from bot.flow.context import Context
from bot.flow.drill_due import drill_due
from bot.flow.raise_alerts import raise_due
from tests.cli.desk import Desk

SCHOOLS = "9992001,9992007"


def served(desk: Desk) -> None:
    """A worker's ticks: drills that are due start, and their notices are raised."""

    async def work() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{desk.database}")
        try:
            await drill_due(ctx)
            await raise_due(ctx)
        finally:
            await ctx.store.close()

    asyncio.run(work())


def tomorrow() -> str:
    return f"{datetime.now(LONDON) + timedelta(days=1):%Y-%m-%d} 07:30"


def test_it_prints_its_number_alone_and_one_sentence_of_what_will_come(staffed: Desk) -> None:
    said = staffed.run("drill", "--schools", SCHOOLS, "--at", tomorrow())
    assert (said.code, said.out) == (0, "1\n")
    [line] = said.err.splitlines()
    assert line.startswith("Drill 1 starts at ")
    assert "07:30, with 2 schools: it tells " in line
    assert " people at once, " in line
    assert " in all if nobody answers, and ends by " in line
    assert staffed.run("drill", "--schools", "all").out == "2\n"
    assert staffed.run("drill", "--schools", "9992001", "--at", "now").out == "3\n"


def test_the_list_has_each_with_its_state(staffed: Desk) -> None:
    assert staffed.run("drill", "--list").out == "0 drills.\n"
    staffed.run("drill", "--schools", SCHOOLS, "--at", tomorrow())
    staffed.run("drill", "--schools", "9992001")
    served(staffed)
    said = staffed.run("drill", "--list")
    assert [line.split()[0] for line in said.lines] == ["2", "1", "2"]
    assert "under way" in said.lines[0]
    assert "waiting" in said.lines[1]
    plain = staffed.run("drill", "--list", "--json").json
    assert [drill["state"] for drill in plain] == ["under way", "waiting"]
    assert plain[1]["schools"] == SCHOOLS.split(",")


def test_the_status_marks_it_and_counts_it_apart(staffed: Desk) -> None:
    staffed.run("drill", "--schools", "9992001")
    served(staffed)
    said = staffed.run("status")
    assert said.lines[-1] == "0 open, and 2 of drills."
    assert all(line.endswith("  DRILL 1") for line in said.lines[:-1])
    assert {duty["drill"] for duty in staffed.run("status", "--json").json} == {1}


def test_ended_by_hand_nothing_of_it_is_open(staffed: Desk) -> None:
    staffed.run("drill", "--schools", "9992001")
    served(staffed)
    said = staffed.run("drill", "--end", "1")
    assert (said.code, said.out, said.err) == (0, "", "Drill 1 was ended.\n")
    assert staffed.run("status").out == "0 open.\n"
    again = staffed.run("drill", "--end", "1")
    assert (again.code, again.sentence) == (1, "Drill 1 is over already.")
    staffed.run("drill", "--schools", "9992001", "--at", tomorrow())
    assert staffed.run("drill", "--end", "2").err == "Drill 2 was called off; nobody was told.\n"


def test_ended_before_its_alerts_were_raised_they_never_are(staffed: Desk) -> None:
    staffed.run("drill", "--schools", "9992001")

    async def only_started() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{staffed.database}")
        await drill_due(ctx)
        await ctx.store.close()

    asyncio.run(only_started())
    assert staffed.run("drill", "--end", "1").code == 0
    served(staffed)
    assert staffed.run("status").out == "0 open.\n"
    assert staffed.run("drill", "--list", "--json").json[0]["state"] == "over"


def test_the_report_names_people_and_who_never_enrolled(desk: Desk) -> None:
    """On this desk nobody has enrolled."""
    desk.run("drill", "--schools", "9992001")
    served(desk)
    said = desk.run("drill", "--report", "1")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].startswith("Drill 1, under way: from ")
    assert any(line.startswith("  not reached  dsp ") for line in said.lines)
    assert all(
        line.endswith(": not_enrolled") for line in said.lines if line.startswith("  not reached")
    )
    plain = desk.run("drill", "--report", "1", "--json").json
    assert plain["totals"]["people told"] == 0
    assert plain["totals"]["alerts"] == len(plain["alerts"]) == 2
    assert {leg["leg"] for leg in plain["alerts"]} == {"school", "nurse"}
    assert all(leg["told"] == [] and leg["not_reached"] for leg in plain["alerts"])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--schools", "9999999"], 1, "No school has the code 9999999."),
        (["--schools", "9992001,9999999"], 1, "No school has the code 9999999."),
        (["--schools", ""], 1, "Name at least one school by its code, or say all."),
        (["--schools", " , "], 1, "Name at least one school by its code, or say all."),
        (["--schools", "9992001", "--at", "2026-01-01 07:30"], 1,
         "A drill cannot start in the past."),
        (["--schools", "9992001", "--at", "soon"], 2,
         "--at must be a date and time, such as 2026-11-30T07:10."),
        (["--schools", "9992001", "--at", "0001-01-01T00:00"], 2,
         "--at must lie in this century."),
        (["--schools", "9992001", "--at", "2099-01-04 07:30"], 1,
         "A drill cannot start more than a year from now."),
        (["--schools", "9992001", "--at", "2026-11-23"], 2,
         "--at needs a time, as in 2026-11-23 07:30."),
        (["--report", "404"], 1, "There is no drill 404."),
        (["--report", "-1"], 1, "There is no drill -1."),
        (["--end", "9" * 30], 1, f"There is no drill {'9' * 30}."),
        (["--list", "--at", "now"], 2, "--at belongs to --schools."),
        (["--end", "1", "--json"], 2, "--json belongs to --list or --report."),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_slip_is_one_sentence_and_nothing_is_done(
    staffed: Desk, arguments: list[str], code: int, says: str
) -> None:
    said = staffed.run("drill", *arguments)
    assert (said.code, said.sentence) == (code, says)
    assert staffed.run("drill", "--list").out == "0 drills.\n"


def test_the_name_that_drills_go_by_is_nobody_elses(staffed: Desk) -> None:
    said = staffed.run("key", "create", "--partner", "drills")
    assert (said.code, said.sentence) == (
        1, "The name drills is kept for drills: choose another.",
    )  # fmt: skip
    staffed.run("drill", "--schools", "9992001")
    served(staffed)
    file = staffed.write("one.json", "{}")
    refused = staffed.run("notify", file, "--partner", "drills")
    assert refused.sentence.startswith("There is no partner drills;")
