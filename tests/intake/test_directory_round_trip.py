"""What is written of the directory is what is read back, and inert in a spreadsheet."""

import string
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Person, Role, Scope
from bot.domain.school import Phase, School
from bot.intake.directory_csv import read_directory_file
from bot.intake.people_csv import people_csv
from bot.intake.schools_csv import schools_csv


def test_a_spreadsheet_finds_no_formula_in_what_is_written() -> None:
    person = Person("-p1", "=1+1", Role.DSP, Scope(everywhere=True), email="=a@b", phone="+4429")
    row = people_csv([person]).splitlines()[1]
    assert row == "'-p1,'=1+1,dsp,*,,en,1,,'=a@b,+4429"
    assert read_directory_file("p.csv", people_csv([person]).encode()).people == [person]


line = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20).map(
    str.strip
)
filled = line.filter(bool)
part = filled.map(lambda text: text.replace("|", "/").strip()).filter(bool)
codes = st.text(string.digits, min_size=7, max_size=7)
a_school = st.builds(
    School,
    code=codes,
    name=filled,
    opens_at=st.times(max_value=time(11)).map(lambda at: at.replace(second=0, microsecond=0)),
    closes_at=st.times(min_value=time(12)).map(lambda at: at.replace(second=0, microsecond=0)),
    calendar=st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,9}", fullmatch=True),
    name_cy=line,
    aliases=st.lists(part, max_size=3, unique=True).map(tuple),
    phase=st.sampled_from(Phase),
    nurse_team=line,
    authority=line,
)
years = st.frozensets(st.integers(-1, 14))
scope = st.builds(Scope, everywhere=st.just(True), years=years) | st.builds(
    Scope,
    schools=st.frozensets(codes, min_size=1, max_size=3),
    teams=st.frozensets(part, max_size=2),
    years=years,
)
a_person = st.builds(
    Person,
    id=st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True),
    name=filled,
    role=st.sampled_from(Role),
    scope=scope,
    language=st.sampled_from(["en", "cy"]),
    order=st.integers(1, 9999),
    eligible_from=st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    email=st.just("") | st.from_regex(r"[=+'a-z-]{1,5}@[a-z.]{1,5}", fullmatch=True),
    phone=st.just("") | st.from_regex(r"\+?[0-9][0-9 ()-]{2,20}[0-9]", fullmatch=True),
    holidays=st.booleans(),
)


@given(st.lists(a_school, max_size=4, unique_by=lambda school: school.code))
def test_schools_written_are_the_schools_read(written: list[School]) -> None:
    assert read_directory_file("s.csv", schools_csv(written).encode()).schools == written


@given(st.lists(a_person, max_size=4, unique_by=lambda person: person.id))
def test_people_written_are_the_people_read(written: list[Person]) -> None:
    assert read_directory_file("p.csv", people_csv(written).encode()).people == written
