"""`directory find`: schools and people by any of their words."""

import argparse
import json

from bot.commands.surroundings import with_context
from bot.domain.finding import Found
from bot.flow.find import find


def run(given: argparse.Namespace) -> int:
    found = with_context(lambda ctx: find(ctx, " ".join(given.words)))
    if given.json:
        print(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        _show(found)
    return 0 if found.of_schools or found.of_people else 1


def _show(found: Found) -> None:
    for school in found.schools:
        print(f"school {school.code} {school.name}")
    for person in found.people:
        print(f"person {person.id} {person.role.value} {person.name}")
    total, shown = found.of_schools + found.of_people, len(found.schools) + len(found.people)
    print("Nothing found." if not total else f"{shown} of {total} shown.")


def _as_json(found: Found) -> dict[str, object]:
    return {
        "schools": [{"code": s.code, "name": s.name, "name_cy": s.name_cy} for s in found.schools],
        "people": [{"id": p.id, "role": p.role.value, "name": p.name} for p in found.people],
        "of_schools": found.of_schools,
        "of_people": found.of_people,
    }
