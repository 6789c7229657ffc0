"""A complete subject-access export needs two people, each proving who they are by a press in their
own chat.

What a button means stands in the row of the message that carries it. Dies before the commit:
nobody was asked, or the press is handled again from its row. Dies after it: the messages are
pending and the dispatching stage's tick sends them; a press that is handled again finds the answer.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.errors import ConflictError, NotFoundError, StoreError
from bot.domain.people import Channel, Person
from bot.domain.routing import InForce
from bot.domain.subject_access import MAY_AGREE, Subject, agreement_slip
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.new_notices import ALPHABET
from bot.flow.reply import Reply, nothing_here
from bot.flow.subject_search import Found, search
from bot.flow.tell import can_be_told
from bot.rendering.catalogue import words
from bot.store import events, export_requests
from bot.store.unit_of_work import Tx

EXPORT = "e"
"""What the data of these buttons begins with: `e:1` agrees, `e:0` does not."""
_ASKS = "export_request"
_OPEN_FOR = timedelta(hours=24)


# --- asking --------------------------------------------------------------------------------------


async def ask(ctx: Context, subject: Subject, askers: Sequence[str], by: str | None = None) -> str:
    """Ask these two people for their agreement; the request's reference."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        people = [found_person(known, person_id) for person_id in askers]
        if by is not None:
            found_person(known, by)
        if slip := agreement_slip(people):
            raise ConflictError(slip)
        found = await search(tx, subject)
        if not found.notices:
            raise NotFoundError("Nothing is held of a child of this name and date of birth.")
        refuse_unsettled(found)
        reachable = []
        for person in people:
            to = can_be_told(person, found.excluded, now)
            if to is None or to.contact.channel is not Channel.TELEGRAM:  # they answer by a button
                raise ConflictError(f"{person.id} cannot be asked: choose somebody else.")
            reachable.append(to)
        number, reference = await _add(tx, subject, people, by, now)
        for to in reachable:
            say = words(to.person.language)
            await tell_lines(
                tx,
                now,
                to,
                [say.say("agree.asks", request=reference), say.say("agree.how")],
                buttons=[
                    (say.say("agree.button_agree"), f"{EXPORT}:1"),
                    (say.say("agree.button_refuse"), f"{EXPORT}:0"),
                ],
                about={_ASKS: number},
            )
        await _line(tx, "export:asked", now, by, request=reference, asked=[p.id for p in people])
        return reference


def refuse_unsettled(found: Found) -> None:
    """Whoever agrees could be the one whom the exclusion means."""
    if found.unsettled:
        raise ConflictError(
            "In a notice of this child somebody is excluded by an id that nobody has; the MASH "
            "desk must say first who is meant."
        )


def found_person(known: InForce, person_id: str) -> Person:
    person = known.directory.people.get(person_id)
    if person is None:
        raise NotFoundError(f"Nobody in the directory has the id {person_id}.")
    return person


async def _add(
    tx: Tx, subject: Subject, people: Sequence[Person], by: str | None, now: datetime
) -> tuple[int, str]:
    for _ in range(5):
        reference = "SA-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
        number = await export_requests.add(
            tx,
            reference=reference,
            subject_sha256=subject.sha256,
            asked=[person.id for person in people],
            agreed=[],
            asked_by=by,
            created_at=now,
            expires_at=now + _OPEN_FOR,
        )
        if number is not None:
            return number, reference
    raise StoreError("No free reference was found for the request; try again.")


async def _line(tx: Tx, action: str, now: datetime, person_id: str | None, **detail: Any) -> None:
    await events.append(tx, events.line(action, now, person_id=person_id, **detail))


# --- the buttons ---------------------------------------------------------------------------------


async def answer_request(
    ctx: Context, person_id: str, address: str, card: str, agrees: int
) -> Reply:
    """One of the two says yes or no, on the message that asked them."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        message = await pressed_message(tx, person, address, card, _ASKS)
        if person is None or message is None or person.role not in MAY_AGREE or agrees > 1:
            return nothing_here(person.language if person else "en")
        row = await export_requests.by_id(tx, message.params[_ASKS])
        if row is None or person.id not in row.asked:
            return nothing_here(person.language)
        if row.refused_at is not None or row.used_at is not None:
            return Reply("agree.press_ended", person.language)
        if row.expires_at <= now:
            return Reply("agree.press_lapsed", person.language)
        if not agrees:
            await export_requests.refuse(tx, row.id, now)
            await _line(tx, "export:refused", now, person.id, request=row.reference)
            return Reply("agree.press_refused", person.language)
        if person.id in row.agreed:
            return Reply("agree.press_agreed_before", person.language)
        agreed = [*row.agreed, person.id]
        # With the second answer the request may be used, for as long again.
        expires_at = now + _OPEN_FOR if len(agreed) == len(row.asked) else row.expires_at
        await export_requests.agree(tx, row.id, agreed, expires_at)
        await _line(tx, "export:agreed", now, person.id, request=row.reference)
        return Reply("agree.press_agreed", person.language)


# --- using it ------------------------------------------------------------------------------------


async def use_request(
    tx: Tx,
    known: InForce,
    now: datetime,
    reference: str,
    subject: Subject,
    found: Found,
) -> Row[Any]:
    """Use up the agreement to this subject's complete export, once; ConflictError with the reason
    why not. Another child's request looks exactly like an absent one."""
    row = await export_requests.by_reference(tx, reference)
    if row is None or row.subject_sha256 != subject.sha256:
        raise NotFoundError(f"There is no request {reference} for this child.")
    if row.used_at is not None:
        raise ConflictError(f"{reference} has been used: ask again.")
    if row.refused_at is not None:
        raise ConflictError(f"{reference} was refused.")
    if row.expires_at <= now:
        raise ConflictError(f"{reference} has lapsed: ask again.")
    refuse_unsettled(found)
    missing = [person_id for person_id in row.asked if person_id not in row.agreed]
    if missing:
        raise ConflictError(f"{reference} still waits for the agreement of {', '.join(missing)}.")
    people = [
        p for i in row.agreed if (p := known.directory.people.get(i)) and i not in found.excluded
    ]
    if agreement_slip(people):
        raise ConflictError(f"Who agreed to {reference} may no longer do so: ask again.")
    await export_requests.use(tx, row.id, now)
    return row
