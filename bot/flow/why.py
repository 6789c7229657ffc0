"""Why do I see this? The purpose of each field of a reader's view, as the matrix has it.

For whoever may open the alert now, and for nobody else. It names fields and holds none of what
they say, so it is no disclosure: nothing is written, and there is nothing for a death to leave
half done.
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.disclosure import DisclosureMatrix, Field, Purpose
from bot.flow.authorise import Opening, in_their_place, may_open
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.view import view_for
from bot.store import alerts


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one field is shown to this reader, or would be."""

    field: str
    """As `disclosure.toml` names it; its label is the catalogue's `field.NAME`."""
    purpose: str
    """In the reader's language, unless it was given in the other alone."""
    author: str
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Why:
    """What explains one view. What the reader's role does not see is nowhere in it."""

    reference: str
    language: str
    role: str
    """Its label is the catalogue's `role.NAME`."""
    matrix_version: str
    shown: tuple[Reason, ...]
    withheld: tuple[Reason, ...]
    """What the reader's role would see, had the sender not held it back."""


async def why(ctx: Context, person_id: str, alert_id: int) -> Why | None:
    """What explains the view that this person would be shown now; None if they would be shown
    none, whether the alert is there or not."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        alert = await alerts.by_id(tx, alert_id)
        if person is None or alert is None:
            return None
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        if may_open(known, person, alert, children, ctx.now()) is not Opening.YES:
            return None
        person = in_their_place(known, person, alert, ctx.now())
        view = (await view_for(tx, known, alert, children, person, ctx.now())).view
    return Why(
        reference=alert.reference,
        language=person.language,
        role=person.role.value,
        matrix_version=known.matrix.version,
        shown=tuple(_reason(known.matrix, f, person.language) for f in view.disclosed),
        withheld=tuple(_reason(known.matrix, f, person.language) for f in view.held_back),
    )


def _reason(matrix: DisclosureMatrix, field: Field, language: str) -> Reason:
    purpose = matrix.purposes.get(field, Purpose("", ""))
    return Reason(field.value, purpose.in_language(language), purpose.author, purpose.decided_on)
