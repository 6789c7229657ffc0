"""`subject-access`: two whole files for their owner's eyes, or one sentence and no file at all."""

import json
from pathlib import Path

import pytest

from tests.builders import WHOLE, WHOLE_CHILD
from tests.cli.desk import Desk, a_notice
from tests.cli.test_keys_and_invites import query

WHO = ("subject-access", "--name", "Nia Enghraifft", "--born", "2014-11-02")
NIA = {
    "given_name": "Nia",
    "family_name": "Enghraifft",
    "date_of_birth": "2014-11-02",
    "school": {"code": "9992001"},
    "health": "Her-health",
}


@pytest.fixture
def held(staffed: Desk) -> Desk:
    """A desk with a notice of Nia and of another child, in whose every field is a canary."""
    other = WHOLE_CHILD | {"school": {"code": "9992001"}, "date_of_birth": "2016-03-01"}
    unborn = {name: value for name, value in NIA.items() if name != "date_of_birth"}
    notices = [a_notice(**WHOLE, children=[NIA, other]), a_notice("2600000002", children=[unborn])]
    taken = staffed.run("notify", staffed.write("two.json", json.dumps(notices)))
    assert taken.code == 0
    return staffed


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_both_files_are_written_for_their_owners_eyes_alone(held: Desk) -> None:
    said = held.run(*WHO, "--out", "export", "--by", "p056")
    assert said.code == 0
    assert said.lines == ["export/export.json", "export/export.html"]
    counted, possible = said.err.splitlines()
    assert counted == "1 notice of this child."
    assert possible.endswith("the name without a date of birth; check by hand.")
    folder = held.folder / "export"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    written = files(folder)
    assert set(written) == {"export.json", "export.html"}
    assert all("canary" not in text.lower() for text in written.values())
    assert all("Her-health" in text for text in written.values())
    assert "Nia" not in said.out + said.err


def test_the_page_is_in_welsh_if_asked_for(held: Desk) -> None:
    assert held.run(*WHO, "--out", "export", "--language", "cy").code == 0
    assert '<html lang="cy">' in files(held.folder / "export")["export.html"]


def test_a_folder_that_holds_anything_is_left_alone(held: Desk) -> None:
    (held.folder / "export").mkdir()
    held.write("export/mine.txt", "mine")
    said = held.run(*WHO, "--out", "export")
    assert said.code == 1
    assert said.sentence == "export: must be a new or an empty folder"
    assert files(held.folder / "export") == {"mine.txt": "mine"}
    assert query(held, "select count(*) from events where action = 'export:made'") == [(0,)]


@pytest.mark.parametrize("out", ["two.json", "two.json/export"])
def test_where_no_folder_can_be_nothing_is_made(held: Desk, out: str) -> None:
    said = held.run(*WHO, "--out", out)
    assert said.code == 1
    assert said.sentence.startswith(f"{out}: cannot be written (")
    assert query(held, "select count(*) from events where action = 'export:made'") == [(0,)]


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        ([], 2, "--out must name a new or empty folder."),
        (["--out", "export", "--unredacted"], 2, "--unredacted needs --ask twice"),
        (["--out", "export", "--ask", "p056"], 2, "--ask and --request belong to --unredacted."),
        (["--out", "export", "--request", "SA-1"], 2, "--ask and --request belong to --unredacted"),
        (["--unredacted", "--ask", "p056"], 1, "two different people"),
        (["--unredacted", "--ask", "p001", "--ask", "p056"], 1, "Only these roles may agree"),
        (["--out", "export", "--unredacted", "--request", "SA-7F3K9Q"], 1, "There is no request"),
        (["--out", "export", "--by", "nobody"], 1, "Nobody in the directory has the id nobody."),
        (["--out", "export", "--born", "soon"], 2, "--born must be a date"),
        (["--out", "export", "--name", " - "], 2, "--name must be the child's given and family"),
    ],
)
def test_a_slip_is_one_sentence_and_leaves_no_file(
    held: Desk, more: list[str], code: int, says: str
) -> None:
    said = held.run(*WHO, *more)
    assert said.code == code
    assert says in said.sentence
    assert not (held.folder / "export").exists()
    assert query(held, "select count(*) from export_requests") == [(0,)]


def test_asking_prints_the_request_and_makes_no_file(held: Desk) -> None:
    said = held.run(*WHO, "--unredacted", "--ask", "p056", "--ask", "p057", "--out", "export")
    assert said.code == 0
    [request] = said.lines
    assert request.startswith("SA-")
    assert not (held.folder / "export").exists()
    again = held.run(*WHO, "--unredacted", "--request", request, "--out", "export")
    assert again.code == 1
    assert again.sentence == f"{request} still waits for the agreement of p056, p057."
    assert not (held.folder / "export").exists()
    told = query(held, "select params from messages where params like '%export_request%'")
    assert len(told) == 2
    assert "Nia" not in str(told)
    assert "Enghraifft" not in str(told)
