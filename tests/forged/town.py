"""A town in which everything has happened once: alerts in every state, links and sessions in every
state, and people who may, who may not, who may no more and who may not yet."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.access import SecurePage
from bot.domain.alert import AlertState
from bot.domain.people import Role
from bot.flow.close import close
from bot.flow.drill import ask_for
from bot.store.tables import alert_children, alerts, notifications
from tests.builders import child, notice
from tests.page.reader import Reader, link_on
from tests.world import World

STRANGER, LEAVER, RECUSED, EXCLUDED, NOT_YET = "Stranger", "Gwyn", "Owen", "Carys", "Elin"
SCHOOL_LEG, NURSE_LEG = (Role.DSP, Role.DEPUTY_DSP), (Role.SCHOOL_NURSE, Role.NURSE_LEAD)


@dataclass(frozen=True)
class Duty:
    """An alert, as the story knows it."""

    id: int
    leg: str
    school: str
    years: frozenset[int | None]
    reference: str
    held: bool
    over: bool
    """Withdrawn or closed: to those whose it was every press tells so, also of the other leg's."""


@dataclass
class Town:
    world: World
    roles: dict[str, tuple[Role, frozenset[str]]] = field(default_factory=dict)
    """Of everybody enrolled: their role and the codes of their schools; none of them means all."""
    duties: dict[int, Duty] = field(default_factory=dict)
    shut_out: dict[str, set[str]] = field(default_factory=dict)
    """By name, the references of what they have no part in."""
    proposals: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Messages that ask for a confirmation: whose they are, and what the button begins with."""
    links: dict[str, list[str]] = field(default_factory=dict)
    cookies: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By how they stand: cookies, and the path that each came to."""

    @property
    def everybody(self) -> list[str]:
        return [*self.roles, LEAVER, NOT_YET, STRANGER]

    def may(self, name: str, number: int) -> bool:
        """The contract's rule once more, by hand: whose role settles it, in whose scope it is."""
        duty = self.duties.get(number)
        if duty is None or name not in self.roles or duty.held:
            return False
        role, schools = self.roles[name]
        if duty.reference in self.shut_out.get(name, ()):
            return False
        match duty.leg:
            case "school":
                return role in SCHOOL_LEG and duty.school in schools
            case "nurse":
                return role in NURSE_LEG and duty.school in schools
        return role is Role.MASH_DESK

    def language(self, name: str) -> str:
        return "cy" if name in ("Rhys", "Nia") else "en"


async def build(world: World) -> Town:
    """The whole of it; everything has come to rest, and the page is one that links lead to."""
    town = Town(world)
    bryn = await world.school("Ysgol Bryn")
    roath = await world.school("Roath Primary School")
    await world.authority()

    async def person(name: str, role: Role, *codes: str, nurse: bool = False, **more: Any) -> None:
        where = {"teams": [f"Team {code}" for code in codes]} if nurse else {"schools": codes}
        await world.person(name, role, **{**where, **more})
        town.roles[name] = role, frozenset(codes)

    await person("Mair", Role.DSP, bryn.code)
    await person(RECUSED, Role.DEPUTY_DSP, bryn.code)
    await person(EXCLUDED, Role.DEPUTY_DSP, bryn.code)
    await person("Rhys", Role.DSP, roath.code, language="cy")
    await person(LEAVER, Role.DEPUTY_DSP, roath.code)
    await person("Nia", Role.SCHOOL_NURSE, bryn.code, nurse=True, language="cy")
    await person("Head", Role.HEAD_TEACHER, bryn.code, roath.code)
    for name, role in (
        ("Desk", Role.MASH_DESK), ("Coordinator", Role.COORDINATOR),
        ("Safeguarding", Role.EDUCATION_SAFEGUARDING),
    ):  # fmt: skip
        town.roles[name] = role, frozenset()
    later = date(2027, 9, 1)
    await person(NOT_YET, Role.DEPUTY_DSP, bryn.code, eligible_from=later)
    del town.roles[NOT_YET]
    world.phone(STRANGER).sandbox.say("Hello?")
    await world.settle()

    async def told(*children: dict[str, Any], **more: Any) -> str:
        return await world.police.send(notice(*children, **more))

    lost = child() | {"school": {"name": "Somewhere by the sea"}}
    opened, acknowledged, closed = [await told(child(bryn)) for _ in range(3)]
    withdrawn, foreign = await told(child(bryn)), await told(child(roath))
    shared = await told(child(bryn), child(roath), exclude=["carys"])
    triage, _held = await told(lost), await told(child(bryn), exclude=["whoever that is"])
    decided = await told(lost)
    town.shut_out = {EXCLUDED: {shared}}
    await ask_for(world.ctx, bryn.code, None)
    await world.stagehand.tick()
    by_reference = await _duties(town)
    for name, verb, reference in (
        ("Mair", "o", opened), ("Nia", "o", opened), (RECUSED, "r", acknowledged),
        ("Mair", "a", acknowledged), ("Desk", "o", triage), ("Mair", "o", withdrawn),
        ("Rhys", "o", foreign), (LEAVER, "o", foreign), ("Desk", "o", decided),
    ):  # fmt: skip
        for number in by_reference[reference]:
            if town.may(name, number) or name == LEAVER:
                world.phone(name).sandbox.press_data(f"{verb}:{number}")
    await world.settle()
    for number in by_reference[opened]:
        if town.may("Mair", number):
            world.phone("Mair").sandbox.press_data(f"q:{number}:1:1")
    await world.settle()
    town.shut_out[RECUSED] = {acknowledged}
    await world.phone("Desk").says(f"/triage {by_reference[decided][0]} {roath.code}")
    await world.police.withdraw(withdrawn)
    await close(world.ctx, closed, "settled by telephone", "coordinator")
    await world.advance(minutes=2)
    del town.roles[LEAVER]
    await world.leaves(LEAVER)
    await _duties(town)
    await _propose(town)
    await _sign_in(town, opened, acknowledged, foreign)
    await world.settle()
    return town


