"""Changes in the console: who changed what about the configuration, the directory, drills, closures
and people, and when. Content-free: of notices and alerts nothing stands here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.rendering.what_changed import kind_name, made_by
from bot.store import events

PAGE = 50
CHANGES = (
    "config", "directory", "drill", "school", "person", "contact", "cover", "key", "account",
    "code",
)  # fmt: skip
"""What an event is about that stands here: the first word of its action."""
_SAID = {
    "config:in_force": "console.change_config",
    "config:drafted": "console.change_drafted",
    "config:dropped": "console.change_dropped",
    "directory:imported": "console.change_directory",
    "drill:proposed": "console.change_drill_proposed",
    "drill:asked": "console.change_drill_asked",
    "drill:started": "console.change_drill_started",
    "drill:ended": "console.change_drill_ended",
    "drill:called_off": "console.change_drill_called_off",
    "drill:declined": "console.change_drill_declined",
    "school:closed": "console.change_closed",
    "school:open_again": "console.change_open_again",
    "person:away": "console.change_away",
    "person:back": "console.change_back",
    "person:left": "console.change_left",
    "person:invited": "console.change_invited",
    "person:enrolled": "console.change_enrolled",
    "person:signed_out": "console.change_signed_out",
    "contact:ended": "console.change_account_ended",
    "cover:asked": "console.change_cover_asked",
    "cover:accepted": "console.change_cover_accepted",
    "cover:declined": "console.change_cover_declined",
    "cover:expired": "console.change_cover_expired",
    "cover:ended": "console.change_cover_ended",
    "key:created": "console.change_key_created",
    "key:revoked": "console.change_key_revoked",
    "account:locked": "console.change_account_locked",
    "code:chosen": "console.change_code_chosen",
    "code:locked": "console.change_code_locked",
}
_WHO = ("by", "who")
"""Where an event has who did it."""
_OF_ANOTHER = frozenset({"person:invited"})
"""What nobody does to themselves: without a name, who did it is not known."""
_NOBODY = frozenset({"drill"})
"""A drill that everybody has answered ends by itself."""


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    text: str
    about: str
    by: str


async def changes(ctx: Context, someone: Visitor, before: int) -> tuple[list[Change], int]:
    """A page of them, the newest first; and where the next page begins, 0 for nowhere."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        rows = await events.changes(tx, CHANGES, before, PAGE + 1)
    say, language = words(someone.person.language), someone.person.language
    schools = known.directory.schools
    names = {person.id: person.name for person in known.directory.people.values()}

    def named(who: str) -> str:
        return made_by(say, names, who)

    def about(detail: Mapping[str, Any], person_id: str | None) -> str:
        code, drill = str(detail.get("school", "")), detail.get("drill")
        parts = [
            named(person_id) if person_id else "",
            schools[code].name_in(language) if code in schools else code,
            kind_name(say, str(detail.get("kind", ""))),
            str(detail.get("version", "")),
            say.say("console.drill_number", number=drill) if drill else "",
        ]
        return ", ".join(part for part in parts if part)

    found = []
    for row in rows[:PAGE]:
        sentence = _SAID.get(row.action)
        by = next((row.detail[key] for key in _WHO if row.detail.get(key)), None)
        if by is None and row.action not in _OF_ANOTHER:
            by = row.person_id
        if by in _NOBODY:
            by = None
        found.append(
            Change(
                row.at,
                say.say(sentence) if sentence else row.action,
                about(row.detail, row.person_id),
                named(str(by or "")),
            )
        )
    return found, rows[PAGE - 1].id if len(rows) > PAGE else 0
