"""Finding a school or a person by what somebody types: any of its words, in any order, each as far
as it was typed; accents and case do not count.

The index is built once for a directory and kept with it; a search looks up words and reads no
school that has none of them.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.directory import Directory
from bot.domain.people import Person
from bot.domain.school import School

MOST = 50
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_NOT_WORD = re.compile(r"[\W_]+")
_MOST_WORDS = 8


def _plain(text: str) -> str:
    if text.isascii():  # most of tens of thousands of names, and many times faster
        return text.casefold()
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in bare if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """The words of a text as they are looked for."""
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", _plain(text))).split()


class Index:
    """Which keys have a word that begins like this."""

    def __init__(self, texts: Iterable[tuple[str, Iterable[str]]]) -> None:
        found: dict[str, set[str]] = {}
        for key, written in texts:
            for text in written:
                for word in words_of(text):
                    found.setdefault(word, set()).add(key)
        self._keys: Mapping[str, set[str]] = found
        self._words = sorted(found)

    def find(self, text: str) -> set[str]:
        """The keys that have every word of the text, each at least as a beginning."""
        wanted = words_of(text)[:_MOST_WORDS]
        if not wanted:
            return set()
        # The longest word is the rarest, as a rule: what it leaves is little.
        found: set[str] | None = None
        for word in sorted(wanted, key=len, reverse=True):
            having = self._beginning(word)
            found = having if found is None else found & having
            if not found:
                return set()
        return found or set()

    def _beginning(self, word: str) -> set[str]:
        first = bisect_left(self._words, word)
        last = bisect_left(self._words, word + "\U0010ffff", first)
        return set().union(*(self._keys[self._words[at]] for at in range(first, last)))


@dataclass(frozen=True, slots=True)
class Found:
    """The best first, at most `MOST` of each kind; with how many there were altogether."""

    schools: tuple[School, ...]
    people: tuple[Person, ...]
    of_schools: int
    of_people: int


class Finder:
    """The two indices of one directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._schools = Index(
            (s.code, (s.code, *s.names, s.nurse_team)) for s in directory.schools.values()
        )
        self._people = Index((p.id, (p.id, p.name)) for p in directory.people.values())

    def find(self, text: str, *, people: bool) -> Found:
        """Schools by code, name in either language, alias or nurse team; where `people` may be
        seen, they by id and name, and a school's own by its code."""
        schools = [self._directory.schools[code] for code in self._schools.find(text)]
        persons: list[Person] = []
        if people:
            persons = [self._directory.people[i] for i in self._people.find(text)]
            if text.strip() in self._directory.schools:
                persons += staff_of(self._directory, text.strip())
        exact = _plain(text.strip())
        schools.sort(key=lambda s: (_plain(s.name) != exact, len(s.name), s.name, s.code))
        persons.sort(key=lambda p: (_plain(p.name) != exact, p.name, p.id))
        return Found(tuple(schools[:MOST]), tuple(persons[:MOST]), len(schools), len(persons))


def staff_of(directory: Directory, code: str) -> list[Person]:
    """Who covers this school by name or by its nurse team, first asked first; not who covers
    everything."""
    found = [
        person
        for person in directory.people.values()
        if not person.scope.everywhere and directory.covers_school(person, code)
    ]
    return sorted(found, key=lambda p: (p.role.value, p.order, p.id))
