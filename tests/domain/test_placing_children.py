"""Which alerts a notice brings: one a school, with its own children; questions for the rest."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import AlertChild
from bot.domain.directory import Directory
from bot.domain.incident import Child, Incident, WrittenSchool
from bot.domain.matching import Doubt, Matched
from bot.domain.routing import AlertWanted, Placed, place
from tests.domain.town import a_directory, a_school

BRYN = a_school("Ysgol Bryn", "9992002")
ROATH = a_school("Roath Primary School", "9992001")
EHE = a_school("Home educated", "9999001", aliases=("Not on roll",))
TOWN = a_directory([BRYN, ROATH, EHE])
AT_BRYN = WrittenSchool(BRYN.code, BRYN.name)
AT_ROATH = WrittenSchool(None, "Roath Primary")
MISSPELT = WrittenSchool(None, "Ysgoll Bryn")
NOWHERE = WrittenSchool()


def placed(*schools: tuple[WrittenSchool, ...], town: Directory = TOWN, **decided: str) -> Placed:
    """Children numbered from 1, each with the schools written for it."""
    children = tuple(
        Child(n, "Synthetic", f"Pupil{n}", schools=written, year_group=n)
        for n, written in enumerate(schools, 1)
    )
    incident = Incident("26", datetime(2026, 11, 15, tzinfo=UTC), children)
    tasks = {q.task: q for q in place(incident, town, {}).questions}
    answers = {
        task: decided[f"child_{q.child_number}"]
        for task, q in tasks.items()
        if f"child_{q.child_number}" in decided
    }
    return place(incident, town, answers)


def wanted(found: Placed) -> dict[str, list[int]]:
    return {alert.school_code: [c.number for c in alert.children] for alert in found.alerts}


def test_each_school_gets_one_alert_that_holds_its_own_children() -> None:
    found = placed((AT_BRYN,), (AT_ROATH,), (AT_BRYN,))
    assert wanted(found) == {BRYN.code: [1, 3], ROATH.code: [2]}
    assert found.questions == ()
    children = (AlertChild(1, 1), AlertChild(3, 3))
    assert found.alerts[0] == AlertWanted(BRYN.code, children, ("code",))


def test_a_child_registered_at_two_schools_is_in_both_alerts() -> None:
    assert wanted(placed((AT_BRYN, AT_ROATH))) == {BRYN.code: [1], ROATH.code: [1]}
    assert wanted(placed((AT_BRYN, AT_BRYN))) == {BRYN.code: [1]}


def test_a_home_educated_child_goes_to_the_authoritys_setting() -> None:
    for written in ("home educated", "Home education", "NOT ON ROLL"):
        assert wanted(placed((WrittenSchool(None, written),))) == {EHE.code: [1]}


def test_whoever_cannot_be_placed_is_asked_about_and_holds_up_nobody_else() -> None:
    found = placed((AT_BRYN,), (MISSPELT,), (NOWHERE,), ())
    assert wanted(found) == {BRYN.code: [1]}
    assert [(q.child_number, q.why) for q in found.questions] == [
        (2, Doubt.UNKNOWN_NAME),
        (3, Doubt.NOTHING_WRITTEN),
        (4, Doubt.NOTHING_WRITTEN),
    ]


def test_one_school_of_two_that_is_in_doubt_does_not_hold_up_the_other() -> None:
    found = placed((AT_BRYN, MISSPELT))
    assert wanted(found) == {BRYN.code: [1]}
    assert [q.written for q in found.questions] == [MISSPELT]


def test_a_decision_places_the_child_it_was_made_for_and_no_other() -> None:
    found = placed((MISSPELT,), (MISSPELT,), child_2=ROATH.code)
    assert wanted(found) == {ROATH.code: [2]}
    assert [q.child_number for q in found.questions] == [1]


def test_a_decision_for_a_school_that_has_left_is_asked_again() -> None:
    assert wanted(placed((MISSPELT,), child_1="9990000")) == {}


def test_a_task_is_the_same_for_the_same_school_written_alike() -> None:
    spellings = ["Ysgoll Bryn", "YSGOLL  BRYN", "Bryn Ysgoll"]
    tasks = {q.task for name in spellings for q in placed((WrittenSchool(None, name),)).questions}
    assert len(tasks) == 1


WRITTEN = st.sampled_from(
    [AT_BRYN, AT_ROATH, MISSPELT, NOWHERE, WrittenSchool(BRYN.code, "Roath Primary")]
)


@given(st.lists(st.lists(WRITTEN, max_size=2).map(tuple), min_size=1, max_size=5))
def test_every_school_of_every_child_ends_in_an_alert_or_in_a_question(
    schools: list[tuple[WrittenSchool, ...]],
) -> None:
    found = placed(*schools)
    for number, written in enumerate(schools, 1):
        for school in written or (NOWHERE,):
            match TOWN.match(school.code, school.name):
                case Matched(code, _):
                    assert number in wanted(found)[code]
                case _:
                    assert (number, school) in [
                        (q.child_number, q.written) for q in found.questions
                    ]
    assert len({alert.school_code for alert in found.alerts}) == len(found.alerts)
