"""Who is shown what: every role by every field, as the contract's table has it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import AlertChild
from bot.domain.disclosure import (
    CHILD_FIELDS,
    INCIDENT_FIELDS,
    DisclosureMatrix,
    Field,
    RoleView,
    role_view,
)
from bot.domain.incident import (
    RELEASABLE,
    Answer,
    Child,
    Incident,
    Named,
    PoliceAction,
    Risk,
    Update,
    WrittenSchool,
)
from bot.domain.people import Role
from tests.domain.town import a_person, matrix

# The contract's table, row by row; a role in no column of a row sees nothing of it.
SCHOOL = {Role.DSP, Role.DEPUTY_DSP}
HEALTH = {Role.SCHOOL_NURSE, Role.NURSE_LEAD}
DESK = {Role.MASH_DESK}
TABLE: dict[str, set[Role]] = {
    "name date_of_birth school year_group": SCHOOL | HEALTH | DESK,
    "occurred_at sent_at source_reference present seen spoken_to spoken_to_alone risk language "
    "interpreter disability": SCHOOL | HEALTH | DESK,
    "circumstances voice police_action looked_after": SCHOOL | DESK,
    "health nhs_number": HEALTH | DESK,
    "location involved_adults ethnicity": DESK,
}
MAY_SEE = {field: roles for fields, roles in TABLE.items() for field in fields.split()}

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
SIAN = Child(
    1,
    "Siân",
    "Prydderch",
    date(2016, 3, 1),
    (WrittenSchool("9992002", "Ysgol Bryn"),),
    7,
    Answer.YES,
    Answer.NO,
    Answer.YES,
    Answer.NO,
    voice="I want Mam to be ok",
    health="graze",
    nhs_number="999",
    language="cy",
    interpreter=Answer.YES,
    disability="none known",
    ethnicity="Welsh",
    looked_after=Answer.YES,
)
INCIDENT = Incident(
    "2600412345",
    NOW,
    (SIAN, replace(SIAN, number=2, given_name="Iolo", year_group=10)),
    sent_at=NOW,
    location="12 Dock Road",
    circumstances="shouting",
    risk=Risk("DASH", "medium"),
    police_action=PoliceAction(Answer.YES, "bail"),
    involved_adults=(Named("Synthetic", "Adult"),),
    updates=(Update(NOW, "charged"),),
)
BOTH = (AlertChild(1, 7), AlertChild(2, 10))
RELEASES = st.none() | st.lists(st.sampled_from(RELEASABLE), unique=True)


def view(
    role: Role,
    *,
    release: Collection[str] | None = None,
    years: Collection[int] = (),
    children: Collection[AlertChild] = BOTH,
    by: DisclosureMatrix | None = None,
) -> RoleView:
    incident = replace(INCIDENT, release=None if release is None else tuple(release))
    person = a_person("Reader", role, years=years)
    return role_view(incident, person, children, by or matrix(), other_settings_told=False)


def shown(seen: RoleView) -> set[Field]:
    """Every field that is there, whatever its value."""
    return {*seen.incident, *(field for child in seen.children for field in child.values)}


def test_the_table_names_every_field_that_a_notification_can_hold() -> None:
    assert set(MAY_SEE) == {field.value for field in Field}
    assert {*INCIDENT_FIELDS, *CHILD_FIELDS} == set(Field)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("field", list(Field))
def test_each_role_sees_each_field_or_not_as_the_contract_has_it(role: Role, field: Field) -> None:
    assert (field in shown(view(role))) is (role in MAY_SEE[field.value])


FOUR = ("circumstances", "voice", "police_action", "looked_after")
EVERY_RELEASE: list[tuple[str, ...] | None] = [None, (), *((name,) for name in FOUR), FOUR]


@pytest.mark.parametrize(("role", "release"), list(product(Role, EVERY_RELEASE)))
def test_every_field_of_every_release_is_shown_withheld_or_not_there_at_all(
    role: Role, release: tuple[str, ...] | None
) -> None:
    seen = view(role, release=release)
    for field in Field:
        may = role in MAY_SEE[field.value]
        released = release is None or field.value not in FOUR or field.value in release
        assert (field in shown(seen)) is (field in seen.disclosed) is (may and released), field
        assert (field in seen.held_back) is (may and not released), field


def test_a_view_without_a_child_shows_no_field_of_one() -> None:
    seen = view(Role.MASH_DESK, release=["circumstances"], children=())
    assert {field.value for field in seen.disclosed} == {
        "occurred_at", "sent_at", "source_reference", "risk", "location", "circumstances",
        "involved_adults",
    }  # fmt: skip
    assert seen.held_back == (Field.POLICE_ACTION,)


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.EDUCATION_SAFEGUARDING, Role.COORDINATOR])
def test_the_rest_see_no_content_at_all(role: Role) -> None:
    seen = view(role)
    assert (dict(seen.incident), seen.fields, seen.updates) == ({}, frozenset(), ())
    assert all(not child.values for child in seen.children)


@given(st.sampled_from(Role), RELEASES)
def test_a_release_list_narrows_and_never_widens(role: Role, release: list[str] | None) -> None:
    whole, narrowed = shown(view(role)), shown(view(role, release=release))
    withheld = set() if release is None else {Field(n) for n in RELEASABLE if n not in release}
    assert narrowed == whole - withheld


def test_an_absent_release_list_releases_all_four_and_an_empty_one_none() -> None:
    four = {Field(name) for name in RELEASABLE}
    assert four <= shown(view(Role.DSP))
    assert four.isdisjoint(shown(view(Role.DSP, release=[])))
    assert four.isdisjoint(shown(view(Role.MASH_DESK, release=[])))


def test_what_a_sender_adds_later_in_words_is_shown_like_the_circumstances() -> None:
    assert view(Role.DSP).updates == INCIDENT.updates
    assert view(Role.DSP, release=["voice"]).updates == ()
    assert view(Role.SCHOOL_NURSE).updates == ()


def test_what_a_matrix_does_not_name_is_hidden() -> None:
    assert shown(view(Role.DSP, by=DisclosureMatrix({}))) == set()
    only_name = DisclosureMatrix({Role.DSP: frozenset({Field.NAME})})
    assert shown(view(Role.DSP, by=only_name)) == {Field.NAME}
    assert shown(view(Role.MASH_DESK, by=only_name)) == set()


@given(st.sampled_from(Role), st.sets(st.integers(6, 11)), st.sets(st.sampled_from(BOTH)))
def test_a_child_out_of_scope_or_of_another_alert_is_not_there(
    role: Role, years: set[int], of_alert: set[AlertChild]
) -> None:
    seen = view(role, years=years, children=of_alert)
    expected = {c.number for c in of_alert if not years or c.year_group in years}
    assert {child.number for child in seen.children} == expected


def test_the_values_are_those_of_the_child_and_of_no_other() -> None:
    seen = view(Role.DSP, years=[7])
    assert [child.values[Field.NAME] for child in seen.children] == ["Siân Prydderch"]
    assert "Iolo" not in repr(seen)


def test_whether_another_setting_was_told_is_said_without_a_name() -> None:
    person = a_person("Reader", Role.DSP)
    one_child = [AlertChild(1, 7)]
    seen = role_view(INCIDENT, person, one_child, matrix(), other_settings_told=True)
    assert seen.other_settings_told
    assert {f.value for f in seen.fields} <= set(MAY_SEE)
