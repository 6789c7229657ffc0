"""How each of the staff behaves, drawn from the seed: once for a person, and anew for each card."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.people import Person, Role
from tests.rigs.term.authority import is_school_day
from tests.rigs.term.chance import at, chance, local

_MANNERS = {"prompt": 50, "late": 22, "twice": 14, "never": 7, "eager": 7}
_FROM, _TO = 7 * 60 + 20, 17 * 60
_SPELLS = timedelta(minutes=1)
NOT_FOR_THEM = (Role.COORDINATOR, Role.EDUCATION_SAFEGUARDING)


@dataclass(frozen=True)
class Step:
    """Press a button whose data begins with `verb`, so long after the step before."""

    verb: str
    after: timedelta


def manner(seed: int, person: Person) -> str:
    """The people at the desk and the coordinators come to work; others may never look."""
    dice = chance(seed, "manner", person.id)
    if person.role in (Role.MASH_DESK, Role.NURSE_LEAD, *NOT_FOR_THEM):
        return dice.choice(("prompt", "late", "twice"))
    return dice.choices(tuple(_MANNERS), tuple(_MANNERS.values()))[0]


def free_at(seed: int, person: Person, when: datetime) -> datetime:
    """When this person next looks at the telephone: in the hours of school, or, of the eager, from
    seven to ten on any day of term."""
    day, eager = local(when).date(), manner(seed, person) == "eager"
    while True:
        first, last = (7 * 60, 22 * 60) if eager else (_FROM, _TO)
        if (eager or is_school_day(day)) and when <= at(day, last):
            begin = at(day, first + chance(seed, "arrives", person.id, day).uniform(0, 40))
            return max(when, begin)
        day += timedelta(days=1)


def first_look(seed: int, person: Person, card: str, now: datetime) -> datetime | None:
    """When this card is looked at, if ever."""
    how, dice = manner(seed, person), chance(seed, "look", person.id, card)
    if how == "never" or dice.random() < 0.06:
        return None
    minutes = dice.uniform(20, 300) if how == "late" else dice.uniform(1, 15)
    return free_at(seed, person, now + timedelta(minutes=minutes))


def steps(seed: int, person: Person, card: str) -> list[Step]:
    """What is done with a card that asks for an acknowledgement."""
    dice = chance(seed, "steps", person.id, card)
    done: list[Step] = []

    def then(verb: str, seconds: float) -> None:
        done.append(Step(verb, timedelta(seconds=seconds)))

    if dice.random() < 0.7:
        then("o", 0)
        if dice.random() < 0.06:
            then("r", 20)
        if dice.random() < 0.3:
            then("h", 30)
    if dice.random() < 0.05:
        then("n", 10)
        then("n", 10)
    if dice.random() < 0.05:
        then("c", 10)
    elif person.role in (Role.SCHOOL_NURSE, Role.NURSE_LEAD) and dice.random() < 0.3:
        if dice.random() < 0.6:
            then("y", 15)
        else:
            then("w", 15)
            then("w", 10)
    else:
        then("a", 15)
        if manner(seed, person) == "twice":
            then("a", 5)
        if dice.random() < 0.06:
            then("u", 40)
            then("a", 1800)
        if dice.random() < 0.6:
            then("k", dice.choice((30, 3600)))
            if dice.random() < 0.2:
                then("k", 60)
                then("k", 10)
    if dice.random() < 0.06:
        then("q", 60)
        then("q", 8)
        then("q", 8)
    if manner(seed, person) == "twice" and dice.random() < 0.3:
        then("a", 9000)  # an old button, long after
    return done


def goes_away(seed: int, person: Person, day: date) -> int:
    """For how many days from this one on; 0 for not."""
    dice = chance(seed, "away", person.id, day)
    return dice.randint(1, 5) if dice.random() < 0.008 else 0
