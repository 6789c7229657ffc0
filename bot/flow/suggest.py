"""Who or what may have been meant: a short list for a person to choose from, never a decision."""

from collections.abc import Collection

from rapidfuzz import fuzz, process

from bot.domain.directory import Directory
from bot.domain.incident import WrittenSchool
from bot.domain.matching import fold

_CANDIDATES = 6
_WORTH_SHOWING = 55


def likely_schools(
    written: WrittenSchool, directory: Directory, besides: Collection[str] = ()
) -> list[str]:
    """Codes of the schools whose names come nearest to what was written, the likeliest first,
    `besides` these.

    The school that a known code names is among them, whatever the name says.
    """
    names = {
        (code, name): key
        for code, school in directory.schools.items()
        if code not in besides
        for name in school.names
        if (key := fold(name))
    }
    best: dict[str, float] = {}
    if written.code in directory.schools and written.code not in besides:
        best[str(written.code)] = 101.0
    if key := fold(written.name or ""):
        for _, score, (code, _) in process.extract(
            key, names, scorer=fuzz.WRatio, limit=30, score_cutoff=_WORTH_SHOWING
        ):
            best[code] = max(score, best.get(code, 0.0))
    return sorted(best, key=lambda code: (-best[code], code))[:_CANDIDATES]


def likely_people(written: str, codes: Collection[str], directory: Directory) -> list[str]:
    """Ids of the staff of these schools, those nearest to the id or name written first."""
    concerned = {
        person.id: max(
            fuzz.ratio(written.casefold(), person.id.casefold()),
            fuzz.WRatio(fold(written), fold(person.name)),
        )
        for person in directory.people.values()
        if any(
            person.scope.covers_school(code, directory.schools[code].nurse_team) for code in codes
        )
        or not codes
    }
    return sorted(concerned, key=lambda i: (-concerned[i], i))[:_CANDIDATES]
