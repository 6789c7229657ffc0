"""What Hypothesis draws: ladders, moments, people and towns of every shape."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.escalation import EscalationPolicy, EscalationStep
from bot.domain.people import ContactState, Role
from tests.domain.town import a_directory, a_person, a_school

BRYN = a_school()
MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2028, 9, 30), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.integers(0, 6 * 3600).map(lambda seconds: timedelta(seconds=seconds))
_FROM_BELL = st.integers(-6 * 3600, 6 * 3600).map(lambda seconds: timedelta(seconds=seconds))
ROLES = st.lists(st.sampled_from(Role), min_size=1, max_size=3, unique=True).map(tuple)
STEPS = st.builds(EscalationStep, ROLES, st.none() | SPANS, st.none() | _FROM_BELL)
LADDERS = st.builds(
    EscalationPolicy,
    leg=st.sampled_from(Leg),
    settled_by=ROLES,
    steps=st.lists(STEPS, min_size=1, max_size=6).map(tuple),
    end_tell=ROLES,
    end_every=st.integers(1, 6 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    version=st.text(max_size=10),
)
YEARS = st.lists(st.none() | st.integers(7, 11), min_size=1, max_size=3)
PEOPLE = st.lists(
    st.builds(
        lambda number, role, years, contact, away: a_person(
            f"P{number}", role, BRYN.code, years=years, contact=contact, away=away
        ),
        st.integers(0, 9),
        st.sampled_from(Role),
        st.sets(st.integers(7, 11), max_size=2),
        st.none() | st.sampled_from(ContactState),
        st.just([]) | st.dates(date(2026, 9, 1), date(2027, 6, 30)).map(lambda day: [day]),
    ),
    max_size=8,
    unique_by=lambda person: person.id,
)
TOWNS = PEOPLE.map(lambda people: a_directory([BRYN], *people))
"""One school with whoever works there, or does not."""
