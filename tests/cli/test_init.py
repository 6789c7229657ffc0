"""`init` leads from nothing to a proved set-up, and says what is lacking at each step."""

from tests.cli.desk import TOKEN, Desk


def steps(desk: Desk) -> dict[str, bool]:
    said = desk.run("init", "--json")
    return {step["step"]: step["done"] for step in said.json["steps"]}


def test_from_nothing_every_step_is_named_with_its_reason_and_its_command(bare: Desk) -> None:
    said = bare.run("init")
    assert said.code == 1
    assert "2. [x] Term dates" in said.lines
    assert "3. [ ] Schools" in said.lines
    assert "       There is no school in the directory yet." in said.lines
    assert "       encompass directory import schools.csv" in said.lines
    assert said.lines[-1] == "7 of 8 to go."
    assert bare.database.exists(), "the database is made on the way"


def test_what_was_done_stays_done_however_often_it_is_asked(bare: Desk) -> None:
    bare.settings["TELEGRAM_TOKEN"] = TOKEN
    assert steps(bare) == steps(bare)
    bare.run("directory", "import", bare.copy("schools.csv"), bare.copy("people.csv"))
    after = steps(bare)
    done = ("settings", "calendars", "schools", "people", "ladders")
    assert [name for name, is_done in after.items() if is_done] == list(done)


def test_with_everybody_enrolled_only_the_drill_is_left(staffed: Desk) -> None:
    staffed.settings["TELEGRAM_TOKEN"] = TOKEN
    found = steps(staffed)
    assert [name for name, is_done in found.items() if not is_done] == ["drill"]
