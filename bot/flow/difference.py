"""What changed since a reader was last shown this alert, for their view of it now."""

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild
from bot.domain.difference import Difference, changes
from bot.domain.disclosure import RoleView, role_view
from bot.domain.incident import incident_of
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.store import disclosures, notifications
from bot.store.unit_of_work import Tx


async def difference(
    tx: Tx,
    known: InForce,
    alert: Row[object],
    version: int,
    children: tuple[AlertChild, ...],
    person: Person,
    now: RoleView,
) -> Difference | None:
    """Of `version`, which `now` is the view of, to the newest one before it that the ledger says
    `person` was shown; None if there is none or nothing of theirs is another."""
    if version == 1:
        return None
    last = await disclosures.last_before(tx, alert.id, person.id, version)
    if last is None:
        return None
    content = await notifications.content_of(tx, alert.notification_id, last.notification_version)
    before = role_view(
        incident_of(content), person, children, known.matrix, other_settings_told=False
    )
    changed, fresh = changes(before, now, last.fields, last.children)
    return Difference(last.disclosed_at, changed, fresh) if changed or fresh else None
