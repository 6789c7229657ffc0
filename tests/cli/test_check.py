"""`check`: every gap, by school and day, before a morning finds it."""

import asyncio

import pytest

from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from tests.cli.desk import TOKEN, Desk

DAY = "2026-11-30"


@pytest.fixture
def ready(staffed: Desk) -> Desk:
    staffed.settings["TELEGRAM_TOKEN"] = TOKEN
    return staffed


def edit(desk: Desk, name: str, changes: dict[str, str]) -> None:
    """Change a file of the configuration and put it in force."""
    path = desk.folder / "config" / name
    body = path.read_text()
    for before, after in changes.items():
        assert before in body
        body = body.replace(before, after)
    path.write_text(body)
    assert desk.run("migrate").code == 0


def test_nothing_amiss_is_said_and_exit_0(ready: Desk) -> None:
    said = ready.run("check", "--for", DAY)
    assert (said.code, said.out, said.err) == (0, "No gap on Monday 30 November 2026.\n", "")
    assert ready.run("check", "--for", DAY, "--json").json == {"day": DAY, "gaps": []}
    assert ready.run("check").code == 0, "the next pupil day, unless one is named"


def test_who_has_not_enrolled_leaves_gaps_named_by_school_and_day(desk: Desk) -> None:
    said = desk.run("check", "--for", DAY, TELEGRAM_TOKEN=TOKEN)
    assert (said.code, said.err) == (1, "")
    assert (
        "9992001 Ysgol Gynradd Pen-y-Waun, school leg, 2026-11-30: no dsp or deputy_dsp can be "
        "told (p001 not_enrolled, p002 not_enrolled)"
    ) in said.lines
    assert any("nurse leg, 2026-11-30: no school_nurse or nurse_lead" in x for x in said.lines)
    assert said.lines[-1] == f"{len(said.lines) - 1} gaps on Monday 30 November 2026."
    as_json = desk.run("check", "--for", DAY, "--json", TELEGRAM_TOKEN=TOKEN)
    assert as_json.code == 1
    assert as_json.json["gaps"] == said.lines[:-1]


def test_nobody_at_the_desk_or_at_the_ladders_end_is_a_gap_too(desk: Desk) -> None:
    said = desk.run("check", "--for", DAY, TELEGRAM_TOKEN=TOKEN)
    assert "triage leg, 2026-11-30: no mash_desk can be told (p056 not_enrolled)" in said.lines
    for leg in ("school", "nurse", "triage"):
        gap = f"{leg} leg, at the end, 2026-11-30: no coordinator can be told (p057 not_enrolled"
        assert any(line.startswith(gap) for line in said.lines)


def test_a_day_without_pupils_asks_nobody_of_a_school(desk: Desk) -> None:
    said = desk.run("check", "--for", "2026-12-25", TELEGRAM_TOKEN=TOKEN)
    assert not any(line.startswith("999") for line in said.lines)


def without_head_teachers(ready: Desk) -> None:
    people = ready.folder / "people.csv"
    assert ready.run("directory", "export", ".").code == 0
    rows = people.read_text().splitlines(keepends=True)
    people.write_text("".join(row for row in rows if ",head_teacher," not in row))
    assert ready.run("directory", "import", people).code == 0


def test_a_step_on_which_nobody_stands_is_a_gap_at_every_school(ready: Desk) -> None:
    without_head_teachers(ready)
    edit(ready, "escalation.toml", {'tell = ["dsp"]': 'tell = ["head_teacher"]'})
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    step = "school leg: nobody in the directory stands on step 1 (head_teacher)"
    assert f"9992001 Ysgol Gynradd Pen-y-Waun, {step}" in said.lines
    assert all(step in line for line in said.lines[:-1])


def test_a_ladder_that_would_reach_nobody_is_not_in_force_and_is_named(ready: Desk) -> None:
    without_head_teachers(ready)
    edit(
        ready,
        "escalation.toml",
        {
            'settled_by = ["dsp", "deputy_dsp"]': 'settled_by = ["head_teacher"]',
            'tell = ["dsp"]': 'tell = ["head_teacher"]',
        },
    )
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    assert said.lines[0].startswith("escalation.toml: is draft 1 and not in force (")
    bare = "Ysgol Gynradd Pen-y-Waun (9992001) would have no head teacher any more."
    assert bare in said.lines[0]
    assert said.lines[1:] == ["1 gap on Monday 30 November 2026."]


def test_a_ladder_that_contradicts_itself_is_named_and_not_taken_in(ready: Desk) -> None:
    path = ready.folder / "config" / "escalation.toml"
    path.write_text(path.read_text().replace('not_before = "bell-60m"', 'not_before = "bell+1h"'))
    overtaken = (
        "config/escalation.toml, policies.school.steps[1].not_before: can never be reached: "
        "steps[2] behind it comes sooner"
    )
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    assert f"config: {overtaken}" in said.lines
    assert ready.run("migrate").code == 1


