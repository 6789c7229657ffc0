"""Who is shown which field, over the whole product: role × leg × state × release, through the same
rows and the same question that every view asks; and a few of them opened in the chat.

The tables are the contract's, written down here once more on purpose.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock import HandClock
from bot.domain.alert import AlertState, Leg
from bot.domain.disclosure import Field
from bot.domain.people import Person, Role, Scope
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.partners import desk
from bot.flow.raise_alerts import raise_due
from bot.flow.take_file import take_file
from bot.flow.why import why
from bot.intake.directory_csv import DirectoryFile
from bot.rendering.catalogue import words
from bot.store.tables import alerts, disclosures, notifications
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.domain.test_disclosure import EVERY_RELEASE, FOUR, MAY_SEE
from tests.domain.town import a_school
from tests.world import CONFIG, MONDAY_AT_SEVEN, World

MAY_OPEN = {
    Leg.SCHOOL: {Role.DSP, Role.DEPUTY_DSP},
    Leg.NURSE: {Role.SCHOOL_NURSE, Role.NURSE_LEAD},
    Leg.TRIAGE: {Role.MASH_DESK},
}
SHOWN_IN = {AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.CLOSED}
BRYN = a_school()


def expected(
    role: Role, leg: Leg, state: AlertState, release: tuple[str, ...] | None
) -> tuple[set[str], set[str]] | None:
    """The fields that are shown and those that the sender held back, or None for nothing at all."""
    if role not in MAY_OPEN[leg] or state not in SHOWN_IN:
        return None
    may = {field for field, roles in MAY_SEE.items() if role in roles}
    held_back = set() if release is None else {f for f in FOUR if f not in release} & may
    return may - held_back, held_back


def whole(number: int, release: tuple[str, ...] | None, **school: str) -> dict[str, Any]:
    content = notice(child() | WHOLE_CHILD | {"school": school}, **WHOLE)
    content["source_reference"] = f"2600{number:06d}"
    return content if release is None else content | {"release": list(release)}


@pytest.fixture
async def ctx(database: str) -> AsyncIterator[Context]:
    """One person of each role; for each release a notice for Ysgol Bryn, and one for the desk."""
    ctx = Context.on(database, HandClock(MONDAY_AT_SEVEN))
    await take_config(ctx, read_config(CONFIG))
    people = [Person(role.value, role.value, role, Scope(everywhere=True)) for role in Role]
    await apply(ctx, [DirectoryFile(schools=[BRYN]), DirectoryFile(people=people)])
    notices = [
        whole(number * 2 + of_desk, release, **where)
        for number, release in enumerate(EVERY_RELEASE)
        for of_desk, where in enumerate(({"code": BRYN.code}, {"name": "Nowhere at all"}))
    ]
    taken = await take_file(ctx, await desk(ctx), "all.json", json.dumps(notices).encode())
    assert taken.refused is None
    while await raise_due(ctx):
        pass
    yield ctx
    await ctx.store.close()


async def test_every_role_field_state_release_and_leg_is_as_the_contract_has_it(
    ctx: Context,
) -> None:
    async with ctx.store.reading() as tx:
        duties = await tx.all(
            select(alerts.c.id, alerts.c.leg, notifications.c.content).join(
                notifications, notifications.c.id == alerts.c.notification_id
            )
        )
    assert len(duties) == 3 * len(EVERY_RELEASE)
    seen = 0
    for state in AlertState:
        async with ctx.store.unit() as tx:
            await tx.execute(update(alerts).values(state=state))
        for duty in duties:
            release = duty.content.get("release")
            for role in Role:
                wanted = expected(role, duty.leg, state, release)
                told = await why(ctx, role.value, duty.id)
                found = told and (
                    {reason.field for reason in told.shown},
                    {reason.field for reason in told.withheld},
                )
                assert found == wanted, (role, duty.leg, state, release)
                seen += told is not None
    assert seen == len(EVERY_RELEASE) * len(SHOWN_IN) * 5


async def test_each_reason_is_the_matrixs_own_in_the_readers_language(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.change("Mair", language="cy")
    await world.police.send(whole(1, ("voice",), code=school.code))
    world.phone("Mair").expects("alert")
    told = await why(world.ctx, "mair", 1)
    assert told is not None
    assert (told.role, told.matrix_version, told.language) == ("dsp", "2026-11-22", "cy")
    order = [field.value for field in Field]
    for reasons in (told.shown, told.withheld):
        assert [r.field for r in reasons] == sorted((r.field for r in reasons), key=order.index)
    said = {reason.field: reason.purpose for reason in told.shown}
    assert said["language"] == "Siaredir â'r plentyn yn yr iaith y mae'r plentyn yn ei siarad."
    assert {r.field for r in told.withheld} == {"circumstances", "police_action", "looked_after"}
    assert {str(r.decided_on) for r in told.shown} == {"2026-11-22"}
    assert {r.author for r in told.shown} == {"Education Safeguarding Team"}
    assert "Canary" not in repr(told)
    assert not {"health", "nhs_number", "location", "ethnicity"} & set(repr(told).split("'"))


async def test_who_may_not_open_it_learns_nothing_whatever_the_reason(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.school("Roath Primary School", dsp="Rhys")
    reference = await world.police.send(whole(1, None, code=school.code) | {"exclude": ["owen"]})
    mair = world.phone("Mair")
    mair.expects("alert")
    for person in ("owen", "rhys", "desk", "coordinator", "safeguarding", "nobody"):
        assert await why(world.ctx, person, 1) is None, person
    assert await why(world.ctx, "mair", 404) is None
    assert await why(world.ctx, "mair", 1) is not None
    async with world.ctx.store.reading() as tx:
        assert await tx.all(select(disclosures)) == [], "a reason is no disclosure"
    await world.police.withdraw(reference)
    mair.expects("withdrawn")
    assert await why(world.ctx, "mair", 1) is None


OPENERS = {"Mair": Role.DSP, "Nia": Role.SCHOOL_NURSE, "Desk": Role.MASH_DESK}


@pytest.mark.parametrize("release", [None, (), ("voice",)])
async def test_what_is_opened_in_the_chat_is_what_the_table_says_and_what_the_ledger_has(
    world: World, release: tuple[str, ...] | None
) -> None:
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(whole(1, release, code=school.code))
    await world.police.send(whole(2, release, name="Nowhere at all"))
    say = words("en").say
    for name, role in OPENERS.items():
        phone = world.phone(name)
        card = phone.expects("triage" if name == "Desk" else "alert")
        text = await phone.opens(card)
        lines = text.splitlines()
        labels = {f for f in MAY_SEE if any(x.startswith(f"{say(f'field.{f}')}: ") for x in lines)}
        may, _ = expected(role, leg_of(role), AlertState.OPEN, release) or (set(), set())
        assert labels == may, name
        for field, canary in CANARIES.items():
            assert (canary in text) is (field in may), (name, field)
        async with world.ctx.store.reading() as tx:
            line = await tx.first(select(disclosures).order_by(disclosures.c.id.desc()))
        assert line is not None
        assert (line.role, set(line.fields)) == (role, may)


CANARIES = {
    "location": "Canary-location",
    "circumstances": "Canary-circumstances",
    "police_action": "Canary-action",
    "involved_adults": "Canary-adult",
    "voice": "Canary-voice",
    "health": "Canary-health",
    "nhs_number": "Canary-nhs",
    "ethnicity": "Canary-ethnicity",
}


def leg_of(role: Role) -> Leg:
    return next(leg for leg, roles in MAY_OPEN.items() if role in roles)
