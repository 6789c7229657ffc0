"""A notice sent again: what its format carries is new, what it cannot carry stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import (
    EVERYTHING,
    Answer,
    Carried,
    Child,
    Incident,
    PoliceAction,
    Risk,
    Submission,
    Update,
    WrittenSchool,
    incident_of,
    merged,
)

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
BORN, LATER = date(2016, 3, 1), date(2018, 9, 9)
BRYN = WrittenSchool("9992002", "Ysgol Bryn")
SIAN = Child(1, "Siân", "Prydderch", BORN, (BRYN,), 7, voice="I want Mam to be ok")
IOLO = Child(2, "Iolo", "Prydderch", LATER, (BRYN,), 4)
FIRST = Incident(
    "2600412345",
    NOW,
    (SIAN, IOLO),
    circumstances="shouting",
    risk=Risk("DASH", "medium"),
    police_action=PoliceAction(Answer.YES, "bail until Friday"),
    exclude=("owen",),
    release=("voice",),
)
SHEET = Carried(
    frozenset({"source_reference", "occurred_at", "sent_at", "circumstances", "police_action"}),
    frozenset({"given_name", "family_name", "date_of_birth", "schools", "year_group"}),
)


def again(new: Incident, carried: Carried = EVERYTHING, before: Incident = FIRST) -> Incident:
    return merged(before, Submission(new, carried))


def said(incident: Incident) -> dict[str, object]:
    """What two notices are compared by: as parsed, without `sent_at`."""
    return replace(incident, sent_at=None).content()


def test_the_same_notice_again_says_the_same() -> None:
    assert said(again(FIRST)) == said(FIRST)
    assert said(again(replace(FIRST, sent_at=NOW + timedelta(hours=1)))) == said(FIRST)


def test_the_order_of_children_says_nothing() -> None:
    turned = (replace(IOLO, number=1), replace(SIAN, number=2))
    assert said(again(replace(FIRST, children=turned))) == said(FIRST)


def test_what_the_format_carries_is_new_even_when_it_is_gone() -> None:
    after = again(replace(FIRST, circumstances="two adults, shouting", risk=None))
    assert after.circumstances == "two adults, shouting"
    assert after.risk is None


def test_what_a_thinner_format_cannot_carry_keeps_its_value() -> None:
    bare = Child(1, "Siân", "Prydderch", BORN, (WrittenSchool(None, "Ysgol Bryn"),), 8)
    sheet = Incident("2600412345", NOW, (bare,), circumstances=None)
    after = again(sheet, SHEET)
    assert (after.risk, after.release) == (FIRST.risk, FIRST.release)
    assert after.circumstances is None  # it has a column for this, and the column is empty
    child = after.child(1)
    assert (child.voice, child.year_group) == (SIAN.voice, 8)


def test_a_sheet_that_says_there_was_an_arrest_keeps_the_summary() -> None:
    sheet = replace(FIRST, police_action=PoliceAction(Answer.NO))
    assert again(sheet, SHEET).police_action == PoliceAction(Answer.NO, "bail until Friday")
    assert again(sheet).police_action == PoliceAction(Answer.NO)


def test_a_sheet_without_codes_keeps_the_code_of_the_same_school_and_of_no_other() -> None:
    same = replace(SIAN, schools=(WrittenSchool(None, "YSGOL BRYN"),))
    other = replace(SIAN, schools=(WrittenSchool(None, "Roath Primary"),))
    assert again(replace(FIRST, children=(same,)), SHEET).child(1).schools == (BRYN,)
    assert again(replace(FIRST, children=(other,)), SHEET).child(1).schools == other.schools
    assert again(replace(FIRST, children=(same,))).child(1).schools == same.schools


def test_exclusions_only_add_up() -> None:
    assert again(replace(FIRST, exclude=())).exclude == ("owen",)
    assert again(replace(FIRST, exclude=("mair", "owen"))).exclude == ("owen", "mair")


def test_what_was_added_later_in_words_stays() -> None:
    told = replace(FIRST, updates=(Update(NOW, "charged"),))
    assert again(FIRST, before=told).updates == told.updates


def test_a_child_keeps_its_number_and_a_new_one_gets_a_fresh_one() -> None:
    nia = Child(1, "Nia", "Prydderch", date(2020, 1, 1), (BRYN,))
    after = again(replace(FIRST, children=(nia, replace(IOLO, number=2))))
    assert {child.given_name: child.number for child in after.children} == {"Nia": 3, "Iolo": 2}


def test_the_number_of_a_child_who_is_gone_is_never_given_to_another() -> None:
    """Whoever answered for Iolo would have answered for Nia."""
    nia = Child(2, "Nia", "Prydderch", date(2020, 1, 1), (BRYN,))
    without_iolo = again(replace(FIRST, children=(SIAN,)))
    after = again(replace(FIRST, children=(SIAN, nia)), before=without_iolo)
    assert {child.given_name: child.number for child in after.children} == {"Siân": 1, "Nia": 3}
    read_back = again(replace(FIRST, children=(SIAN, nia)), before=incident_of(after.content()))
    assert said(read_back) == said(after)


@pytest.mark.parametrize(
    ("given", "family", "born", "same"),
    [
        ("SIAN", "PRYDDERCH", BORN, True),
        ("Prydderch", "Siân", BORN, True),
        ("Siân", "Prydderch", None, True),
        ("Si?n", "Prydderch", BORN, True),
        ("Si?n", "Prydderch", None, False),
        ("Siân", "Prydderch", LATER, False),
        ("Siân", "Pritchard", BORN, False),
    ],
)
def test_a_child_is_the_same_by_name_and_date_of_birth(
    given: str, family: str, born: date | None, same: bool
) -> None:
    child = replace(SIAN, given_name=given, family_name=family, date_of_birth=born)
    assert SIAN.is_same_child(child) is same
    assert child.is_same_child(SIAN) is same


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("Siân", "SIAN", "Siân"),
        ("SIAN", "Siân", "Siân"),
        ("Sian", "Siân", "Siân"),
        ("Siân", "Sian", "Siân"),
        ("SIÂN", "Siân", "Siân"),
        ("Siân", "SIÂN", "Siân"),
        ("Si?n", "Siân", "Siân"),
        ("Siân", "Si?n", "Siân"),
        ("NGUY?N", "Nguyễn", "Nguyễn"),
    ],
)
def test_of_two_spellings_of_one_name_the_fuller_is_kept(
    before: str, after: str, kept: str
) -> None:
    old = replace(FIRST, children=(replace(SIAN, given_name=before),))
    new = replace(FIRST, children=(replace(SIAN, given_name=after),))
    assert again(new, before=old).child(1).given_name == kept


def test_two_children_of_one_name_are_told_apart_by_their_dates_of_birth() -> None:
    unknown, known = replace(SIAN, date_of_birth=None), replace(SIAN, number=2)
    before = replace(FIRST, children=(unknown, known))
    turned = (replace(known, number=1), replace(unknown, number=2))
    assert said(again(replace(FIRST, children=turned), before=before)) == said(before)


def _no_twins(children: tuple[Child, ...]) -> bool:
    """No two entries that nobody could tell apart."""
    return not any(
        one.date_of_birth == other.date_of_birth and one.is_same_child(other)
        for one, other in combinations(children, 2)
    )


NAMES = st.sampled_from(["Siân", "SIAN", "Sian", "Iolo", "Si?n", "Nia", ""])
CHILDREN = (
    st.lists(
        st.builds(
            Child,
            st.just(0),
            NAMES,
            st.sampled_from(["Prydderch", "Jones"]),
            st.sampled_from([BORN, LATER, None]),
            st.sampled_from([(BRYN,), (WrittenSchool(None, "Ysgol Bryn"),), ()]),
            st.sampled_from([7, None]),
        ),
        min_size=1,
        max_size=4,
    )
    .map(lambda children: tuple(replace(c, number=n) for n, c in enumerate(children, 1)))
    .filter(_no_twins)
)
INCIDENTS = st.builds(
    Incident,
    st.just("2600412345"),
    st.just(NOW),
    CHILDREN,
    sent_at=st.none() | st.just(NOW),
    circumstances=st.sampled_from([None, "shouting"]),
    exclude=st.lists(st.sampled_from(["owen", "mair"]), unique=True).map(tuple),
    release=st.none() | st.just(()) | st.just(("voice",)),
)
FORMATS = st.sampled_from([EVERYTHING, SHEET])


@given(INCIDENTS)
def test_content_that_was_stored_reads_the_same(incident: Incident) -> None:
    assert incident_of(incident.content()).content() == incident.content()


@given(INCIDENTS, INCIDENTS, FORMATS)
def test_what_was_taken_in_once_is_a_duplicate_the_second_time(
    before: Incident, new: Incident, carried: Carried
) -> None:
    after = merged(before, Submission(new, carried))
    assert said(merged(after, Submission(new, carried))) == said(after)


@given(INCIDENTS, INCIDENTS, FORMATS)
def test_numbers_are_each_childs_own_and_exclusions_never_shrink(
    before: Incident, new: Incident, carried: Carried
) -> None:
    after = merged(before, Submission(new, carried))
    numbers = [child.number for child in after.children]
    assert len(after.children) == len(new.children)
    assert numbers == sorted(set(numbers))
    assert set(after.exclude) == {*before.exclude, *new.exclude}
    for child in after.children:
        for old in before.children:
            if old.number == child.number:
                assert old.is_same_child(child)


@given(INCIDENTS, st.randoms())
def test_children_in_another_order_are_no_news(incident: Incident, random: Random) -> None:
    children = list(incident.children)
    random.shuffle(children)
    turned = tuple(replace(child, number=n) for n, child in enumerate(children, 1))
    again_told = merged(incident, Submission(replace(incident, children=turned)))
    assert said(again_told) == said(incident)
