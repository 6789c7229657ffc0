"""Somebody's own page in words, as headings with lines: the chat's screen and the web page say the
same. Names of staff and schools, to the one whom they concern; nothing of a notice."""

from dataclasses import dataclass
from datetime import time

from bot.domain.own_page import OwnPage, Told
from bot.domain.school import School
from bot.rendering.catalogue import Words
from bot.rendering.view import year_group

_SCHOOLS = 20


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    lines: tuple[str, ...]
    changed_by: str = ""
    """What its reader may do about it, where it stands as a form."""


def own_parts(say: Words, page: OwnPage, schools: dict[str, School]) -> list[Part]:
    """Every part, also an empty one: that nobody stands in is worth reading."""
    person = page.person
    who = say.say("me.who", person=person.name, role=say.say(f"role.{person.role.value}"))
    return [
        Part(who, (_language(say),), "language"),
        Part(say.say("me.told_of"), tuple(_told_of(say, page, schools))),
        Part(say.say("me.ways"), tuple(_ways(say, page)), "test"),
        Part(say.say("me.away"), tuple(_away(say, page)) or (say.say("me.not_away"),), "away"),
        Part(say.say("me.stand_in"), tuple(_standing(say, page)) or (say.say("me.for_nobody"),)),
    ]


def _language(say: Words) -> str:
    return say.say("me.language")


def _told_of(say: Words, page: OwnPage, schools: dict[str, School]) -> list[str]:
    lines = []
    if page.not_before:
        lines.append(say.say("me.not_before", day=say.date(page.not_before)))
    lines.append(_where(say, page, schools))
    if years := sorted(page.person.scope.years):
        lines.append(say.say("me.years", years=say.listed([year_group(say, y) for y in years])))
    lines += [_leg(say, told) for told in page.told]
    for first, last in sorted({told.quiet for told in page.told if told.quiet}):
        lines.append(say.say("me.quiet", first=_clock(first), last=_clock(last)))
    if not page.told:
        lines.append(say.say("me.told_of_nothing"))
    return lines


def _where(say: Words, page: OwnPage, schools: dict[str, School]) -> str:
    if page.person.scope.everywhere:
        return say.say("me.every_school")
    names = [schools[code].name_in(say.language) for code in page.schools if code in schools]
    if not names:
        return say.say("me.no_school")
    if (more := len(names) - _SCHOOLS) > 0:
        return say.count("me.schools_and_more", more, schools=", ".join(names[:_SCHOOLS]))
    return say.say("me.schools", schools=say.listed(names))


def _leg(say: Words, told: Told) -> str:
    what = say.say(f"me.leg_{told.leg.value}")
    if told.opens:
        return say.say("me.may_open", what=what)
    return say.say("me.hears_only", what=what)


def _ways(say: Words, page: OwnPage) -> list[str]:
    return [
        say.say(
            "me.way_works" if way.works else "me.way_does_not_work",
            place=place,
            way=say.say(f"way.{way.channel.value}"),
        )
        for place, way in enumerate(page.ways, 1)
    ]


def _away(say: Words, page: OwnPage) -> list[str]:
    return [
        say.say(
            "me.away_covered" if days.name else "me.away_uncovered",
            first=say.day(days.first_on),
            last=say.day(days.last_on),
            **({"name": days.name} if days.name else {}),
        )
        for days in page.away
    ]


def _standing(say: Words, page: OwnPage) -> list[str]:
    return [
        say.say(
            "me.stands_in",
            name=days.name,
            first=say.day(days.first_on),
            last=say.day(days.last_on),
        )
        for days in page.stands_in
    ]


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
