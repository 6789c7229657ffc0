"""Messages that are no cards: to coordinators and other roles that never see content, and answers
to what was asked. References, schools, roles, times; nothing of a child (I12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.message import Kind
from bot.rendering.catalogue import LANGUAGES, Words, words


@dataclass(frozen=True, slots=True)
class Item:
    """One reference that a shared message names."""

    reference: str
    school: str | None
    bell_at: datetime
    overdue: bool = False
    was_due_at: datetime | None = None
    step: int = 0
    roles: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def shared(say: Words, kind: Kind, items: Sequence[Item], *, repeat: bool) -> str:
    """A message that names several references under one heading."""
    lines = [_item(say, kind, item) for item in items]
    heading = say.say(f"{kind.value}.heading")
    foot = [say.say("note.repeat")] if repeat else []
    return "\n".join([heading, *lines, *foot])


def _item(say: Words, kind: Kind, item: Item) -> str:
    match kind:
        case Kind.TRIAGE_STANDS if item.candidates:
            line = say.say(
                "triage_stands.item_candidates",
                reference=item.reference,
                schools=say.either(item.candidates),
            )
        case Kind.TRIAGE_STANDS:
            line = say.say("triage_stands.item", reference=item.reference)
        case Kind.QUESTION_STANDS:
            name = "question_stands.item_overdue" if item.overdue else "question_stands.item"
            line = say.say(name, reference=item.reference, bell=say.moment(item.bell_at))
        case Kind.GAP:
            roles = ", ".join(say.say(f"role.{role}") for role in item.roles)
            line = say.say(
                "gap.item" if item.school else "gap.item_without_school",
                reference=item.reference,
                school=item.school,
                step=item.step,
                roles=roles,
            )
        case Kind.PLAN_MISSING:
            line = say.say("plan_missing.item", reference=item.reference, school=item.school)
        case _:
            line = say.say(
                "escalation.item_overdue" if item.overdue else "escalation.item",
                reference=item.reference,
                school=item.school,
                bell=say.moment(item.bell_at),
            )
    if item.was_due_at:
        line += " " + say.say("note.was_due", at=say.moment(item.was_due_at))
    return line


def containment(
    say: Words,
    *,
    reference: str,
    school: str,
    report_due_at: datetime,
    opened: int,
    reminder: bool,
    overdue: bool,
) -> str:
    """To coordinators: something reached a wrong school, and the clock that runs since."""
    at = say.moment(report_due_at)
    if overdue:
        return say.say("containment.overdue", reference=reference, school=school, at=at)
    if reminder:
        return say.say("containment.reminder", reference=reference, school=school, at=at)
    said = say.say("containment.opened", reference=reference, school=school, at=at)
    who = "containment.seen_by" if opened else "containment.seen_by_nobody"
    return f"{said} {say.say(who, count=opened)}"


def consider(say: Words, references: Sequence[str], days: int, *, repeat: bool) -> str:
    """To the MASH desk: notices that may be worth a look together."""
    said = say.say("consider.these", references=say.listed(references), days=days)
    return "\n\n".join([said, say.say("note.repeat")] if repeat else [said])


def neutral() -> str:
    """The one answer for everyone unknown, in both languages since nobody knows theirs."""
    return "\n\n".join(words(language).say("neutral") for language in LANGUAGES)
