"""`directory plan`, `directory import` and `directory export`."""

import sqlite3

import pytest

from tests.cli.desk import Desk


def count(desk: Desk, table: str) -> int:
    database = sqlite3.connect(desk.database)
    try:
        where = " where left_at is null"
        return int(database.execute(f"select count(*) from {table}{where}").fetchone()[0])
    finally:
        database.close()


@pytest.fixture
def fresh(bare: Desk) -> Desk:
    assert bare.run("migrate").code == 0
    return bare


def test_a_plan_shows_what_an_import_then_does_once(fresh: Desk) -> None:
    files = [fresh.copy("schools.csv"), fresh.copy("people.csv")]
    plan = fresh.run("directory", "plan", *files)
    assert (plan.code, plan.err) == (0, "")
    assert "+ school 9992001 Ysgol Gynradd Pen-y-Waun" in plan.lines
    assert "+ person p001 dsp Noah Price" in plan.lines
    assert plan.lines[-1] == "72 would change."
    assert (count(fresh, "schools"), count(fresh, "people")) == (0, 0), "a plan changes nothing"

    imported = fresh.run("directory", "import", *files)
    assert imported.code == 0
    assert imported.lines[:-1] == plan.lines[:-1]
    assert imported.lines[-1] == "72 changed."
    assert (count(fresh, "schools"), count(fresh, "people")) == (14, 58)

    for command in ("plan", "import"):
        again = fresh.run("directory", command, *files)
        assert (again.code, again.out) == (0, "Nothing to change.\n")


def test_what_is_exported_is_what_was_imported(desk: Desk) -> None:
    for folder in ("backup", "backup"):  # the second time over the first
        said = desk.run("directory", "export", folder)
        assert said.code == 0
        assert said.lines == ["backup/schools.csv", "backup/people.csv"]
    files = [desk.folder / "backup" / name for name in ("schools.csv", "people.csv")]
    again = desk.run("directory", "import", *files)
    assert (again.code, again.out) == (0, "Nothing to change.\n")
    desk.run("directory", "export", "elsewhere")
    for file in files:
        assert file.read_bytes() == (desk.folder / "elsewhere" / file.name).read_bytes()


def test_a_change_is_shown_line_by_line(desk: Desk) -> None:
    people = desk.copy("people.csv")
    lines = people.read_text().splitlines()
    lines[1] = lines[1].replace("Noah Price", "Noah Pryce")
    del lines[2]
    lines.append("p900,Nia Newydd,dsp,9992001,,cy,9,,,")
    people.write_text("\n".join(lines))
    said = desk.run("directory", "plan", people)
    assert said.lines == [
        "+ person p900 dsp Nia Newydd",
        "~ person p001 dsp Noah Pryce",
        "- person p002 leaves",
        "3 would change.",
    ]
    assert desk.run("directory", "import", people).lines[-1] == "3 changed."
    assert count(desk, "people") == 58
    assert count(desk, "schools") == 14, "a kind of file that is not given stays as it is"


BAD: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "a school that is not there": (
        {"people.csv": "id,name,role,schools\np1,Mair,dsp,9990009\n"},
        ["people.csv line 2, schools: must name only schools that are in schools.csv"],
    ),
    "a team that is not there": (
        {"people.csv": "id;name;role;schools\np1;Mair;school_nurse;team:Nowhere\n"},
        ["people.csv line 2, schools: must name only nurse teams that a school in schools.csv has"],
    ),
    "an unknown role": (
        {"people.csv": "id,name,role,schools\np1,Mair,wizard,9992001\n"},
        ["people.csv line 2, role: must be one of"],
    ),
    "two bad files": (
        {
            "people.csv": "id,name,role,schools\n,Mair,dsp,9992001\n",
            "schools.csv": "code,name,opens_at,closes_at,calendar\n1,X,08:50,late,porth-awel\n",
        },
        ["people.csv line 2, id: ", "schools.csv line 2, code: ", "schools.csv line 2, closes_at"],
    ),
    "an unknown calendar": (
        {
            "schools.csv": "code,name,phase,opens_at,closes_at,calendar,nurse_team,authority\n"
            "9992001,X,primary,08:50,15:20,atlantis,T,A\n"
        },
        ["schools.csv line 2, calendar: must name a calendar that is in config/calendars"],
    ),
    "two people of one id": (
        {"people.csv": "id,name,role,schools\np1,A,dsp,9992001\np1,B,dsp,9992001\n"},
        ["people.csv line 3, id: must be unique, and line 2 has the same"],
    ),
    "bytes that are no text": (
        {"people.csv": b"id,name,role,schools\np1,\xff\xfe,dsp,9992001\n"},
        ["people.csv line 2: must be text in UTF-8"],
    ),
    "columns of neither": ({"people.csv": "a,b\n1,2\n"}, ["people.csv line 1: must have"]),
    "nothing": ({"people.csv": ""}, ["people.csv: must have a row of column names"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "says"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_by_line_and_column_and_nothing_is_applied(
    desk: Desk, files: dict[str, str | bytes], says: list[str]
) -> None:
    written = [desk.write(name, text) for name, text in files.items()]
    before = desk.run("directory", "export", "before")
    for command in ("plan", "import"):
        said = desk.run("directory", command, *written)
        assert said.code == 1
        for part in says:
            assert part in said.sentence
    assert before.code == desk.run("directory", "export", "after").code == 0
    for name in ("schools.csv", "people.csv"):
        kept = [(desk.folder / when / name).read_bytes() for when in ("before", "after")]
        assert kept[0] == kept[1]


def test_one_bad_file_keeps_the_good_one_out(fresh: Desk) -> None:
    good = fresh.copy("schools.csv")
    bad = fresh.write("people.csv", "id,name,role,schools\np1,Mair,dsp,nowhere\n")
    assert fresh.run("directory", "import", good, bad).code == 1
    assert (count(fresh, "schools"), count(fresh, "people")) == (0, 0)


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    said = desk.run("directory", "import", "schools.csv", desk.folder)
    assert said.code == 1
    assert "schools.csv: cannot be read (No such file or directory)" in said.sentence
    assert f"{desk.folder}: cannot be read (Is a directory)" in said.sentence


def test_a_folder_that_cannot_be_written_is_named(desk: Desk) -> None:
    desk.write("taken", "a file")
    said = desk.run("directory", "export", "taken")
    assert said.code == 1
    assert said.sentence.startswith("taken: cannot be written (")
