"""Questions to the MASH desk: what may be asked of a view, what may be answered, who reads it."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.alert import AlertChild, Leg
from bot.domain.asking import (
    SET,
    Asked,
    DeskAnswer,
    DeskQuestion,
    answer_of,
    answers_to,
    field_of,
    is_of_a_child,
    key_of,
    may_be_asked,
    number_of,
    offered,
    question_of,
    shown_in,
    still_to_ask,
    unrecorded,
    waits,
)
from bot.domain.disclosure import Field, RoleView, role_view
from bot.domain.escalation import DEFAULT_FOR_QUESTIONS, due_times
from bot.domain.incident import Answer, Child, Incident, PoliceAction
from bot.domain.people import Role
from tests.domain.town import a_person, matrix

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
Q = DeskQuestion


def view(
    role: Role = Role.DSP, release: Collection[str] | None = None, *children: Child
) -> RoleView:
    incident = Incident(
        source_reference="1",
        occurred_at=NOW,
        children=children or (Child(1),),
        release=None if release is None else tuple(release),
    )
    there = [AlertChild(child.number, None) for child in incident.children]
    return role_view(incident, a_person("Mair", role), there, matrix(), other_settings_told=False)


def asked(question: DeskQuestion, child: int = 1, leg: Leg = Leg.SCHOOL, **more: object) -> Asked:
    return Asked(2, question, child, leg, NOW, **{"stands": True} | more)  # type: ignore[arg-type]


def test_the_set_is_the_agreed_one_and_a_buttons_number_never_changes_its_meaning() -> None:
    assert [question.value for question in SET] == [
        "present", "seen", "spoken_to", "said", "arrest", "conditions", "social_worker", "other",
    ]  # fmt: skip
    assert [question_of(number_of(question)) for question in Q] == list(Q)
    assert [question_of(number) for number in (-1, len(Q), 10**17)] == [None, None, None]


def test_every_question_but_three_is_about_a_field_of_the_notice() -> None:
    assert {q for q in Q if field_of(q) is None} == {Q.SOCIAL_WORKER, Q.OTHER}
    assert {f for f in Field if f not in {field_of(q) for q in Q}} == {
        Field.NAME, Field.SENT_AT, Field.SOURCE_REFERENCE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "release", "of_child", "of_incident"),
    [
        (Role.DSP, None, "present seen spoken_to said social_worker", "arrest conditions other"),
        (Role.DSP, [], "present seen spoken_to social_worker", "other"),
        (Role.SCHOOL_NURSE, None, "present seen spoken_to social_worker", "other"),
        (Role.COORDINATOR, None, "social_worker", "other"),
    ],
)
def test_who_may_see_a_field_may_ask_about_it_and_nobody_else(
    role: Role, release: list[str] | None, of_child: str, of_incident: str
) -> None:
    shown = view(role, release)
    assert [q.value for q in offered(shown, 1)] == of_child.split()
    assert [q.value for q in offered(shown, 0)] == of_incident.split()
    assert offered(shown, 2) == ()


def test_a_question_of_a_child_is_asked_of_one_that_the_reader_is_shown() -> None:
    shown = view(Role.DSP, None, Child(1), Child(3))
    assert [may_be_asked(shown, Q.SEEN, child) for child in (0, 1, 2, 3)] == [0, 1, 0, 1]
    assert [may_be_asked(shown, Q.ARREST, child) for child in (0, 1)] == [1, 0]
    assert [is_of_a_child(q) for q in (Q.SOCIAL_WORKER, Q.RISK, Q.LANGUAGE)] == [1, 0, 1]


def test_yes_and_no_are_offered_where_they_answer_and_nothing_in_words_by_a_press() -> None:
    assert answers_to(Q.SEEN) == (
        DeskAnswer.YES, DeskAnswer.NO, DeskAnswer.NOT_KNOWN, DeskAnswer.WILL_RING,
    )  # fmt: skip
    assert answers_to(Q.SAID) == (DeskAnswer.NOT_KNOWN, DeskAnswer.WILL_RING)
    assert [answer_of(Q.SAID, n) for n in (-1, 0, 1, 2, 4, 5)] == [
        None, None, None, DeskAnswer.NOT_KNOWN, None, None,
    ]  # fmt: skip


def test_two_legs_ask_the_same_of_a_field_and_each_its_own_of_the_rest() -> None:
    def keys(question: DeskQuestion) -> tuple[str, str, str]:
        school = key_of(question, 1, Leg.SCHOOL, "mair")
        return school, key_of(question, 1, Leg.NURSE, "nia"), key_of(question, 2, Leg.SCHOOL, "m")

    mair, nia, other = keys(Q.SEEN)
    assert mair == nia != other
    assert len(set(keys(Q.SOCIAL_WORKER))) == 3
    assert key_of(Q.OTHER, 0, Leg.SCHOOL, "mair") != key_of(Q.OTHER, 0, Leg.SCHOOL, "owen")


@pytest.mark.parametrize(
    ("question", "school", "nurse"),
    [(Q.SEEN, True, True), (Q.SAID, True, False), (Q.ARREST, True, False),
     (Q.SOCIAL_WORKER, True, False), (Q.OTHER, True, False), (Q.HEALTH, False, True)],
)  # fmt: skip
def test_an_answer_is_read_by_who_may_see_its_field_or_is_of_the_leg_that_asked(
    question: DeskQuestion, school: bool, nurse: bool
) -> None:
    one = [asked(question, 1 if is_of_a_child(question) else 0)]
    assert bool(shown_in(view(Role.DSP), Leg.SCHOOL, one)) is school
    assert bool(shown_in(view(Role.SCHOOL_NURSE), Leg.NURSE, one)) is nurse
    assert shown_in(view(Role.DSP, None, Child(2)), Leg.SCHOOL, [asked(question, 1)]) == ()


def test_an_answer_about_what_the_sender_holds_back_is_held_back_with_it() -> None:
    one = [asked(Q.ARREST, 0, stands=False, answer=DeskAnswer.YES)]
    assert shown_in(view(Role.DSP, ["circumstances"]), Leg.SCHOOL, one) == ()


def test_each_not_recorded_is_asked_until_somebody_has_answered_it() -> None:
    known = Child(1, present=Answer.YES, seen=Answer.NO, spoken_to=Answer.NO, voice="x")
    shown = view(Role.DSP, None, known)
    asks = dict.fromkeys(question for _, question in unrecorded(shown))
    assert Q.PRESENT not in asks
    assert {Q.LANGUAGE, Q.DISABILITY, Q.ARREST, Q.CIRCUMSTANCES} <= set(asks)
    assert Q.CONDITIONS not in asks
    first = next(iter(unrecorded(shown)))
    answered = Asked(2, first[1], first[0], Leg.SCHOOL, NOW, stands=False, answer=DeskAnswer.YES)
    unknown = Asked(2, first[1], first[0], Leg.SCHOOL, NOW, False, answer=DeskAnswer.NOT_KNOWN)
    assert still_to_ask(shown, [], 3)[0] == first
    assert first not in still_to_ask(shown, [answered], 99)
    assert first in still_to_ask(shown, [unknown], 99)
    assert len(still_to_ask(shown, [], 3)) == 3


def test_an_arrest_that_was_recorded_is_not_asked_for() -> None:
    incident = Incident(
        source_reference="1",
        occurred_at=NOW,
        children=(Child(1),),
        police_action=PoliceAction(Answer.NO),
    )
    shown = role_view(
        incident,
        a_person("Mair", Role.DSP),
        [AlertChild(1, None)],
        matrix(),
        other_settings_told=False,
    )
    assert (0, Q.ARREST) not in set(unrecorded(shown))


@pytest.mark.parametrize(
    ("minutes", "median", "nine_in_ten"),
    [([5], 5, 5), ([10, 20], 15, 20), ([60, 10, 20], 20, 60), (range(1, 21), 10.5, 18)],
)
def test_how_long_answers_took(minutes: Collection[int], median: float, nine_in_ten: float) -> None:
    found = waits([timedelta(minutes=m) for m in minutes])
    assert [value / timedelta(minutes=1) for value in found.values()] == [median, nine_in_ten]
    assert waits([]) == {}


def test_the_built_in_ladder_asks_reminds_and_then_tells_the_coordinator() -> None:
    within = DEFAULT_FOR_QUESTIONS.answer_within
    assert within == timedelta(hours=4)
    due = due_times(DEFAULT_FOR_QUESTIONS, NOW, NOW + within)
    assert [at - NOW for at in due] == [
        timedelta(), timedelta(hours=3, minutes=30), timedelta(hours=4),
    ]  # fmt: skip
