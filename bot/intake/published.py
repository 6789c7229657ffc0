"""The lists of schools that governments publish, as they come: the address list of schools in
Wales, and England's register (Get Information about Schools). They are known by their headings.

Neither says when a school opens, which calendar it keeps or which nurse team it has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import RefusedError
from bot.domain.school import Phase
from bot.intake.cells import CellError
from bot.intake.directory_table import Column, Table


@dataclass(frozen=True, slots=True)
class Listed:
    """One school as a published list has it."""

    code: str
    name: str
    phase: Phase
    authority: str
    closed: bool = False


_WALES = ("school_number", "school_name", "la_code")
_ENGLAND = ("la_(code)", "establishmentnumber", "establishmentname", "establishmentstatus_(name)")
_PHASES: tuple[tuple[str, Phase], ...] = (
    ("pupil referral|\\bpru\\b|uned cyfeirio", Phase.PRU),
    ("special|arbennig", Phase.SPECIAL),
    ("all.through|middle|canol|gydol oed", Phase.ALL_THROUGH),
    ("secondary|uwchradd|16 plus", Phase.SECONDARY),
    ("primary|gynradd|cynradd|infant|junior", Phase.PRIMARY),
    ("nursery|meithrin", Phase.NURSERY),
)


def is_published(table: Table) -> bool:
    return set(_WALES) <= set(table.names) or set(_ENGLAND) <= set(table.names)


def listed_schools(table: Table) -> list[Listed]:
    """Every school of the list, or `RefusedError` with every fault by row and heading."""
    if set(_WALES) <= set(table.names):
        return [_welsh(values) for _, values in _records(table, _OF_WALES, "school_number")]
    return _english(table)


def _records(
    table: Table, columns: Mapping[str, Column], key: str
) -> list[tuple[int, dict[str, str]]]:
    return list(table.records(columns, key))


def _seven(text: str) -> str:
    if not re.fullmatch(r"\d{7}", text, re.ASCII):
        raise CellError("must be 7 digits, authority and establishment")
    return text


def _few(digits: int, says: str) -> Column:
    def read(text: str) -> str:
        if not re.fullmatch(rf"\d{{1,{digits}}}", text, re.ASCII):
            raise CellError(says)
        return text.zfill(digits)

    return Column(read, empty="")


_OF_WALES = {
    "school_number": Column(_seven, mandatory=True),
    "school_name": Column(mandatory=True),
    "la_code": Column(empty=""),
    "local_authority": Column(empty=""),
    "sector": Column(empty=""),
    "school_type": Column(empty=""),
}
_OF_ENGLAND = {
    "la_(code)": _few(3, "must be an authority's number of 3 digits"),
    "establishmentnumber": _few(4, "must be an establishment's number of at most 4 digits"),
    "establishmentname": Column(mandatory=True),
    "establishmentstatus_(name)": Column(mandatory=True),
    "la_(name)": Column(empty=""),
    "phaseofeducation_(name)": Column(empty=""),
    "typeofestablishment_(name)": Column(empty=""),
}


def _welsh(values: Mapping[str, str]) -> Listed:
    if None in values.values():
        return Listed("", "", Phase.OTHER, "")  # the whole is refused once it is read
    return Listed(
        values["school_number"],
        values["school_name"],
        _phase(values["sector"], values["school_type"], values["school_name"]),
        values["local_authority"],
    )


def _english(table: Table) -> list[Listed]:
    """Closed ones stay in the list: the same number may stand there for what it became. Those
    without a number of an establishment (children's centres and the like) are no schools."""
    found: dict[str, Listed] = {}
    table.refuse_missing(_OF_ENGLAND)
    for number, values in table.records(_OF_ENGLAND, key=""):
        if None in values.values() or not values["establishmentnumber"]:
            continue
        code = values["la_(code)"] + values["establishmentnumber"]
        status = values["establishmentstatus_(name)"].casefold()
        closed = status == "closed" or status.startswith("proposed")
        if code in found and not closed and not found[code].closed:
            table.fault(number, "EstablishmentNumber", "must be unique among the open ones")
        if code not in found or not closed:
            found[code] = Listed(
                code,
                values["establishmentname"],
                _phase(values["typeofestablishment_(name)"], values["phaseofeducation_(name)"]),
                values["la_(name)"],
                closed,
            )
    if table.faults:
        raise RefusedError(table.faults)
    return list(found.values())


def _phase(*texts: str) -> Phase:
    """The first text that says one decides."""
    for text in texts:
        for words, phase in _PHASES:
            if re.search(words, text.casefold()):
                return phase
    return Phase.OTHER
