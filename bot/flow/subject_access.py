"""A subject access export: what is held of one child, as a program and as a person reads it.

The event that it is made, and that an agreement is used up, is committed before anything is handed
out. Dies before the commit: nothing was made. Dies after it: the trail says more than anybody has,
which is the side to err on; a complete export is asked for again.
"""

import json
from dataclasses import dataclass

from bot.domain.subject_access import Subject, export_of
from bot.flow.context import Context
from bot.flow.export_request import found_person, use_request
from bot.flow.in_force import in_force
from bot.flow.subject_search import search
from bot.rendering.catalogue import words
from bot.rendering.subject_access import page
from bot.store import events


@dataclass(frozen=True, slots=True)
class Export:
    as_json: bytes
    as_html: bytes
    notices: int
    possible: tuple[str, ...]


async def make(
    ctx: Context,
    subject: Subject,
    *,
    language: str = "en",
    by: str | None = None,
    request: str | None = None,
) -> Export:
    """The export, redacted; complete with the request to which two people agreed, once."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        if by is not None:
            found_person(known, by)
        found = await search(tx, subject)
        agreed = None
        if request is not None:
            agreed = (await use_request(tx, known, now, request, subject, found)).reference
        document = export_of(
            subject,
            found.notices,
            found.possible,
            redacted=agreed is None,
            made_at=now,
            request=agreed,
        )
        export = Export(
            json.dumps(document, indent=2, ensure_ascii=False).encode(errors="replace"),
            page(words(language), document).encode(errors="replace"),
            len(found.notices),
            found.possible,
        )
        await events.append(
            tx,
            events.line(
                "export:made",
                now,
                person_id=by,
                request=agreed,
                redacted=agreed is None,
                subject_sha256=subject.sha256,
                notices=[notice.reference for notice in found.notices],
                possible=len(found.possible),
            ),
        )
        return export
