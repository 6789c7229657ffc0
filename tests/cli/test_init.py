"""`init` leads from nothing to a proved set-up, and says what is lacking at each step."""

from typing import Any

from bot.flow.enrol import start
from bot.flow.identity import remember_bot
from tests.cli.desk import TOKEN, Desk
from tests.cli.test_keys_and_invites import LINK, query, with_context


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


def _begin(desk: Desk, *arguments: str) -> Any:
    return desk.run("init", "--coordinator", *arguments)


def _knows_its_name(desk: Desk) -> None:
    desk.run("migrate")
    with_context(desk, lambda ctx: remember_bot(ctx, "porth_awel_bot"))


def test_the_first_coordinator_is_made_with_their_link_alone_on_stdout(bare: Desk) -> None:
    _knows_its_name(bare)
    said = _begin(bare, " Siân  Example ", "--language", "cy")
    [line] = said.lines
    found = LINK.fullmatch(line)
    assert found
    assert (said.code, found[1]) == (0, "porth_awel_bot")
    assert said.err == (
        "Siân Example has the id sian-example: a people.csv must name them by it.\n"
    )
    with_context(bare, lambda ctx: start(ctx, "7000", found[2]))
    assert query(bare, "select person_id, address from contact_methods") == [
        ("sian-example", "7000")
    ]
    exported = bare.folder / "out"
    assert bare.run("directory", "export", exported).code == 0
    [person] = (exported / "people.csv").read_text("utf-8-sig").splitlines()[1:]
    assert person.startswith("sian-example,Siân Example,coordinator,*,")
    assert ",cy," in person


def test_the_directory_of_the_first_coordinator_is_a_version(bare: Desk) -> None:
    _knows_its_name(bare)
    _begin(bare, "Gwen Example")
    [(who, body)] = query(bare, "select who, body from config_versions where kind = 'directory'")
    assert who == "command line"
    assert "gwen-example" in body


def test_a_directory_with_anybody_in_it_takes_no_first_coordinator(bare: Desk) -> None:
    _knows_its_name(bare)
    _begin(bare, "Gwen Example")
    before = query(bare, "select * from people"), query(bare, "select * from enrolment_codes")
    said = _begin(bare, "Somebody Else")
    assert said.code == 1
    assert said.sentence.startswith("The directory has people already")
    after = query(bare, "select * from people"), query(bare, "select * from enrolment_codes")
    assert after == before


def test_nobody_is_made_without_a_name_or_a_bot(bare: Desk) -> None:
    said = _begin(bare, "  ")
    assert (said.code, said.sentence) == (2, "--coordinator must be somebody's name.")
    said = _begin(bare, "Gwen Example")
    assert "ENCOMPASS_TELEGRAM_TOKEN is missing" in said.sentence
    assert query(bare, "select * from people") == []
