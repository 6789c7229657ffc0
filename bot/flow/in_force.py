"""What decides now: the directory, ladders, matrix and calendars, read again when they change."""

from bot.domain.alert import Leg
from bot.domain.calendar import Calendar
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.errors import StoreError
from bot.domain.escalation import EscalationPolicy
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from bot.store import config, directory
from bot.store.unit_of_work import Tx

CALENDAR = "calendar:"


async def in_force(ctx: Context, tx: Tx) -> InForce:
    """One consistent picture, as of this transaction."""
    key = (await directory.version(tx), await config.latest_id(tx))
    if ctx.known is None or ctx.known[0] != key:
        policies: dict[Leg, EscalationPolicy] = {}
        matrix = DisclosureMatrix({})
        calendars: dict[str, Calendar] = {}
        for row in await config.in_force(tx):
            if row.kind == "escalation":
                policies = read_escalation(row.body.encode())
            elif row.kind == "disclosure":
                matrix = read_disclosure(row.body.encode())
            elif row.kind.startswith(CALENDAR):
                name = row.kind.removeprefix(CALENDAR)
                calendars[name] = read_calendar(row.body.encode(), f"calendars/{name}.toml")
        if not policies:
            raise StoreError(
                "No ladders are in force yet: run `encompass migrate`, which reads config/."
            )
        ctx.known = (key, InForce(await directory.load(tx), policies, calendars, matrix))
    return ctx.known[1]
