"""What a child is given and what is withheld, field by field; and who may agree to all of it."""

from dataclasses import fields
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from bot.domain import subject_access
from bot.domain.incident import Child, Incident
from bot.domain.people import Role
from bot.domain.subject_access import (
    OF_THE_CHILD,
    OF_THE_INCIDENT,
    WITHHELD,
    HeldNotice,
    HeldVersion,
    Subject,
    agreement_slip,
    export_of,
)
from tests.domain.test_disclosure import INCIDENT
from tests.domain.town import a_person

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
SIAN = Subject("Siân Prydderch", date(2016, 3, 1))
ALLOWED = {"mash_desk", "education_safeguarding", "coordinator"}


def exported(*, redacted: bool) -> dict[str, Any]:
    version = HeldVersion(1, NOW, INCIDENT)
    notice = HeldNotice("ENC-1", "South Force", "raised", (version,))
    made = export_of(SIAN, [notice], [], redacted=redacted, made_at=NOW)
    [plain] = made["notices"]
    return dict(plain["versions"][0])


def test_the_table_has_every_field_that_can_be_held() -> None:
    assert set(OF_THE_CHILD) == {f.name for f in fields(Child)} - {"number"}
    assert set(OF_THE_INCIDENT) == {f.name for f in fields(Incident)} - {"children", "numbers_gone"}


def test_each_field_is_given_or_withheld_as_the_table_has_it() -> None:
    redacted, whole = exported(redacted=True), exported(redacted=False)
    for held, recorded, table in (
        (redacted["incident"], whole["incident"], OF_THE_INCIDENT),
        (redacted["child"][0], whole["child"][0], OF_THE_CHILD),
    ):
        assert set(held) == set(table), "nothing is left out in silence"
        for name, why in table.items():
            withheld = why and recorded[name] != "not_recorded"
            assert held[name] == (WITHHELD if withheld else recorded[name]), name
    assert redacted["other_children"] == [WITHHELD]
    assert whole["other_children"] != [WITHHELD]


def test_what_speaks_of_others_is_withheld() -> None:
    withheld = {name for name, why in {**OF_THE_CHILD, **OF_THE_INCIDENT}.items() if why}
    assert withheld == {
        "location", "circumstances", "police_action", "involved_adults", "updates", "exclude",
        "risk", "voice",
    }  # fmt: skip


def test_a_field_that_is_not_in_the_table_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {name: why for name, why in OF_THE_CHILD.items() if name != "health"}
    monkeypatch.setattr(subject_access, "OF_THE_CHILD", table)
    assert "graze" not in repr(exported(redacted=True))


@pytest.mark.parametrize(("first", "second"), list(product(Role, Role)))
def test_two_people_may_agree_if_both_may_and_one_is_of_the_desk(first: Role, second: Role) -> None:
    slip = agreement_slip([a_person("One", first), a_person("Two", second)])
    may = {first, second} <= ALLOWED and "mash_desk" in {first, second}
    assert (slip is None) is may


def test_one_person_is_not_two() -> None:
    one = a_person("One", Role.MASH_DESK)
    for people in ([], [one], [one, one], [one, one, one]):
        assert agreement_slip(people) is not None
    three = [a_person(name, Role.MASH_DESK) for name in ("One", "Two", "Three")]
    assert agreement_slip(three) is not None


@pytest.mark.parametrize(
    ("name", "born", "meant", "perhaps"),
    [
        ("SIAN  prydderch", date(2016, 3, 1), True, False),
        ("Siân Prydderch", date(2016, 3, 2), False, False),
        ("Siân Prydderch", None, False, True),
        ("Iolo Prydderch", date(2016, 3, 1), False, False),
        ("", None, False, False),
    ],
)
def test_who_is_meant_by_name_and_date_of_birth(
    name: str, born: date | None, meant: bool, perhaps: bool
) -> None:
    child = Child(1, name, "", born)
    assert (SIAN.is_meant(child), SIAN.may_be_meant(child)) == (meant, perhaps)
    assert not Subject("", date(2016, 3, 1)).is_named(Child(1))


def test_a_request_keeps_no_name() -> None:
    same = Subject("sian PRYDDERCH", SIAN.born)
    assert SIAN.sha256 == same.sha256 != Subject("Iolo Prydderch", SIAN.born).sha256
    assert len(SIAN.sha256) == 64
