"""`route`: who would be told, when, by what, and why: and the real thing then does just that."""

import asyncio
import json
import sqlite3
from datetime import datetime
from typing import Any

import pytest

from bot.clock import HandClock
from bot.flow.account import line_of_time
from bot.flow.context import Context
from bot.flow.escalate import escalate_due
from bot.flow.new_notices import Incoming
from bot.flow.partners import desk as the_desk
from bot.flow.raise_alerts import raise_due
from bot.flow.receive import receive
from bot.flow.report import due_next
from bot.intake.document import read_json
from tests.cli.desk import Desk, a_notice

SCHOOL, AT = "9992001", "2026-11-30T07:10"
Told = list[tuple[str, datetime, list[str]]]


def test_it_names_who_when_by_what_and_why(staffed: Desk) -> None:
    said = staffed.run("route", "--school", SCHOOL, "--at", AT)
    assert (said.code, said.err) == (0, "")
    assert said.lines[:10] == [
        "Ysgol Gynradd Pen-y-Waun (9992001), raised Mon 30 Nov 2026 07:10:",
        "",
        "school leg, due Mon 30 Nov 2026 09:00",
        "  Mon 30 Nov 2026 07:10  step 1: dsp",
        "    told     p001 Noah Price, by telegram",
        "  Mon 30 Nov 2026 08:00  step 2: deputy_dsp",
        "    told     p002 Maryam Vaughan, by telegram",
        "  Mon 30 Nov 2026 09:00  step 3: education_safeguarding",
        "    told     p055 Owain Nowak, by telegram",
        "  Mon 30 Nov 2026 09:30  reminder 1: coordinator",
    ]


def test_who_is_left_out_is_named_with_the_reason_and_the_ladder_moves_on(staffed: Desk) -> None:
    with sqlite3.connect(staffed.database) as database:
        database.execute("update contact_methods set state = 'blocked' where person_id = 'p001'")
        database.execute("update facts set value = value + 1 where name = 'directory_version'")
    database.close()
    said = staffed.run("route", "--school", SCHOOL, "--at", AT)
    assert said.code == 0
    assert "    skipped  p001 Noah Price: contact_blocked" in said.lines
    assert "    nobody can be told" in said.lines
    pulled = "  Mon 30 Nov 2026 07:10  step 2: deputy_dsp  (pulled forward: nobody before could be"
    assert any(line.startswith(pulled) for line in said.lines)
    [school, _] = staffed.run("route", "--school", SCHOOL, "--at", AT, "--json").json
    assert school["steps"][0]["skipped"] == [{"person": "p001", "why": "contact_blocked"}]
    assert school["steps"][0]["told"] == []


def test_a_duty_that_would_end_with_nobody_is_exit_1(desk: Desk) -> None:
    said = desk.run("route", "--school", SCHOOL, "--at", AT)
    assert said.code == 1
    assert said.lines.count("  NOBODY WHO COULD SETTLE IT WOULD BE TOLD") == 2
    as_json = desk.run("route", "--school", SCHOOL, "--at", AT, "--json")
    assert as_json.code == 1
    assert [leg["ends_with_nobody"] for leg in as_json.json] == [True, True]


def test_a_year_is_asked_of_those_who_cover_it(staffed: Desk) -> None:
    people = staffed.folder / "people.csv"
    assert staffed.run("directory", "export", ".").code == 0
    rows = people.read_text().splitlines()
    column = rows[0].split(",").index("year_groups")
    for index, row in enumerate(rows):
        if row.startswith("p001,"):
            cells = row.split(",")
            cells[column] = "1-3"
            rows[index] = ",".join(cells)
    people.write_text("\n".join(rows) + "\n")
    assert staffed.run("directory", "import", people).code == 0

    def first_told(*year: str) -> list[str]:
        said = staffed.run("route", "--school", SCHOOL, "--at", AT, *year, "--json")
        return [person for step in said.json[0]["steps"][:1] for person in step["told"]]

    assert first_told("--year", "2") == ["p001"]
    assert first_told("--year", "6") == []
    assert first_told() == ["p001"], "a child of unknown year is in the scope of every DSP"


