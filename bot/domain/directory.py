"""The directory in force: every school and person of the partnership, at one moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.domain.matching import Matched, Unsure, match_school, names_index
from bot.domain.people import Absence, Person, Role, stand_in
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
        everywhere = self._everywhere
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
    def _everywhere(self) -> dict[Role, tuple[Person, ...]]:
        return {r: tuple(p for p in self._by_role[r] if p.scope.everywhere) for r in Role}

    @cached_property
    def _by_role(self) -> dict[Role, tuple[Person, ...]]:
        """People of each role in the order in which they are asked."""
        ranked = sorted(self.people.values(), key=_first_asked)
        return {role: tuple(p for p in ranked if p.role is role) for role in Role}

    def match(self, code: str | None, name: str | None) -> Matched | Unsure:
        return match_school(code, name, self.schools, self._names)

    def holders(self, role: Role) -> tuple[Person, ...]:
        """Who holds this role by themselves, whatever they cover, first asked first."""
        return self._by_role[role]

    def covering(
        self,
        role: Role,
        school_code: str | None,
        years: Iterable[int | None],
        on: date | None,
        excluded: Collection[str] = (),
        also: Collection[str] = (),
    ) -> tuple[Person, ...]:
        """Everyone who stands in this role on this day, and whose scope there touches one of the
        children, first asked first: who holds it, and who stands in for somebody who does. `also`
        are the teams that this one alert was passed on to.

        `school_code` is None for a duty that has no school yet: then whoever covers everything,
        and for want of them whoever holds the role at all, since somebody has to be asked. `on` is
        None for whoever does so on any day. Nobody stands in for one of `excluded`.
        """
        holders = self._holding_for(role, school_code, also)
        people = self._with_stand_ins(holders, on, excluded)
        if school_code is None:
            return people
        wanted = tuple(years)
        return tuple(
            person for person in people if any(person.scope.covers_year(year) for year in wanted)
        )

    def standing_for(
        self,
        person: Person,
        roles: Iterable[Role],
        school_code: str | None,
        on: date,
        excluded: Collection[str] = (),
        also: Collection[str] = (),
    ) -> Person | None:
        """This person as they stand for the school in these roles on this day, by their own role
        and in the place of whoever they stand in for; None if not at all. What a cover has is never
        more than that, and never that of somebody whom the one they stand in for covers."""
        person = self.people.get(person.id, person)
        of_school = {p.id: p for role in roles for p in self._holding_for(role, school_code, also)}
        held = of_school.get(person.id)
        for away, cover in self._stand_ins(on, excluded):
            if cover.id == person.id and away.id in of_school:
                held = stand_in(cover, away, held)
        return held

    def _holding_for(
        self, role: Role, school_code: str | None, also: Collection[str] = ()
    ) -> tuple[Person, ...]:
        """Who holds the role for this school by themselves, whatever the day, first asked first."""
        holders = self._by_role[role]
        everywhere = self._everywhere[role]
        if school_code is None:
            return everywhere or holders
        able = self._holders.get((role, school_code), everywhere)
        if also:
            passed = (p for p in holders if not p.scope.teams.isdisjoint(also))
            able = tuple(sorted({p.id: p for p in (*able, *passed)}.values(), key=_first_asked))
        return able

    @cached_property
    def _covered(self) -> tuple[tuple[Person, Absence], ...]:
        """Every absence for which somebody stands in who is still there."""
        return tuple(
            (person, absence)
            for person in self.people.values()
            for absence in person.absences
            if absence.cover in self.people and absence.cover != person.id
        )

    def _stand_ins(
        self, on: date | None, excluded: Collection[str] = ()
    ) -> Iterator[tuple[Person, Person]]:
        """Who is away on this day, each with whoever stands in."""
        for away, absence in self._covered:
            too_early = (
                away.eligible_from is not None and on is not None and on < away.eligible_from
            )
            if (on is None or on in absence) and away.id not in excluded and not too_early:
                yield away, self.people[absence.cover]

    def _with_stand_ins(
        self, holders: tuple[Person, ...], on: date | None, excluded: Collection[str]
    ) -> tuple[Person, ...]:
        if not self._covered:
            return holders
        ids = {person.id for person in holders}
        found = {person.id: person for person in holders}
        for away, cover in self._stand_ins(on, excluded):
            if away.id in ids:
                found[cover.id] = stand_in(cover, away, found.get(cover.id))
        return tuple(sorted(found.values(), key=_first_asked))

    def holding(
        self, roles: Collection[Role], on: date | None = None, excluded: Collection[str] = ()
    ) -> tuple[Person, ...]:
        """Everyone who stands in one of these roles, whatever they cover; `on` and `excluded` as in
        `covering`."""
        found = {
            person.id: person
            for role in Role
            if role in roles
            for person in self._with_stand_ins(self._by_role[role], on, excluded)
        }
        return tuple(found.values())

    def covers_school(self, person: Person, school_code: str) -> bool:
        """Whether the school is in this person's scope, by itself or by its nurse team."""
        school = self.schools.get(school_code)
        return person.scope.covers_school(school_code, school.nurse_team if school else "")

    def share_a_school(self, one: Person, other: Person) -> bool:
        """Whether there is a school that both cover, by themselves."""
        if one.scope.everywhere or other.scope.everywhere:
            return True
        return bool(self._codes(one) & self._codes(other))

    def touches_school(self, person: Person, school_code: str) -> bool:
        """Whether this person covers the school, or on some day stands in for somebody who does."""
        return any(self.covers_school(one, school_code) for one in self._places(person, None))

    def touched(self, people: Iterable[Person]) -> Collection[str]:
        """The codes of every school that one of these people touches."""
        stand_ins = list(self._stand_ins(None))
        found: set[str] = set()
        for person in people:
            own = self.people.get(person.id, person)
            for one in (own, *(away for away, cover in stand_ins if cover.id == person.id)):
                if one.scope.everywhere:
                    return self.schools.keys()
                found |= self._codes(one)
        return found

    def covers_several(self, person: Person, on: date | None = None) -> bool:
        """Whether a message to this person has to say which school is meant."""
        places = self._places(person, on)
        codes = frozenset[str]().union(*(self._codes(one) for one in places))
        return any(one.scope.everywhere for one in places) or len(codes & self.schools.keys()) > 1

    def _places(self, person: Person, on: date | None) -> list[Person]:
        """This person, and everybody whose place they take."""
        own = self.people.get(person.id, person)
        return [own, *(away for away, cover in self._stand_ins(on) if cover.id == person.id)]

    def _codes(self, person: Person) -> frozenset[str]:
        """The schools that a scope names, one by one or by their nurse team."""
        teams = (self._of_team.get(team, frozenset()) for team in person.scope.teams)
        return person.scope.schools.union(*teams)


def _first_asked(person: Person) -> tuple[int, str]:
    return person.order, person.id
