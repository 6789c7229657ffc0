"""`status --call-list`: on paper, whom to ring."""

import json
from typing import Any

from bot.commands.surroundings import clock, with_context
from bot.flow.call_list import Call, call_list

SAY = (
    'Say: "This is about Operation Encompass, reference ENC-…. Please answer it in Telegram, or '
    'ring the MASH desk." Name no child: you do not know who is listening.'
)


def call_list_on_paper(*, as_json: bool) -> int:
    calls = with_context(call_list)
    if as_json:
        print(json.dumps([_plain(call) for call in calls], indent=2, ensure_ascii=False))
        return 0
    print(SAY if calls else "Nothing is open: nobody to ring.")
    for call in calls:
        print()
        for line in _lines(call):
            print(line)
    return 0


def _lines(call: Call) -> list[str]:
    where = f"{call.school} {call.school_name}".strip() or "MASH desk"
    overdue = "  PAST THE BELL" if call.overdue else ""
    drill = f"  DRILL {call.drill}" if call.drill else ""
    head = f"{call.reference}  by {clock(call.bell_at)}  {where}, {call.leg} leg{overdue}{drill}"
    if call.held:
        return [head, "  Ring nobody yet: it is being settled who may know of it."]
    if not call.people:
        return [head, "  The directory has nobody to ring: tell the coordinators."]
    return [
        head,
        *(
            f"  [ ] {person.phone or 'no number':<16}  {person.name}, {person.role.value}"
            + ("  (told, has not answered)" if person.told else "")
            for person in call.people
        ),
    ]


def _plain(call: Call) -> dict[str, Any]:
    return {
        "reference": call.reference,
        "leg": call.leg,
        "school": call.school,
        "deadline_at": call.bell_at.isoformat(),
        "overdue": call.overdue,
        "drill": call.drill,
        "held": call.held,
        "ring": [
            {
                "id": person.person_id,
                "name": person.name,
                "role": person.role.value,
                "phone": person.phone or None,
                "told": person.told,
            }
            for person in call.people
        ],
    }
