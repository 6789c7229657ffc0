"""`report`: figures for a board, with nobody in them."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import WHOLE, WHOLE_CHILD
from tests.cli.desk import Desk, a_notice
from tests.cli.test_status_and_close import raised

TODAY = datetime.now(UTC).date()
SPAN = ["--from", str(TODAY - timedelta(days=1)), "--to", str(TODAY + timedelta(days=1))]


def test_the_three_formats_hold_the_same_figures(staffed: Desk) -> None:
    raised(staffed)
    text, sheet, plain = (
        staffed.run("report", *SPAN, "--format", name) for name in ("text", "csv", "json")
    )
    assert {said.code for said in (text, sheet, plain)} == {0}
    figures = plain.json
    assert (figures.pop("from"), figures.pop("to")) == (SPAN[1], SPAN[3])
    assert figures["notifications received"] == 1
    assert figures["alerts raised"] == figures["alerts open"] == 2
    assert text.lines[0] == f"{SPAN[1]} to {SPAN[3]}"
    said = {name: int(count) for count, name in (line.split(maxsplit=1) for line in text.lines[1:])}
    assert said == figures
    [row] = csv.DictReader(io.StringIO(sheet.out))
    assert (row.pop("from"), row.pop("to")) == (SPAN[1], SPAN[3])
    assert {name: int(count) for name, count in row.items()} == figures
    assert staffed.run("report", *SPAN).out == text.out, "text, unless it is asked otherwise"


def test_other_days_are_not_in_it(staffed: Desk) -> None:
    raised(staffed)
    said = staffed.run("report", "--from", "2025-01-01", "--to", "2025-12-31", "--format", "json")
    assert {v for name, v in said.json.items() if name not in ("from", "to", "alerts open")} == {0}


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("soon", "2026-11-30", "--from must be a date, such as 2026-11-30."),
        ("2026-11-01", "30/11/2026", "--to must be a date, such as 2026-11-30."),
        ("2026-02-30", "2026-11-30", "--from must be a date, such as 2026-11-30."),
        ("2026-11-30", "2026-11-29", "--to must not lie before --from."),
        ("0001-01-01", "2026-11-29", "--from must lie in this century."),
        ("2026-11-01", "9999-12-31", "--to must lie in this century."),
    ],
)
def test_bad_dates_are_one_sentence(staffed: Desk, first: str, last: str, says: str) -> None:
    said = staffed.run("report", "--from", first, "--to", last)
    assert (said.code, said.sentence) == (2, says)


def test_no_word_of_a_child_is_in_any_format(staffed: Desk) -> None:
    child = WHOLE_CHILD | {"school": {"code": "9992001"}}
    staffed.run(
        "notify", staffed.write("x.json", json.dumps(a_notice("7", **WHOLE, children=[child])))
    )
    for name in ("text", "csv", "json"):
        said = staffed.run("report", *SPAN, "--format", name)
        assert "canary" not in said.out.lower()
        assert "999" not in said.out, "nor a school"
