"""The directory's two files, told apart by their columns (contract: directory files)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.errors import Fault, RefusedError
from bot.domain.people import Person
from bot.domain.school import School
from bot.intake import people_csv, published, schools_csv
from bot.intake.directory_columns import Header, Mappings, UnknownColumnsError, with_fields
from bot.intake.directory_table import Columns, Table, tables

_NONE: Mappings = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """What one file brings; the other list is None. `ignored` names its unknown columns."""

    schools: list[School] | None = None
    people: list[Person] | None = None
    ignored: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each school or person stands, by code or id: `people.csv line 7`."""
    listed: list[published.Listed] | None = None
    """What a government's published list says of each school; `flow.published` makes schools of it,
    with what such a list does not carry."""


def read_directory_file(name: str, data: bytes, mappings: Mappings = _NONE) -> DirectoryFile:
    """The schools or the people of a file, or every fault in it by file, line and column.
    UnknownColumnsError where its columns have other names, and no mapping says which is which."""
    found = tables(name, data)
    given = next((one for one in found if _is_known(with_fields(one, mappings))), found[0])
    read = with_fields(given, mappings)
    if published.is_published(read):
        return DirectoryFile(listed=published.listed_schools(read))
    header = Header(name, tuple(given.names))
    if {"opens_at", "closes_at", "code"} & set(read.names):
        _refuse_missing(read, schools_csv.COLUMNS, header)
        schools = schools_csv.schools_of(read)
        ignored = read.ignored(schools_csv.COLUMNS)
        return DirectoryFile(schools=schools, ignored=ignored, places=_places(read, "code"))
    if {"role", "schools"} & set(read.names):
        _refuse_missing(read, people_csv.COLUMNS, header)
        people = people_csv.people_of(read)
        ignored = read.ignored(people_csv.COLUMNS)
        return DirectoryFile(people=people, ignored=ignored, places=_places(read, "id"))
    of_schools, of_people = (
        ", ".join(name for name, column in columns.items() if column.mandatory)
        for columns in (schools_csv.COLUMNS, people_csv.COLUMNS)
    )
    says = f"must have the columns of schools ({of_schools}) or of people ({of_people})"
    raise UnknownColumnsError([Fault(f"{name} {read.word} 1", says)], [header])


def _refuse_missing(read: Table, columns: Columns, header: Header) -> None:
    try:
        read.refuse_missing(columns)
    except RefusedError as refused:
        raise UnknownColumnsError(refused.faults, [header]) from None


def read_directory_files(
    files: Iterable[tuple[str, bytes]], mappings: Mappings = _NONE
) -> list[DirectoryFile]:
    """Each file by its name, or the faults of all of them."""
    found: list[DirectoryFile] = []
    faults: list[Fault] = []
    headers: list[Header] = []
    for name, data in files:
        try:
            found.append(read_directory_file(name, data, mappings))
        except RefusedError as refused:
            faults += refused.faults
            headers += refused.headers if isinstance(refused, UnknownColumnsError) else ()
    if headers:
        raise UnknownColumnsError(faults, headers)
    if faults:
        raise RefusedError(faults)
    return found


def _is_known(table: Table) -> bool:
    return published.is_published(table) or bool(
        {"opens_at", "closes_at", "code", "role", "schools"} & set(table.names)
    )


class _Places(Mapping[str, str]):
    """Where each stands; put into words only for the one that is asked for, of many thousands."""

    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self._file, self._lines = file, lines  # the file's name with its word for a row

    def __getitem__(self, key: str) -> str:
        return f"{self._file} {self._lines[key]}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _places(read: Table, key: str) -> Mapping[str, str]:
    column = read.names.index(key)
    return _Places(
        f"{read.file} {read.word}",
        {cells[column].strip(): number for number, cells in read.rows if len(cells) > column},
    )


def check_references(
    schools: Iterable[School],
    people: Iterable[Person],
    known_calendars: Collection[str],
    places: Mapping[str, str] | None = None,
) -> list[Fault]:
    """People who name a school or team that is not there, and schools an unknown calendar.

    `places` says where each stands in its file; without it the fault names the code or id.
    """
    known, where = list(schools), places if places is not None else {}
    codes = {school.code for school in known}
    teams = {school.nurse_team for school in known}
    return [
        *_without_calendar(known, known_calendars, where),
        *(fault for person in people for fault in _astray(person, codes, teams, where)),
    ]


def _without_calendar(
    schools: Iterable[School], calendars: Collection[str], places: Mapping[str, str]
) -> Iterator[Fault]:
    for school in schools:
        if school.calendar not in calendars:
            place = places.get(school.code, f"schools.csv {school.code}")
            yield Fault(f"{place}, calendar", "must name a calendar that is in config/calendars")


def _astray(
    person: Person, codes: Set[str], teams: Set[str], places: Mapping[str, str]
) -> Iterator[Fault]:
    if person.scope.schools <= codes and person.scope.teams <= teams:
        return
    where = f"{places.get(person.id, f'people.csv {person.id}')}, schools"
    if not person.scope.schools <= codes:
        yield Fault(where, "must name only schools that are in schools.csv")
    if not person.scope.teams <= teams:
        yield Fault(where, "must name only nurse teams that a school in schools.csv has")
