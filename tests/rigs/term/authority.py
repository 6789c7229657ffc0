"""The authority that is simulated: schools on two calendars, their safeguarding people, the nurses'
teams, and the people whom every ladder ends with. None of them exists."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from bot.domain.people import Person, Role, Scope
from bot.domain.school import Phase, School
from tests.rigs.term.chance import chance

EAST, WEST = "porth-awel", "porth-awel-west"
WEST_INSET = "inset = [2026-09-14, 2026-11-09, 2026-11-27]"
"""The western schools' INSET days: otherwise both calendars are one."""
FIRST_DAY = date(2026, 9, 7)
_HALF_TERM = (date(2026, 10, 26), date(2026, 10, 30))
_WORDS = (
    "Aber", "Bedw", "Bryn", "Celyn", "Coed", "Derwen", "Eglwys", "Felin", "Glan", "Hafod", "Helyg",
    "Llan", "Maes", "Nant", "Onnen", "Pant", "Pen", "Rhiw", "Rhyd", "Tir", "Ty", "Waun", "Ynys",
)  # fmt: skip
_ENDS = ("Awel", "Coch", "Deg", "Glas", "Gwyn", "Hir", "Mawr", "Melyn")
GIVEN = ("Alis", "Bryn", "Cai", "Dewi", "Elin", "Ffion", "Gwen", "Huw", "Ifan", "Lowri", "Nia")
FAMILY = ("Ardal", "Beynon", "Cule", "Dafis", "Eynon", "Gethin", "Harri", "Kyffin", "Mathias")


@dataclass(frozen=True)
class Authority:
    schools: tuple[School, ...]
    people: tuple[Person, ...]
    years: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """A school's year groups, by its code."""

    def dsps(self, code: str) -> list[Person]:
        return [p for p in self.people if p.role is Role.DSP and code in p.scope.schools]


def authority(seed: int, count: int) -> Authority:
    """As many schools, and whoever works for them."""
    dice = chance(seed, "authority")
    names = [f"Ysgol {one} {two}" for two in _ENDS for one in _WORDS]
    schools: list[School] = []
    people: list[Person] = []
    years: dict[str, tuple[int, ...]] = {}
    team, left = 0, 0
    for number in range(count):
        if not left:
            team, left = team + 1, dice.randint(8, 12)
        left -= 1
        secondary = number % 5 == 0
        code = f"999{3000 + number}"
        school = School(
            code,
            names[number],
            time(8, dice.choice((30, 40, 45, 50, 55))),
            time(15, dice.choice((0, 10, 20, 30))),
            dice.choice((EAST, EAST, WEST)),
            phase=Phase.SECONDARY if secondary else Phase.PRIMARY,
            nurse_team=f"Team {team}",
            authority="Porth Awel",
        )
        schools.append(school)
        years[code] = tuple(range(7, 14)) if secondary else tuple(range(7))
        people += _of_school(seed, code, years[code], shared=secondary)
    people += _nurses(seed, team)
    people += _of_the_authority()
    return Authority(tuple(schools), tuple(people), years)


def _person(seed: int, name: str, role: Role, scope: Scope) -> Person:
    dice = chance(seed, name)
    language = "cy" if dice.random() < 0.3 else "en"
    said = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)} {name}"
    return Person(name, said, role, scope, language, email=f"{name}@porth-awel.example")


def _of_school(seed: int, code: str, years: tuple[int, ...], *, shared: bool) -> Iterator[Person]:
    """A secondary school has two DSPs, by year groups; every school has a deputy."""
    here = frozenset({code})
    halves = (years[:3], years[3:]) if shared else ((),)
    for number, half in enumerate(halves, 1):
        yield _person(
            seed, f"dsp{code}-{number}", Role.DSP, Scope(schools=here, years=frozenset(half))
        )
    yield _person(seed, f"deputy{code}", Role.DEPUTY_DSP, Scope(schools=here))


def _nurses(seed: int, teams: int) -> Iterator[Person]:
    for team in range(1, teams + 1):
        scope = Scope(teams=frozenset({f"Team {team}"}))
        for number in (1, 2):
            yield _person(seed, f"nurse{team}-{number}", Role.SCHOOL_NURSE, scope)
    yield _person(seed, "nurselead", Role.NURSE_LEAD, Scope(everywhere=True))


def _of_the_authority() -> Iterator[Person]:
    everywhere = Scope(everywhere=True)
    yield Person("safeguarding", "Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere)
    for number in (1, 2):
        yield Person(f"desk{number}", f"Desk {number}", Role.MASH_DESK, everywhere)
    for number in (1, 2, 3):
        yield Person(f"coordinator{number}", f"Coordinator {number}", Role.COORDINATOR, everywhere)


def school_days() -> Iterator[date]:
    """Every weekday of the term but half term's."""
    day = FIRST_DAY
    while True:
        if is_school_day(day):
            yield day
        day += timedelta(days=1)


def is_school_day(day: date) -> bool:
    return day.weekday() < 5 and not _HALF_TERM[0] <= day <= _HALF_TERM[1]