async def _duties(town: Town) -> dict[str, list[int]]:
    """Which alerts there are; what they are about is the story's own to say."""
    columns = alerts.c.id, alerts.c.leg, alerts.c.school_code, alerts.c.state, notifications.c
    of = alerts.join(notifications, notifications.c.id == alerts.c.notification_id)
    wanted = select(*columns[:4], notifications.c.reference, notifications.c.content).select_from(
        of
    )
    async with town.world.ctx.store.reading() as tx:
        rows = await tx.all(wanted.order_by(alerts.c.id))
        years = await tx.all(select(alert_children))
    for row in rows:
        held = "whoever that is" in str(row.content) and row.leg.value != "triage"
        of_it = frozenset(year.year_group for year in years if year.alert_id == row.id)
        over = row.state in (AlertState.WITHDRAWN, AlertState.CLOSED)
        town.duties[row.id] = Duty(
            row.id, row.leg.value, row.school_code, of_it, row.reference, held, over
        )
    found: dict[str, list[int]] = {}
    for duty in town.duties.values():
        found.setdefault(duty.reference, []).append(duty.id)
    return found


async def _propose(town: Town) -> None:
    """Buttons that ask to be confirmed, each to be pressed by nobody but whom it was sent to."""
    for name, said, prefix in (
        ("Mair", "/lost", "x"), ("Coordinator", "/leave rhys", "v"),
        ("Coordinator", "/drill all", "d"), ("Mair", "/away 1.12.", "cw"),
        ("Mair", "/away", "cb"), ("Coordinator", "/absent mair 2.12.", "cw"),
        ("Coordinator", "/absent", "cb"), ("Coordinator", "/status", "m"), ("Mair", "/me", "m"),
    ):  # fmt: skip
        await town.world.phone(name).says(said)
        message = town.world.phone(name).sandbox.last
        assert message is not None
        if any((b.data or "").startswith(prefix) for row in message.buttons for b in row):
            town.proposals[message.message_id] = name, prefix


async def _sign_in(town: Town, opened: str, acknowledged: str, foreign: str) -> None:
    """Links and sessions: good, spent, over, signed out."""
    world = town.world
    await world.opens_details_on_the_page()
    mair, rhys = world.phone("Mair"), world.phone("Rhys")

    def card(phone: Any, reference: str) -> Any:
        return next(m for m in phone.sandbox.messages if m.text.startswith(reference))

    async def visit(state: str, phone: Any, reference: str) -> Reader:
        reader = Reader(world)
        link = await link_on(phone, card(phone, reference), _open(phone))
        await reader.get(link)
        await reader.press("Open it")
        town.links.setdefault("spent", []).append(link)
        if state:
            town.cookies.setdefault(state, []).append((reader.cookie, reader.path))
        return reader

    over = await link_on(mair, card(mair, opened))
    await world.advance(minutes=11)
    town.links["over"] = [over]
    out = await visit("signed out", mair, opened)
    await out.press("Sign out")
    await visit("good", mair, opened)
    await visit("good", rhys, foreign)
    town.links["good"] = [await link_on(mair, card(mair, opened))]
    town.links["good"].append(await link_on(rhys, card(rhys, foreign), _open(rhys)))


def _open(phone: Any) -> str:
    return "Agor manylion" if phone.name in ("Rhys", "Nia") else "Open details"


def as_mini_app(page: SecurePage) -> SecurePage:
    """The same page at an https address, where Telegram opens it as a Mini App."""
    return replace(page, url="https://encompass.example")


OLD = timedelta(minutes=30)
