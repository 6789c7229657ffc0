"""The directory in force: every school and person of the partnership, at one moment."""

from collections.abc import Iterable, Mapping
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
    def _by_role(self) -> dict[Role, tuple[Person, ...]]:
        """People of each role in the order in which they are asked."""
        ranked = sorted(self.people.values(), key=lambda person: (person.order, person.id))
        return {role: tuple(p for p in ranked if p.role is role) for role in Role}

    def match(self, code: str | None, name: str | None) -> Matched | Unsure:
        return match_school(code, name, self.schools, self._names)

    def covering(
        self, role: Role, school_code: str | None, years: Iterable[int | None]
    ) -> tuple[Person, ...]:
        """Everyone in this role whose scope touches one of the children, first asked first.

        `school_code` is None for a duty that has no school yet: then whoever covers everything,
        and for want of them whoever holds the role at all, since somebody has to be asked.
        """
        holders = self._by_role[role]
        if school_code is None:
            return tuple(p for p in holders if p.scope.everywhere) or holders
        school = self.schools.get(school_code)
        team = school.nurse_team if school else ""
        wanted = tuple(years)
        return tuple(
            person
            for person in holders
            if person.scope.covers_school(school_code, team)
            and any(person.scope.covers_year(year) for year in wanted)
        )

    def covers_several(self, person: Person) -> bool:
        """Whether a message to this person has to say which school is meant."""
        scope = person.scope
        if scope.everywhere or len(scope.schools) > 1:
            return True
        teams = sum(school.nurse_team in scope.teams for school in self.schools.values())
        return teams + len(scope.schools) > 1
