"""`closure`: snow in the morning, at the command line."""

from tests.cli.desk import Desk

SNOW = ["closure", "add", "--school", "9992001", "--on", "2099-12-03", "--why", "snow"]


def test_what_is_added_is_listed_once_and_can_be_ended(desk: Desk) -> None:
    first, again = desk.run(*SNOW), desk.run(*SNOW)
    assert (first.code, first.err) == (0, "9992001 is closed.\n")
    assert again.err == "9992001 was closed for these days already.\n"
    [one] = desk.run("closure", "list", "--json").json
    assert (one["school"], one["from"], one["why"]) == ("9992001", "2099-12-03", "snow")
    assert desk.run("closure", "end", str(one["id"])).code == 0
    assert desk.run("closure", "list").lines == ["0 standing."]


def test_what_cannot_be_is_one_sentence(desk: Desk) -> None:
    unknown = desk.run(*["1234567" if part == "9992001" else part for part in SNOW])
    assert (unknown.code, unknown.err) == (1, "encompass: No school has the code 1234567.\n")
    past = desk.run(*["2020-12-03" if part == "2099-12-03" else part for part in SNOW])
    assert (past.code, past.err) == (2, "encompass: Those days have passed.\n")
    absent = desk.run("closure", "end", "99")
    assert (absent.code, absent.err) == (1, "encompass: There is no closure 99.\n")
