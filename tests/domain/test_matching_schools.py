"""Which school is meant: by its code, its name or an alias, and never by a guess."""

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.directory import Directory
from bot.domain.matching import Doubt, Matched, Unsure, fold
from tests.domain.town import a_directory, a_school

BRYN = a_school("Ysgol Bryn", "9992002", name_cy="Ysgol y Bryn", aliases=("Bryn Infants",))
ROATH = a_school("Roath Primary School", "9992001", aliases=("Roath Road",))
DWR = a_school("Ysgol Gyfun Tŵr-y-Dŵr", "9994001")
DAVIDS = a_school("St David's RC Primary School", "9993001")
SAME_1 = a_school("Parc Primary School", "9992101")
SAME_2 = a_school("Ysgol Gynradd Parc", "9992102", aliases=("Parc Primary",))
HOME = a_school("Home educated", "9999001", aliases=("Not on roll", "EHE"))
TOWN = a_directory([BRYN, ROATH, DWR, DAVIDS, SAME_1, SAME_2, HOME])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Ysgol Bryn", "9992002"),
        ("ysgol bryn", "9992002"),
        ("  YSGOL   BRYN ", "9992002"),
        ("Bryn School", "9992002"),
        ("School, Bryn", "9992002"),
        ("Bryn", "9992002"),
        ("Ysgol yr Bryn", "9992002"),
        ("Bryn Inf Sch", "9992002"),
        ("Ysgol Gyfun Twr y Dwr", "9994001"),
        ("YSGOL GYFUN TWR-Y-DWR", "9994001"),
        ("Ysgol Gyf. Tŵr-y-Dŵr", "9994001"),
        ("Tŵr-y-Dŵr, Ysgol Gyfun", "9994001"),
        ("Roath Prim Sch", "9992001"),
        ("Roath Pri. School", "9992001"),
        ("School, Roath Primary", "9992001"),
        ("Roath Rd", "9992001"),
        ("St Davids Roman Catholic Primary", "9993001"),
        ("Saint David’s RC Prim. School", "9993001"),
        ("home education", "9999001"),
        ("HOME EDUCATED", "9999001"),
        ("not on roll", "9999001"),
    ],
)
def test_a_school_is_found_however_its_name_is_usually_written(written: str, code: str) -> None:
    assert TOWN.match(None, written) == Matched(code, "name")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Ysgoll Bryn", Doubt.UNKNOWN_NAME),
        ("Ysgol Brynn", Doubt.UNKNOWN_NAME),
        ("Roath Primry School", Doubt.UNKNOWN_NAME),
        ("Roath", Doubt.UNKNOWN_NAME),
        ("Parc Primary School", Doubt.SEVERAL),
        ("Primary School", Doubt.UNKNOWN_NAME),
        ("", Doubt.NOTHING_WRITTEN),
        ("  ", Doubt.NOTHING_WRITTEN),
        ("Ysgol", Doubt.NOTHING_WRITTEN),
        ("The School", Doubt.NOTHING_WRITTEN),
        ("?!", Doubt.NOTHING_WRITTEN),
        (None, Doubt.NOTHING_WRITTEN),
    ],
)
def test_a_name_that_is_not_clearly_one_schools_is_asked_about(
    written: str | None, why: Doubt
) -> None:
    assert TOWN.match(None, written) == Unsure(why)


def test_a_code_decides_between_two_schools_of_one_name() -> None:
    assert TOWN.match("9992102", "Parc Primary") == Matched("9992102", "code")
    assert TOWN.match("9992101", "Parc Primary School") == Matched("9992101", "code")


def test_a_code_alone_is_enough() -> None:
    assert TOWN.match("9992002", None) == Matched("9992002", "code")
    assert TOWN.match("9992002", "Ysgol") == Matched("9992002", "code")


def test_a_code_and_a_name_that_disagree_are_asked_about() -> None:
    assert TOWN.match("9992002", "Roath Primary School") == Unsure(Doubt.DISAGREE)
    assert TOWN.match("9992002", "Ysgoll Bryn") == Unsure(Doubt.DISAGREE)


def test_an_unknown_code_is_asked_about_whatever_the_name_says() -> None:
    assert TOWN.match("9990000", "Ysgol Bryn") == Unsure(Doubt.UNKNOWN_CODE)
    assert TOWN.match("9990000", None) == Unsure(Doubt.UNKNOWN_CODE)


def test_the_welsh_name_and_each_alias_count_as_names() -> None:
    for name in BRYN.names:
        assert TOWN.match(BRYN.code, name) == Matched(BRYN.code, "code")
        assert TOWN.match(None, name) == Matched(BRYN.code, "name")


TRICKY = (
    "ysgol school sch prim primary st saint rc roman catholic of c in w e england church wales",
    "pupil referral unit pru home education educated uned cyfeirio disgyblion y yr bryn dŵr tŵr",
    "inf infs jun nr rd the h/s c/e hs",
)
WORDS = st.sampled_from([word for line in TRICKY for word in line.split()])
NAMES = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=30)


@given(NAMES)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(NAMES)
def test_case_accents_and_space_do_not_count(name: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    assert fold(bare) == fold(name)
    assert fold(f"  {name}\t") == fold(name)
    assert fold(unicodedata.normalize("NFC", name)) == fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@pytest.mark.parametrize(
    "name", ["Ysgol Gyfun Glan Morfa", "St David's Primary School", "Church in Wales Bryn"]
)
def test_the_order_of_words_does_not_count(name: str) -> None:
    assert {fold(" ".join(order)) for order in permutations(name.split())} == {fold(name)}


SCHOOLS = st.lists(NAMES, min_size=1, max_size=6).map(
    lambda names: a_directory([a_school(name, f"99920{n:02d}") for n, name in enumerate(names)])
)


@given(SCHOOLS, NAMES, st.none() | st.integers(0, 9).map(lambda n: f"99920{n:02d}"))
def test_a_match_is_always_one_school_that_bears_the_name_and_no_other_does(
    town: Directory, name: str, code: str | None
) -> None:
    bearers = {c for c, s in town.schools.items() if fold(s.name) and fold(s.name) == fold(name)}
    match town.match(code, name):
        case Matched(found, "code"):
            assert found == code
            assert code in bearers or not fold(name)
        case Matched(found, "name"):
            assert code is None
            assert bearers == {found}
        case Unsure(why):
            certain = code is None and len(bearers) == 1
            assert not certain
            assert why in Doubt


@given(SCHOOLS)
def test_two_schools_of_one_name_are_never_matched_by_it(town: Directory) -> None:
    for school in town.schools.values():
        same = [s for s in town.schools.values() if fold(s.name) == fold(school.name)]
        if len(same) > 1:
            assert isinstance(town.match(None, school.name), Unsure)
