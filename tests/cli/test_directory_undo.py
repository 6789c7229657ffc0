"""`directory undo` takes the last import back, or says what it would lose; `find` finds."""

import pytest

from tests.cli.desk import Desk
from tests.cli.test_directory import count


def exported(desk: Desk) -> tuple[bytes, bytes]:
    assert desk.run("directory", "export", "out").code == 0
    schools, people = (desk.folder / "out" / f"{name}.csv" for name in ("schools", "people"))
    return schools.read_bytes(), people.read_bytes()


def test_an_import_that_adds_changes_and_removes_is_taken_back_whole(desk: Desk) -> None:
    before = exported(desk)
    people = desk.copy("people.csv")
    lines = people.read_text().splitlines()
    lines[1] = lines[1].replace("Noah Price", "Noah Pryce")
    del lines[2]
    lines.append("p900,Nia Newydd,dsp,9992001,,cy,9,,,")
    people.write_text("\n".join(lines))
    assert desk.run("directory", "import", people).lines[-1] == "3 changed."
    said = desk.run("directory", "undo")
    assert (said.code, said.lines[-1]) == (0, "3 changed back.")
    assert exported(desk) == before


def test_one_undo_after_the_other_goes_back_to_nothing_and_then_says_so(desk: Desk) -> None:
    people = desk.copy("people.csv")
    people.write_text(people.read_text().replace("Noah Price", "Noah Pryce"))
    desk.run("directory", "import", people)
    assert desk.run("directory", "undo").lines[-1] == "1 changed back."
    assert desk.run("directory", "undo").lines[-1] == "72 changed back."
    assert (count(desk, "schools"), count(desk, "people")) == (0, 0)
    said = desk.run("directory", "undo")
    assert (said.code, said.sentence) == (1, "There is no import to take back.")


def test_an_undo_that_would_end_an_account_is_refused_with_its_holder(staffed: Desk) -> None:
    before = exported(staffed)
    said = staffed.run("directory", "undo")
    assert said.code == 1
    assert "p001: has enrolled since the import" in said.sentence
    assert exported(staffed) == before


def test_an_undo_that_would_lose_a_later_change_is_refused(desk: Desk) -> None:
    assert desk.run("leave", "p001").code == 0
    said = desk.run("directory", "undo")
    assert said.code == 1
    assert "p001: has been changed since the import" in said.sentence


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["PEN", "waun"], "school 9992001 Ysgol Gynradd Pen-y-Waun"),
        (["price", "noah"], "person p001 dsp Noah Price"),
    ],
)
def test_a_few_letters_find_a_school_or_a_person(desk: Desk, words: list[str], line: str) -> None:
    assert line in desk.run("directory", "find", *words).lines
    found = desk.run("directory", "find", "--json", *words).json
    assert found["of_schools"] + found["of_people"] >= 1


def test_what_is_not_there_is_said(desk: Desk) -> None:
    said = desk.run("directory", "find", "atlantis")
    assert (said.code, said.out) == (1, "Nothing found.\n")
