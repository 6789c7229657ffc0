"""The directory in force: every school and person of the partnership, at one moment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.domain.matching import Matched, Unsure, match_school, names_index
from bot.domain.people import Person, Role
from bot.domain.school import School


@dataclass(frozen=True)
class Directory:
    schools: Mapping[str, School]
    people: Mapping[str, Person]

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return names_index((school.code, school.names) for school in self.schools.values())

    @cached_property
    def _of_team(self) -> dict[str, frozenset[str]]:
        """The codes of each nurse team's schools."""
        found: dict[str, set[str]] = {}
        for school in self.schools.values():
            found.setdefault(school.nurse_team, set()).add(school.code)
        return {team: frozenset(codes) for team, codes in found.items()}

    @cached_property
    def _holders(self) -> dict[tuple[Role, str], tuple[Person, ...]]:
        """By role and school: who holds the role for it, or for everything, first asked first.
        Looked up and not searched: thousands of people, and every notice asks."""
        everywhere = {r: [p for p in self._by_role[r] if p.scope.everywhere] for r in Role}
        named: dict[tuple[Role, str], list[Person]] = {}
        for person in self.people.values():
            if not person.scope.everywhere:
                for code in self._codes(person):
                    named.setdefault((person.role, code), []).append(person)
        return {
            (role, code): tuple(sorted((*people, *everywhere[role]), key=_first_asked))
            for (role, code), people in named.items()
        }

    @cached_property
    def _by_role(self) -> dict[Role, tuple[Person, ...]]:
        """People of each role in the order in which they are asked."""
        ranked = sorted(self.people.values(), key=_first_asked)
        return {role: tuple(p for p in ranked if p.role is role) for role in Role}

    def match(self, code: str | None, name: str | None) -> Matched | Unsure:
        return match_school(code, name, self.schools, self._names)

    def covering(
        self,
        role: Role,
        school_code: str | None,
        years: Iterable[int | None],
        also: Collection[str] = (),
    ) -> tuple[Person, ...]:
        """Everyone in this role whose scope touches one of the children, first asked first; `also`
        the teams that this one alert was passed on to.

        `school_code` is None for a duty that has no school yet: then whoever covers everything,
        and for want of them whoever holds the role at all, since somebody has to be asked.
        """
        holders = self._by_role[role]
        everywhere = tuple(p for p in holders if p.scope.everywhere)
        if school_code is None:
            return everywhere or holders
        wanted = tuple(years)
        able = self._holders.get((role, school_code), everywhere)
        if also:
            passed = (p for p in holders if not p.scope.teams.isdisjoint(also))
            able = tuple(sorted({p.id: p for p in (*able, *passed)}.values(), key=_first_asked))
        return tuple(
            person for person in able if any(person.scope.covers_year(year) for year in wanted)
        )

    def holding(self, roles: Collection[Role]) -> tuple[Person, ...]:
        """Everyone in one of these roles, whatever they cover."""
        return tuple(person for role in Role if role in roles for person in self._by_role[role])

    def covers_school(self, person: Person, school_code: str) -> bool:
        """Whether the school is in this person's scope, by itself or by its nurse team."""
        school = self.schools.get(school_code)
        return person.scope.covers_school(school_code, school.nurse_team if school else "")

    def covers_several(self, person: Person) -> bool:
        """Whether a message to this person has to say which school is meant."""
        return person.scope.everywhere or len(self._codes(person) & self.schools.keys()) > 1

    def _codes(self, person: Person) -> frozenset[str]:
        """The schools that a scope names, one by one or by their nurse team."""
        teams = (self._of_team.get(team, frozenset()) for team in person.scope.teams)
        return person.scope.schools.union(*teams)


def _first_asked(person: Person) -> tuple[int, str]:
    return person.order, person.id
