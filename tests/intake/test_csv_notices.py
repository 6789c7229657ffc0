"""The police's daily sheet as CSV."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.errors import RefusedError
from bot.domain.incident import Answer, Child, Risk, Submission, WrittenSchool
from bot.intake.csv_notices import read_csv
from bot.intake.entry import Entry

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAK = "Zyxwv"
AT = "15/11/2026 14:26"


def sheet(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def read(*lines: str) -> list[Entry]:
    return read_csv(sheet(*lines), NOW)


def only(entries: list[Entry]) -> Submission:
    (entry,) = entries
    assert isinstance(entry.outcome, Submission), str(entry.outcome)
    return entry.outcome


def pupil(entries: list[Entry]) -> Child:
    (child,) = only(entries).incident.children
    return child


def whole_file_fault(data: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        read_csv(data, NOW)
    assert LEAK not in str(refused.value)
    return str(refused.value)


def test_the_contracts_own_names_are_headings() -> None:
    submission = only(
        read(
            "source_reference,occurred_at,sent_at,kind,location,circumstances,urgent,risk.scale,"
            "risk.value,police_action.arrest,police_action.summary,exclude,release,given_name,"
            "children.family_name,date_of_birth,school.code,school.name,year_group,present,seen,"
            "spoken_to,spoken_to_alone,voice,health,nhs_number,language,interpreter,disability,"
            "ethnicity,looked_after",
            "A1,2026-11-15T14:26:00+00:00,2026-11-15T15:00:00Z,domestic_incident,Here,It was so.,"
            "yes,DASH,high,no,Left.,p001|p002,voice,Synthetic,Pupil,2014-11-02,9994002,Glan yr "
            "Afon,7,yes,no,not_recorded,no,Quiet.,None.,9990000018,cy,no,none,other,yes",
        )
    )
    incident, child = submission.incident, submission.incident.children[0]
    assert submission.ignored == ()
    assert incident.occurred_at == datetime(2026, 11, 15, 14, 26, tzinfo=UTC)
    assert incident.urgent is True
    assert incident.exclude == ("p001", "p002")
    assert incident.release == ("voice",)
    assert child.schools == (WrittenSchool("9994002", "Glan yr Afon"),)
    assert child.date_of_birth == date(2014, 11, 2)
    assert (child.present, child.spoken_to) == (Answer.YES, Answer.NOT_RECORDED)
    assert submission.carried.incident == frozenset({
        "source_reference", "occurred_at", "sent_at", "kind", "location", "circumstances",
        "urgent", "risk", "police_action", "exclude", "release", "children",
    })  # fmt: skip
    assert submission.carried.child == frozenset({
        "given_name", "family_name", "date_of_birth", "schools", "year_group", "present", "seen",
        "spoken_to", "spoken_to_alone", "voice", "health", "nhs_number", "language",
        "interpreter", "disability", "ethnicity", "looked_after",
    })  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    [
        "Occurrence No.", "OCCURRENCE NUMBER", "Crime Ref", "Niche ref", "URN",
        "source_reference", " Occurrence  Ref ",
    ],
)  # fmt: skip
def test_the_headings_of_police_practice_name_the_reference(heading: str) -> None:
    entries = read(f"{heading},Date/Time of Incident,Forename", f"A1,{AT},Synthetic")
    assert only(entries).incident.source_reference == "A1"


@pytest.mark.parametrize(
    ("heading", "cell", "field", "value"),
    [
        ("Surname", "VAUGHAN", "family_name", "VAUGHAN"),
        ("Child Last Name", "ap Rhys", "family_name", "ap Rhys"),
        ("D.O.B.", "22/06/2016", "date_of_birth", date(2016, 6, 22)),
        ("Child's Date of Birth", "22-Jun-16", "date_of_birth", date(2016, 6, 22)),
        ("School attended", "PRU", "schools", (WrittenSchool(None, "PRU"),)),
        ("School Code", "9994002", "schools", (WrittenSchool("9994002"),)),
        ("Year Group", "Y7", "year_group", 7),
        ("Present?", "Y", "present", Answer.YES),
        ("Seen (Y/N)", "N", "seen", Answer.NO),
        ("Spoken to alone?", "N/K", "spoken_to_alone", Answer.NOT_RECORDED),
        ("LAC", "Y", "looked_after", Answer.YES),
        ("CLA", "1", "looked_after", Answer.YES),
        ("Looked after", "0", "looked_after", Answer.NO),
        ("NHS Number", "9990000018", "nhs_number", "9990000018"),
        ("Interpreter", "Yes", "interpreter", Answer.YES),
        ("Voice of the child", '"""Quiet."""', "voice", '"Quiet."'),
        ("Disability", "=HYPERLINK(1)", "disability", "=HYPERLINK(1)"),
    ],
)
def test_the_headings_of_police_practice_name_a_childs_fields(
    heading: str, cell: str, field: str, value: object
) -> None:
    entries = read(f"URN,Occurred at,Forename,{heading}", f"A1,{AT},Synthetic,{cell}")
    assert getattr(pupil(entries), field) == value
    assert only(entries).ignored == ()


def test_rows_of_one_reference_are_one_incident_wherever_they_stand() -> None:
    first, second = read(
        "URN,Occurred at,Forename",
        f"A1,{AT},One",
        f"B1,{AT},Other",
        "",
        f"A1,{AT},Two",
    )
    assert isinstance(first.outcome, Submission)
    names = [(c.number, c.given_name) for c in first.outcome.incident.children]
    assert names == [(1, "One"), (2, "Two")]
    assert (first.where, first.lines) == ("lines 2, 5", (2, 5))
    assert (second.where, second.lines) == ("line 3", (3,))


def test_titles_may_stand_above_the_headings() -> None:
    entries = read("South Force daily return", "", ",,", "URN,Occurred at,Forename", f"A1,{AT},One")
    assert entries[0].lines == (5,)


def test_a_column_that_stands_twice_is_refused_and_a_likelier_one_preferred() -> None:
    assert whole_file_fault(sheet("URN,URN,Occurred at,Forename")) == (
        "line 1, URN: must stand over one column only"
    )
    entries = read("Crime Ref,Occurrence No,Occurred at,Forename", f"C1,O1,{AT},One")
    assert only(entries).incident.source_reference == "O1"
    assert only(entries).ignored == ("Crime Ref",)


def test_unknown_columns_are_reported_and_not_refused() -> None:
    entries = read("URN,Occurred at,Forename,Officer,", f"A1,{AT},One,{LEAK},x")
    assert only(entries).ignored == ("Officer", "column 5, without a heading")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_and_tab_set_cells_apart(separator: str) -> None:
    rows = [["URN", "Occurred at", "Forename"], ["A1", AT, "One"]]
    assert pupil(read(*(separator.join(row) for row in rows))).given_name == "One"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    data = f"URN,Occurred at,Forename\r\nA1,{AT},Siân\r\n".encode(encoding)
    assert pupil(read_csv(data, NOW)).given_name == "Siân"


def test_lines_of_two_encodings_may_stand_in_one_file() -> None:
    head = b"URN,Occurred at,Forename\nA1," + AT.encode()
    data = head + b",Si\xe2n\nB1," + AT.encode() + ",Siân\n".encode()
    outcomes = [entry.outcome for entry in read_csv(data, NOW)]
    assert [
        outcome.incident.children[0].given_name
        for outcome in outcomes
        if isinstance(outcome, Submission)
    ] == ["Siân", "Siân"]


def test_date_and_time_may_stand_in_two_columns() -> None:
    entries = read("URN,Incident Date,Incident Time,Forename", "A1,15/07/2026,14:26,One")
    assert only(entries).incident.occurred_at == datetime(2026, 7, 15, 13, 26, tzinfo=UTC)
    entries = read("URN,Incident Date,Forename", "A1,15/07/2026 14:26,One")
    assert only(entries).incident.occurred_at == datetime(2026, 7, 15, 13, 26, tzinfo=UTC)


def test_a_name_in_one_column_is_split_only_at_a_comma() -> None:
    child = pupil(read("URN,Occurred at,Child Name", f'A1,{AT},"VAUGHAN, Owain"'))
    assert (child.given_name, child.family_name) == ("Owain", "VAUGHAN")
    child = pupil(read("URN,Occurred at,Child Name", f"A1,{AT},Owain ap Rhys"))
    assert (child.given_name, child.family_name) == ("Owain ap Rhys", "")


def test_dash_is_the_risk_where_several_gradings_are_filled() -> None:
    entries = read("URN,Occurred at,Forename,PPN Grading,DASH", f"A1,{AT},One,RED,High")
    assert only(entries).incident.risk == Risk("DASH", "high")
    assert only(entries).ignored == ("PPN Grading",)
    entries = read("URN,Occurred at,Forename,PPN Grading,DASH", f"A1,{AT},One,RED,'")
    assert only(entries).incident.risk == Risk("PPN", "red")
    assert only(entries).ignored == ()


def test_a_blank_contradicts_nothing_and_exclusions_add_up() -> None:
    incident = only(
        read(
            "URN,Occurred at,Forename,DASH,Exclude,Location",
            f"A1,{AT},One,High,p001,",
            "A1,,Two,HIGH,p002,Here",
        )
    ).incident
    assert incident.exclude == ("p001", "p002")
    assert (incident.risk, incident.location) == (Risk("DASH", "high"), "Here")


def test_a_blank_in_a_column_of_releases_releases_nothing() -> None:
    entries = read("URN,Occurred at,Forename,Release", f"A1,{AT},One,", f"B1,{AT},One,all")
    releases = [e.outcome.incident.release for e in entries if isinstance(e.outcome, Submission)]
    assert releases == [(), ("circumstances", "voice", "police_action", "looked_after")]
    assert only(read("URN,Occurred at,Forename", f"A1,{AT},One")).incident.release is None


def test_what_came_is_kept_raw_with_the_columns_not_understood() -> None:
    (entry,) = read("URN,Occurred at,Forename,Officer", f"A1,{AT},One,PC 1")
    assert b'"Officer"' in entry.raw
    assert b"PC 1" in entry.raw
