"""Where nobody can be told on the next pupil day, and who stands where: gaps first, by school.

Names of staff and why they cannot be told, to coordinators; nothing of a notice. Nothing is written
here, so there is nothing to die in the middle of.
"""

import hashlib
from datetime import date

from bot.domain.alert import Leg
from bot.domain.calendar import local_day
from bot.domain.cover import Reachable, standing
from bot.domain.evening import Line, lines_of
from bot.domain.people import Person, Role
from bot.domain.readiness import missing, next_pupil_day
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.domain.screen import PersonDeed, View, turned
from bot.flow.look import Look, Screen, to
from bot.flow.ready import line_in_words

LEGS = (Leg.SCHOOL, Leg.NURSE)
ROLES = tuple(Role)
_PEOPLE = 12
_DAYS = 2


def school_of(known: InForce, number: int) -> School | None:
    """A school by its code as a button's data has it."""
    return known.directory.schools.get(f"{number:07d}")


def mark_of(person: Person) -> int:
    """What a button names somebody by: the same number whatever else the directory holds."""
    return int.from_bytes(hashlib.sha256(f"person:{person.id}".encode()).digest()[:6])


def person_marked(known: InForce, mark: int) -> Person | None:
    return next((p for p in known.directory.people.values() if mark_of(p) == mark), None)


async def readiness(look: Look) -> Screen | None:
    """What is missing; the schools in the order of their codes, from behind one of them on."""
    if len(look.numbers) != 1:
        return None
    say, known = look.say, look.known
    day = next_pupil_day(known, look.now)
    found = lines_of(known, missing(known, day))
    whole = [line for line in found if not line.school]
    schools = sorted((line for line in found if line.school), key=_code)
    page = turned([_code(line) for line in schools], look.numbers[0] or None)
    shown = schools[page.first : page.end] if look.numbers[0] else [*whole, *schools[: page.end]]
    if not found:
        screen = Screen([say.say("answer.readiness_all_well", day=say.day(day))])
    else:
        lines = [line_in_words(known, say, line) for line in shown]
        screen = Screen([say.say("answer.readiness_gaps", day=say.day(day)), *lines])
    for line in shown:
        if (number := _number(known, line)) is not None:
            text = line_in_words(known, say, line).partition(":")[0]
            screen.button(text[:60], View.GAP, *number)
    if page.behind:
        screen.button(say.say("screen.next_page"), View.READINESS, _code(shown[-1]))
    screen.rows.append(
        (
            to(say.say("screen.from_the_beginning"), View.READINESS, 0),
            to(say.say("screen.to_status"), View.STATUS, 1),
        )
    )
    return screen


def _code(line: Line) -> int:
    return int(line.school)


def _number(known: InForce, line: Line) -> tuple[int, int] | None:
    """What a line's button names: a school and a leg; for a team its first school."""
    if line.school:
        return int(line.school), LEGS.index(line.leg)
    if line.team:
        codes = [s.code for s in known.directory.schools.values() if s.nurse_team == line.team]
        return int(min(codes)), LEGS.index(line.leg)
    return 0, ROLES.index(line.roles[0])


async def gap(look: Look) -> Screen | None:
    """Who stands for a school's leg, or for a role of the whole authority, and who can be told."""
    say, known = look.say, look.known
    day = next_pupil_day(known, look.now)
    match look.numbers:
        case (0, place) if place < len(ROLES):
            role = ROLES[place]
            screen = Screen([say.say("screen.who_stands", what=say.say(f"role.{role.value}"))])
            people = list(known.directory.holding((role,), day))
        case (code, place) if place < len(LEGS) and (school := school_of(known, code)):
            screen = Screen([say.say("screen.who_stands", what=school.name_in(say.language))])
            people = [
                person
                for role in known.policies[LEGS[place]].settled_by
                for person in known.directory.covering(role, school.code, [None], day)
            ]
            screen.button(say.say("screen.snow"), View.SNOW, code)
        case _:
            return None
    for person in people[:_PEOPLE]:
        screen.lines.append(_stands(look, person, day))
        screen.button(person.name[:60], View.PERSON, mark_of(person))
    if not people:
        screen.lines.append(say.say("screen.nobody_stands"))
    screen.button(say.say("screen.to_readiness"), View.READINESS, 0)
    return screen


def _stands(look: Look, person: Person, day: date) -> str:
    say, stand = look.say, standing(person, day)
    if isinstance(stand, Reachable):
        why = say.say("screen.can_be_told")
    else:
        why = say.say(f"skip.{stand.reason.value}")
    role = say.say(f"role.{person.role.value}")
    return say.say("screen.stands", person=person.name, role=role, why=why)


async def person(look: Look) -> Screen | None:
    """Somebody, and what may be done about them; what cannot be undone is asked first."""
    someone = person_marked(look.known, look.numbers[0]) if look.numbers else None
    if someone is None:
        return None
    say, mark = look.say, look.numbers[0]
    match look.numbers:
        case (_,):
            screen = Screen([_stands(look, someone, local_day(look.now))])
            for deed in PersonDeed:
                text = say.say(f"screen.deed_{deed.name.lower()}")
                screen.button(text, View.PERSON, mark, deed)
            screen.button(say.say("screen.to_readiness"), View.READINESS, 0)
        case (_, PersonDeed.INVITE):
            # An invitation lets its holder in as this person: it goes by no chat of somebody
            # else's, and by no mailbox (docs/adr/0022).
            screen = Screen([say.say("screen.invite_how", person=someone.name, id=someone.id)])
            screen.button(say.say("screen.back_to_person"), View.PERSON, mark)
        case (_, PersonDeed.SESSIONS | PersonDeed.ACCOUNT as number):
            asked = PersonDeed(number).name.lower()
            screen = Screen([say.say(f"screen.sure_{asked}", person=someone.name)])
            screen.button(say.say(f"screen.deed_{asked}"), View.PERSON, mark, number, 1)
            screen.button(say.say("screen.back_to_person"), View.PERSON, mark)
        case _:
            return None
    return screen


async def snow(look: Look) -> Screen | None:
    """On which of the next two days a school's pupils stay at home; then whether it is meant."""
    school = school_of(look.known, look.numbers[0]) if look.numbers else None
    if school is None:
        return None
    say, name = look.say, school.name_in(look.say.language)
    match look.numbers:
        case (code,):
            calendar = look.known.calendar_of(school)
            coming = calendar.pupil_days(school.code, local_day(look.now))
            screen = Screen([say.say("closure.which_days", school=name)])
            for _, day in zip(range(_DAYS), coming, strict=False):
                text = say.say("closure.button_close", day=say.day(day))
                screen.button(text, View.SNOW, code, int(f"{day:%Y%m%d}"))
        case (code, number) if (day_meant := day_of(number)) is not None:
            sentence = say.say("screen.sure_snow", school=name, day=say.day(day_meant))
            screen = Screen([sentence])
            screen.button(say.say("screen.yes_snow"), View.SNOW, code, number, 1)
        case _:
            return None
    screen.button(say.say("screen.to_readiness"), View.READINESS, 0)
    return screen


def day_of(number: int) -> date | None:
    """A day as a button's data has it."""
    try:
        return date.fromisoformat(f"{number:08d}")
    except ValueError:
        return None
