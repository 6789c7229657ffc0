"""disclosure.toml: who may see what, and why (contract: disclosure.toml).

One table a field, with the purpose that it serves. What is not shown there is hidden.
"""

from bot.domain.disclosure import DisclosureMatrix, Field, Purpose
from bot.domain.people import Role
from bot.intake.toml_node import Node, refuse_faults, root

_ABOUT = ("purpose", "purpose_cy", "author", "date")


def read_disclosure(data: bytes, file: str = "disclosure.toml") -> DisclosureMatrix:
    """The matrix with its purposes, or every fault by its key path. A purpose without a date still
    loads: `encompass check` names it."""
    top = root(file, data)
    version, author = top.text("version"), top.text("author")
    shown: dict[Role, set[Field]] = {role: set() for role in Role}
    purposes: dict[Field, Purpose] = {}
    fields = top.table("fields")
    for name, table in fields.each():
        if name not in list(Field):
            fields.fault(name, f"must be one of the fields {', '.join(Field)}")
            continue
        purposes[Field(name)] = _purpose(table, author)
        for role in _shown_to(table):
            shown[role].add(Field(name))
    top.refuse_unasked("version, author, fields")
    refuse_faults(top)
    matrix = {role: frozenset(names) for role, names in shown.items()}
    return DisclosureMatrix(matrix, version, purposes)


def _purpose(table: Node, author: str) -> Purpose:
    return Purpose(
        table.text("purpose"),
        table.text("author", optional=True) or author,
        table.day("date") if "date" in table.values else None,
        table.text("purpose_cy", optional=True),
    )


def _shown_to(table: Node) -> list[Role]:
    shown: list[Role] = []
    for role in Role:
        match table.get(role):
            case "show":
                shown.append(role)
            case "hide" | None:
                pass
            case _:
                table.fault(role, 'must be "show" or "hide"')
    table.asked.update(_ABOUT)
    table.refuse_unasked(f"{', '.join(_ABOUT)}, or one of the roles {', '.join(Role)}")
    return shown
