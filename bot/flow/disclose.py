"""The ledger of disclosures: who is about to be shown what, committed before it is shown (I6).

Shared by every way of opening an alert. Dies before the commit: nothing was shown. Dies after it:
the ledger says more than anybody saw, which is the side to err on.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.view import Shown, disclosed_fields
from bot.store import disclosures, events
from bot.store.unit_of_work import Tx


async def disclose(
    tx: Tx,
    now: datetime,
    shown: Shown,
    alert: Row[Any],
    person: Person,
    known: InForce,
    way: str,
) -> int:
    """Write down that `person` is shown this view of this alert by this way; the line's number."""
    await events.append(
        tx,
        events.line(
            "alert:opened",
            now,
            notification_id=alert.notification_id,
            alert_id=alert.id,
            person_id=person.id,
            way=way,
        ),
    )
    return await disclosures.add(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        fields=disclosed_fields(shown),
        children=[child.number for child in shown.view.children],
        matrix_version=known.matrix.version,
        config_version_id=known.matrix_version_id,
        notification_version=shown.version,
        way=way,
        disclosed_at=now,
    )
