"""The ledger of disclosures: who was shown which fields of which children, by which rule."""

from sqlalchemy import select

from bot.domain.school import School
from bot.flow.ledger import Disclosed, disclosed
from bot.store.tables import config_versions
from tests.builders import child, child_of, notice
from tests.domain.test_disclosure import MAY_SEE
from tests.world import World


async def a_town(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def opened_by(world: World, name: str, kind: str = "alert") -> None:
    phone = world.phone(name)
    await phone.opens(phone.expects(kind))


async def matrix_in_force(world: World) -> int:
    kind = config_versions.c.kind == "disclosure"
    async with world.ctx.store.reading() as tx:
        rows = await tx.all(select(config_versions.c.id).where(kind).order_by("id"))
    return int(rows[-1].id)


async def lines(world: World, reference: str) -> list[Disclosed]:
    found = await disclosed(world.ctx, reference)
    assert [line.at for line in found] == sorted(line.at for line in found)
    return found


async def test_a_line_says_who_saw_what_of_whom_and_by_which_rule(world: World) -> None:
    school = await a_town(world)
    reference = await world.police.send(child_of(school) | {"release": ["voice"]})
    assert await lines(world, reference) == []
    await opened_by(world, "Mair")
    [line] = await lines(world, reference)
    held_back = {"circumstances", "police_action", "looked_after"}
    wanted = {field for field, roles in MAY_SEE.items() if "dsp" in roles} - held_back
    assert set(line.fields) == wanted
    assert (line.person, line.person_id, line.role) == ("Mair", "mair", "dsp")
    assert (line.school, line.school_name, line.leg) == (school.code, "Ysgol Bryn", "school")
    assert (line.children, line.way, line.notification_version) == ((1,), "chat", 1)
    assert (line.matrix_version, line.config_version_id) == (
        "2026-11-22",
        await matrix_in_force(world),
    )


async def test_the_version_of_the_notice_and_of_the_matrix_are_those_that_were_shown(
    world: World,
) -> None:
    school = await a_town(world)
    first = child_of(school)
    reference = await world.police.send(first)
    await opened_by(world, "Mair")
    before = await matrix_in_force(world)
    path = world.config / "disclosure.toml"
    body = path.read_text().replace('version = "2026-11-22"', 'version = "next"')
    head, voice = body.split("[fields.voice]")
    path.write_text(f"{head}[fields.voice]{voice.replace('show', 'hide', 1)}")
    await world.take_config()
    await world.police.send(first | {"circumstances": "More."})
    await opened_by(world, "Mair", "more")
    old, new = await lines(world, reference)
    assert (old.notification_version, new.notification_version) == (1, 2)
    assert (old.matrix_version, new.matrix_version) == ("2026-11-22", "next")
    assert (old.config_version_id, new.config_version_id) == (before, await matrix_in_force(world))
    assert before != new.config_version_id
    assert set(old.fields) - set(new.fields) == {"voice"}


async def test_only_the_children_that_were_shown_are_in_it(world: World) -> None:
    school = await a_town(world)
    mair = world._people["mair"].scope.__class__(
        schools=frozenset({school.code}), years=frozenset({7})
    )
    await world.change("Mair", scope=mair)
    reference = await world.police.send(
        notice(child(school, year_group=10), child(school, year_group=7))
    )
    await opened_by(world, "Mair")
    await world.advance(minutes=10)
    await opened_by(world, "Owen")
    assert [line.children for line in await lines(world, reference)] == [(2,), (1, 2)]
    world.everyone_is_accounted_for()


async def test_a_question_about_a_person_shows_no_child_and_the_ledger_says_so(
    world: World,
) -> None:
    school = await a_town(world)
    reference = await world.police.send(child_of(school) | {"exclude": ["nobody-knows"]})
    await opened_by(world, "Desk", "triage")
    [line] = await lines(world, reference)
    assert (line.school, line.leg, line.children) == ("", "triage", ())
    assert "occurred_at" in line.fields
    assert not {"name", "date_of_birth", "voice"} & set(line.fields)


async def test_what_was_opened_before_recusing_or_leaving_stays_in_it(world: World) -> None:
    school = await a_town(world)
    reference = await world.police.send(child_of(school))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await mair.press("Recuse", card)
    await opened_by(world, "Owen")
    await world.leaves("Owen")
    world.everyone_is_accounted_for()
    assert [line.person for line in await lines(world, reference)] == ["Mair", "Owen"]