def test_a_calendar_that_has_run_out_is_named(ready: Desk) -> None:
    edit(
        ready,
        "calendars/porth-awel.toml",
        {f"20{year}-": f"20{year - 8}-" for year in (26, 27, 28)},
    )
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    assert said.lines[0] == (
        "calendars/porth-awel.toml: no term lies ahead; weekdays would be assumed"
    )


def test_a_calendar_that_schools_name_must_be_in_force(ready: Desk) -> None:
    async def forget_it() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{ready.database}")
        files = read_config(ready.folder / "config")
        await take_config(ctx, files)
        await ctx.store.close()

    asyncio.run(forget_it())
    schools = ready.folder / "schools.csv"
    assert ready.run("directory", "export", ".").code == 0
    schools.write_text(schools.read_text().replace("porth-awel", "atlantis"))
    said = ready.run("directory", "import", schools)
    assert said.code == 1
    assert "schools.csv line 2, calendar: must name a calendar that is in" in said.sentence
    assert ready.run("check", "--for", DAY).code == 0, "and nothing of it was applied"


def test_broken_files_are_gaps_while_what_was_in_force_still_is(ready: Desk) -> None:
    ready.write("config/escalation.toml", "[policies.school]\nsettled_by = ['wizard']\n")
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    assert len(said.lines) > 1
    assert all(line.startswith("config: config/escalation.toml") for line in said.lines[:-1]), (
        said.lines
    )


def test_a_field_that_is_shown_and_undated_is_a_gap_by_its_name(ready: Desk) -> None:
    path = ready.folder / "config" / "disclosure.toml"
    first, risk = path.read_text().split("[fields.risk]")
    path.write_text(f"{first}[fields.risk]{risk.replace('date = 2026-11-22', '', 1)}")
    assert ready.run("migrate").code == 0
    said = ready.run("check", "--for", DAY)
    assert said.code == 1
    assert said.lines[:-1] == [
        "disclosure.toml, fields.risk.date: is missing; "
        "the field is shown, and nobody says since when"
    ]


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        ("[fields.riks]\npurpose = 'P.'\n", "fields.riks: must be one of the fields name"),
        (
            "[fields.risk]\npurpose = 'P.'\ndps = 'show'\n",
            "fields.risk.dps: must be one of purpose,",
        ),
        (
            "[fields.risk]\npurpose = ' '\ndsp = 'show'\n",
            "fields.risk.purpose: must be given, as a",
        ),
    ],
)
def test_an_unknown_role_or_field_of_the_matrix_is_refused_by_its_key(
    ready: Desk, slip: str, says: str
) -> None:
    body = f'version = "2"\nauthor = "Team"\n{slip}'
    ready.write("config/disclosure.toml", body)
    said = ready.run("check", "--for", DAY)
    assert said.code == 1, "what was in force still is"
    assert len(said.lines) == 2
    assert said.lines[0].startswith(f"config: config/disclosure.toml, {says}")
    refused = ready.run("migrate")
    assert refused.code == 1
    assert refused.sentence.startswith(f"config/disclosure.toml, {says}")


def test_a_slip_in_the_matrix_before_anything_is_in_force_cannot_run(bare: Desk) -> None:
    bare.write(
        "config/disclosure.toml", 'version = "2"\nauthor = "T"\n[fields.riks]\npurpose = "P"'
    )
    refused = bare.run("migrate")
    assert refused.code == 1
    assert "fields.riks: must be one of the fields" in refused.sentence
    assert bare.run("check").code == 2


def test_half_a_configuration_is_a_gap_and_the_rest_is_looked_at_as_well(staffed: Desk) -> None:
    said = staffed.run("check", "--for", DAY)
    assert said.code == 1
    assert said.lines[0].startswith("settings: ENCOMPASS_TELEGRAM_TOKEN is missing")
    assert said.lines[1:] == ["1 gap on Monday 30 November 2026."]


def test_an_empty_directory_is_a_gap(bare: Desk) -> None:
    assert bare.run("migrate").code == 0
    said = bare.run("check", "--for", DAY, TELEGRAM_TOKEN=TOKEN)
    assert said.code == 1
    assert "directory: there is no school; import schools.csv and people.csv" in said.lines


@pytest.mark.parametrize("day", ["soon", "30/11/2026", "2026-02-30", "9999-12-31"])
def test_it_cannot_run_for_a_day_that_is_none(ready: Desk, day: str) -> None:
    said = ready.run("check", "--for", day)
    assert said.code == 2
    assert said.sentence.startswith("--for must ")


def test_it_cannot_run_without_a_database(bare: Desk) -> None:
    said = bare.run("check")
    assert said.code == 2
    assert "There is no database at" in said.sentence
    assert said.sentence.endswith("run `encompass migrate`.")
