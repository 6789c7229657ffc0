"""`scenarios`: the kept notices, and who would be told of each by when."""

from tests.cli.desk import Desk


def test_the_twenty_that_ship_with_the_project_hold_for_its_authority(staffed: Desk) -> None:
    said = staffed.run("scenarios")
    assert (said.code, said.err) == (0, ""), said.out
    assert said.lines[-1] == "20 of 20 scenarios hold."


def test_one_that_does_not_hold_says_in_words_what_is_otherwise(desk: Desk) -> None:
    said = desk.run("scenarios")  # nobody is enrolled: nobody can be told
    assert said.code == 1
    assert "FAIL  a Monday before school, primary" in said.lines
    assert "      designated safeguarding person would not be told." in said.lines
    assert said.lines[-1] == "0 of 20 scenarios hold."