WRONG: dict[str, tuple[list[str], int, str]] = {
    "school": (["--school", "9990009", "--at", AT], 1, "No school has the code 9990009."),
    "time": (
        ["--school", SCHOOL, "--at", "tomorrow"],
        2,
        "--at must be a date and time, such as 2026-11-30T07:10.",
    ),
    "century": (
        ["--school", SCHOOL, "--at", "0001-01-01T00:00"], 2, "--at must lie in this century."
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_answered_is_one_sentence(
    staffed: Desk, arguments: list[str], code: int, says: str
) -> None:
    said = staffed.run("route", *arguments)
    assert (said.code, said.sentence) == (code, says)


def foreseen(desk: Desk, at: str) -> Told:
    legs = desk.run("route", "--school", SCHOOL, "--at", at, "--json").json
    return sorted(
        (leg["leg"], datetime.fromisoformat(step["at"]), step["told"])
        for leg in legs
        for step in leg["steps"]
    )


def really_told(desk: Desk, at: str, expected: Told) -> Told:
    """Raise a real notice at that instant and let nobody answer."""

    async def morning() -> list[dict[str, Any]]:
        clock = HandClock(datetime.fromisoformat(at))
        ctx = Context.on(f"sqlite+aiosqlite:///{desk.database}", clock)
        try:
            partner, body = await the_desk(ctx, None), json.dumps(a_notice(**before(at))).encode()
            submission = read_json(body, ctx.now())
            taken = await receive(
                ctx, [Incoming(partner.id, partner.name, "file", body, submission)]
            )
            await raise_due(ctx)
            last = max(told_at for _, told_at, _ in expected)
            while (at_next := (await due_next(ctx))["ladder"]) <= last:
                clock.move_to(at_next)
                await escalate_due(ctx)
            return await line_of_time(ctx, taken[0].reference)
        finally:
            await ctx.store.close()

    lines = [line for line in asyncio.run(morning()) if line["action"] == "alert:told"]
    return sorted(
        (line["leg"], line["at"], line["told"]) for line in lines if line["reminder"] <= 1
    )


def before(at: str) -> dict[str, Any]:
    return {"occurred_at": "2026-10-01T20:00:00+00:00", "sent_at": at}


INSTANTS = {
    "a Monday before school": "2026-11-30T07:10:00+00:00",
    "a Friday evening": "2026-11-20T19:00:00+00:00",
    "before the clocks go back": "2026-10-23T18:00:00+01:00",
    "while the clocks go back, first": "2026-10-25T01:30:00+01:00",
    "while the clocks go back, again": "2026-10-25T01:30:00+00:00",
    "before the clocks go forward": "2027-03-25T18:00:00+00:00",
    "while the clocks go forward": "2027-03-28T01:00:00+00:00",
}


@pytest.mark.parametrize("at", INSTANTS.values(), ids=INSTANTS)
def test_the_real_thing_tells_the_same_people_at_the_same_times(staffed: Desk, at: str) -> None:
    expected = foreseen(staffed, at)
    assert really_told(staffed, at, expected) == expected
    assert [leg for leg, _, _ in expected] == ["nurse"] * 3 + ["school"] * 4


@pytest.mark.parametrize(
    ("at", "bell"),
    [
        ("2026-10-23T18:00", "2026-11-02T09:00+00:00"),
        ("2026-10-25T01:30", "2026-11-02T09:00+00:00"),
        ("2027-03-25T18:00", "2027-04-12T09:00+01:00"),
        ("2027-03-28T01:30", "2027-04-12T09:00+01:00"),
    ],
)
def test_the_bell_rings_by_the_local_clock_on_either_side_of_its_change(
    staffed: Desk, at: str, bell: str
) -> None:
    school = staffed.run("route", "--school", SCHOOL, "--at", at, "--json").json[0]
    rings = datetime.fromisoformat(bell)
    assert datetime.fromisoformat(school["deadline_at"]) == rings
    hour = [datetime.fromisoformat(step["at"]) for step in school["steps"]]
    assert (rings - hour[1]).total_seconds() == 3600
    assert hour == sorted(hour)


def test_an_hour_that_the_clocks_leave_out_is_shown_as_the_hour_it_is(staffed: Desk) -> None:
    said = staffed.run("route", "--school", SCHOOL, "--at", "2027-03-28T01:30")
    assert said.lines[0].endswith("raised Sun 28 Mar 2027 02:30:")


def test_urgent_is_an_option_that_changes_no_duty(staffed: Desk) -> None:
    """Urgency is said in the first words of the alert; the ladder is the partnership's own."""
    plain = staffed.run("route", "--school", SCHOOL, "--at", AT, "--json")
    urgent = staffed.run("route", "--school", SCHOOL, "--at", AT, "--urgent", "--json")
    assert urgent == plain
