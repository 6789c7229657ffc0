"""Staff who may be a person named in the notice itself, and so must learn nothing of it until a
person at the MASH desk has said who is meant.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.directory import Directory
from bot.domain.incident import Incident, Named
from bot.domain.likeness import folded_name, may_be
from bot.domain.people import Person, Role
from bot.domain.triage import Question, task_name

OVERSEERS = (Role.COORDINATOR, Role.MASH_DESK)
"""Who sees something of every notice, whatever they cover."""


@dataclass(frozen=True, slots=True)
class Namesake:
    """A member of staff, and the name written that may be theirs."""

    person: Person
    written: Named

    @property
    def task(self) -> str:
        """The desk is asked once of a person and a name, however that is spelt next time."""
        folded = folded_name(self.written.given_name, self.written.family_name)
        return task_name(Question.SAME_PERSON, f"{self.person.id}:{folded}")


def namesakes(
    incident: Incident,
    directory: Directory,
    roles: Collection[Role],
    codes: Collection[str],
    also: Collection[str] = (),
) -> tuple[Namesake, ...]:
    """Who of those that could learn of this incident may be an adult named in it.

    Could learn: these roles for one of these schools, whoever oversees, and the people with the
    ids `also`, who were told something of it once. Each name is compared once, however often it
    was written.
    """
    if not incident.involved_adults:
        return ()
    people = {person.id: person for person in directory.holding(OVERSEERS)}
    people |= {
        p.id: p for role in roles for c in codes for p in directory.covering(role, c, [None], None)
    }
    people |= {i: directory.people[i] for i in also if i in directory.people}
    found = {
        namesake.task: namesake
        for person in people.values()
        for adult in incident.involved_adults
        if may_be(adult.given_name, adult.family_name, person.name)
        for namesake in [Namesake(person, adult)]
    }
    return tuple(sorted(found.values(), key=lambda n: (n.person.id, n.task)))
