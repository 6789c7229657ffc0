"""What a notification's JSON may say, and how it is read."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import RefusedError
from bot.domain.incident import Answer, Incident, Named, Risk, WrittenSchool, incident_of
from bot.intake.document import read_document, read_json, read_json_file
from bot.intake.document_records import EXAMPLE
from bot.intake.openapi import openapi_schemas

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
NOTICE: dict[str, Any] = {
    "source_reference": "2600412345",
    "kind": "domestic_incident",
    "occurred_at": "2026-11-19T22:40:00+00:00",
    "sent_at": "2026-11-20T05:55:00+00:00",
    "location": "1 Synthetic Street",
    "circumstances": "A report of shouting.",
    "urgent": False,
    "risk": {"scale": "DASH", "value": "medium"},
    "police_action": {"arrest": "yes", "summary": "Bailed."},
    "involved_adults": [{"given_name": "Synthetic", "family_name": "Adult"}],
    "exclude": ["p001"],
    "release": ["circumstances", "police_action"],
    "children": [
        {
            "given_name": "Synthetic",
            "family_name": "Pupil",
            "date_of_birth": "2014-11-02",
            "school": {"code": "9994002", "name": "Ysgol Gyfun Glan yr Afon"},
            "year_group": 7,
            "present": "yes",
            "seen": "not_recorded",
            "spoken_to": "no",
            "spoken_to_alone": "not_recorded",
            "voice": "Quiet.",
            "health": "None known.",
            "nhs_number": "9990000018",
            "language": "cy",
            "interpreter": "no",
            "disability": "none",
            "ethnicity": "not stated",
            "looked_after": "not_recorded",
        }
    ],
}


def changed(*way: str | int, to: Any) -> dict[str, Any]:
    notice = deepcopy(NOTICE)
    place: Any = notice
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = to
    return notice


def without(*way: str | int) -> dict[str, Any]:
    notice = deepcopy(NOTICE)
    place: Any = notice
    for step in way[:-1]:
        place = place[step]
    del place[way[-1]]
    return notice


def read(notice: Any) -> Incident:
    return read_json(json.dumps(notice).encode(), NOW).incident


def child(**fields: Any) -> dict[str, Any]:
    return changed("children", to=[{"given_name": "Synthetic", **fields}])


def test_every_field_of_the_contract_is_read() -> None:
    submission = read_json(json.dumps(NOTICE).encode(), NOW)
    incident, pupil = submission.incident, submission.incident.children[0]
    assert submission.ignored == ()
    assert submission.carried.incident is None
    assert incident.occurred_at == datetime(2026, 11, 19, 22, 40, tzinfo=UTC)
    assert incident.risk == Risk("DASH", "medium")
    assert incident.involved_adults == (Named("Synthetic", "Adult"),)
    assert incident.release == ("circumstances", "police_action")
    assert pupil.schools == (WrittenSchool("9994002", "Ysgol Gyfun Glan yr Afon"),)
    assert pupil.date_of_birth == date(2014, 11, 2)
    assert (pupil.present, pupil.seen) == (Answer.YES, Answer.NOT_RECORDED)
    assert incident_of(incident.content()) == incident


def test_the_least_that_is_mandatory_is_enough() -> None:
    incident = read(
        {
            "source_reference": " A1 ",
            "occurred_at": "2026-11-19T22:40:00Z",
            "children": [{"family_name": "Pupil"}],
        }
    )
    assert incident.source_reference == "A1"
    assert incident.kind == "domestic_incident"
    assert incident.release is None
    assert incident.children[0].given_name == ""


def test_a_byte_order_mark_is_tolerated() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(NOTICE, ensure_ascii=False).encode()
    assert read_json(body, NOW).incident == read(NOTICE)


@pytest.mark.parametrize(
    "name",
    ["Siân", "Nguyễn", "محمد", "李小龍", "Ольга", "\u202eabc", "👧🏽", "O'Connor", "X Æ A-12"],
)
def test_names_of_every_script_are_kept_as_they_are(name: str) -> None:
    assert read(child(given_name=f" {name}\t")).children[0].given_name == name


def test_a_hundred_children_are_numbered_in_their_order() -> None:
    pupils = [{"given_name": f"Pupil {number}"} for number in range(1, 101)]
    assert [c.number for c in read(changed("children", to=pupils)).children] == [*range(1, 101)]


def test_an_empty_text_or_null_is_an_absent_field() -> None:
    notice = changed("location", to="  ") | {"sent_at": "", "risk": None, "kind": ""}
    notice["children"][0] |= {"present": "", "date_of_birth": None, "year_group": ""}
    incident = read(notice)
    assert (incident.location, incident.sent_at, incident.risk) == (None, None, None)
    assert incident.kind == "domestic_incident"
    assert incident.children[0].present is Answer.NOT_RECORDED


def test_an_empty_release_releases_nothing_and_an_absent_one_everything() -> None:
    assert read(changed("release", to=[])).release == ()
    assert read(without("release")).release is None


def test_an_action_of_which_nothing_is_recorded_reads_like_none() -> None:
    silent = changed("police_action", to={"arrest": "not_recorded"})
    assert read(silent) == read(without("police_action"))


def test_a_risk_is_the_same_however_it_is_spelt() -> None:
    assert read(changed("risk", to={"scale": "ppn", "value": " RED"})).risk == Risk("PPN", "red")
    assert read(changed("risk", to={"scale": "own", "value": "7"})).risk == Risk("OWN", "7")


def test_an_ill_formed_school_code_is_kept_for_triage() -> None:
    pupil = read(child(school={"code": "not a code"})).children[0]
    assert pupil.schools == (WrittenSchool("not a code"),)


def test_a_child_of_two_schools_keeps_both() -> None:
    pupil = read(child(schools=[{"code": "9994002"}, {"name": "PRU"}])).children[0]
    assert pupil.schools == (WrittenSchool("9994002"), WrittenSchool(None, "PRU"))


def test_five_minutes_ahead_is_what_a_clock_may_be() -> None:
    at = (NOW + timedelta(minutes=5)).isoformat()
    assert read(changed("occurred_at", to=at)).occurred_at == NOW + timedelta(minutes=5)


def test_a_child_may_be_born_between_the_incident_and_the_notice() -> None:
    assert read(child(date_of_birth="2026-11-20")).children[0].date_of_birth == date(2026, 11, 20)


def test_unknown_fields_are_reported_at_every_level_and_never_refused() -> None:
    notice = deepcopy(NOTICE) | {"force": "South", "two words": [{"deep": 1}]}
    notice["risk"]["by"] = "x"
    notice["children"][0]["school"]["phone"] = "x"
    notice["children"][0]["shoe_size"] = 3
    notice["involved_adults"].append({"age": 40})
    assert set(read_json(json.dumps(notice).encode(), NOW).ignored) == {
        "$.force",
        '$["two words"]',
        "$.risk.by",
        "$.children[0].school.phone",
        "$.children[0].shoe_size",
        "$.involved_adults[1].age",
        "$.involved_adults[1]",
    }


def test_one_bad_entry_of_a_file_spoils_no_other() -> None:
    bad = child(seen="perhaps")
    entries = read_json_file(json.dumps([NOTICE, bad, 7]).encode(), NOW)
    assert [entry.where for entry in entries] == ["$[0]", "$[1]", "$[2]"]
    assert not isinstance(entries[0].outcome, RefusedError)
    assert str(entries[1].outcome) == (
        "$[1].children[0].seen: must be one of yes, no, not_recorded"
    )
    assert str(entries[2].outcome) == "$[2]: must be an object: one notification"
    assert json.loads(entries[0].raw) == NOTICE


def test_a_file_may_hold_one_notification() -> None:
    (entry,) = read_json_file(json.dumps(NOTICE).encode(), NOW)
    assert entry.where == "$"
    assert entry.outcome == read_json(json.dumps(NOTICE).encode(), NOW)


def test_the_published_schema_has_its_example_and_lets_unknown_fields_through() -> None:
    schemas = openapi_schemas()
    notification = schemas["NotificationRecord"]
    assert notification["required"] == ["source_reference", "occurred_at", "children"]
    assert notification["examples"] == [EXAMPLE]
    objects = [schema for schema in schemas.values() if "properties" in schema]
    assert len(objects) == 8
    let_through = {"$ref": "#/components/schemas/Anything"}
    assert all(schema["additionalProperties"] == let_through for schema in objects)
    assert notification["properties"]["release"]["type"] == "array"
    answered, empty = schemas["ChildRecord"]["properties"]["present"]["anyOf"]
    assert answered["enum"] == ["yes", "no", "not_recorded"]
    assert empty == {"$ref": "#/components/schemas/Empty"}
    assert "#/components/schemas/ChildRecord" in json.dumps(notification)


def test_the_published_example_is_itself_accepted() -> None:
    assert read_document(EXAMPLE, NOW).ignored == ()


@pytest.mark.parametrize(("written", "year"), [(7, 7), (7.0, 7), (0.0, 0), (-1.0, -1)])
def test_a_whole_number_may_be_written_as_json_writes_any(written: float, year: int) -> None:
    assert read(child(year_group=written)).children[0].year_group == year


def test_the_sign_of_a_number_is_none_of_its_digits() -> None:
    assert read_json(json.dumps({**NOTICE, "a": -(10**17)}).encode(), NOW).ignored == ("$.a",)
