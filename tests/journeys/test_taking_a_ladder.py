"""An alert under way takes the ladder that is in force now, by a coordinator's deed."""

import pytest

from bot.domain.errors import ConflictError, NotFoundError, RefusedError
from bot.domain.people import Role
from bot.flow.take_ladder import take_ladder
from bot.rendering.catalogue import words
from bot.rendering.trail import Trail
from bot.store import directory
from tests.builders import child_of, notice
from tests.world import World

SOONER = {'not_before = "bell-60m"': 'not_before = "bell-95m"'}


async def coordinator(world: World) -> str:
    async with world.ctx.store.reading() as tx:
        people = (await directory.load(tx)).people
    return next(person.id for person in people.values() if person.name == "Coordinator")


async def test_whoever_was_told_hears_nothing_twice_and_what_is_overdue_is_told_at_once(
    world: World,
) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    reference = await world.police.send(child_of(school))
    card = world.phone("Mair").expects("alert")
    await world.policy(SOONER)
    await world.advance(minutes=20)
    world.phone("Owen").heard_nothing()
    by = await coordinator(world)
    assert await take_ladder(world.ctx, reference, "the deputy has classes", by) == 1
    await world.settle()
    world.phone("Owen").expects("alert")
    world.phone("Mair").heard_nothing()
    [line] = await world.trail(reference, "alert:policy_applied")
    assert line["reason"] == "the deputy has classes"
    said = Trail(words("en"), lambda who: f"<{who}>", str).sentence(
        line | {"action": "alert:policy_applied", "person": by}
    )
    assert said == f"<{by}> had it take the ladder of version {line['version']}."
    with pytest.raises(ConflictError, match="has the ladder that is in force already"):
        await take_ladder(world.ctx, reference, "again", by)
    await world.advance(minutes=95)  # past the bell
    world.phone("Safeguarding").expects("escalation")
    await world.phone("Mair").press("Acknowledge", card)
    with pytest.raises(ConflictError, match="what is settled keeps the ladder"):
        await take_ladder(world.ctx, reference, "too late", by)
    world.everyone_is_accounted_for()


async def test_a_ladder_at_its_end_takes_new_steps_and_keeps_telling_behind_them(
    world: World,
) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.person("Gwen", Role.HEAD_TEACHER, schools=[school.code])
    reference = await world.police.send(child_of(school))
    await world.advance(hours=3)  # the bell, the authority, two reminders
    world.everyone_is_accounted_for()
    await world.policy(
        {
            'tell = ["education_safeguarding"]\nnot_before = "bell"': 'tell = ["head_teacher", '
            '"education_safeguarding"]\nnot_before = "bell"'
        }
    )
    assert await take_ladder(world.ctx, reference, "the head asked", await coordinator(world)) == 1
    await world.settle()
    world.phone("Gwen").expects("escalation")
    world.phone("Safeguarding").heard_nothing()
    world.phone("Coordinator").heard_nothing()
    for _ in range(2):
        await world.advance(minutes=30)
        world.phone("Coordinator").expects("escalation")
    assert await world.breaches() == []
    world.everyone_is_accounted_for()


async def test_a_drill_takes_it_as_any_other_and_who_has_answered_may_settle_it_by_it(
    world: World,
) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.policy({'settled_by = ["dsp", "deputy_dsp"]': 'settled_by = ["dsp"]'})
    reference = await world.police.send(child_of(school))
    world.everyone_is_accounted_for()
    by = await coordinator(world)
    for who, why in (("nobody", "x"), (by, " ")):
        with pytest.raises((NotFoundError, RefusedError)):
            await take_ladder(world.ctx, reference, why, who)
    excluding = await world.police.send(
        notice(child_of(school)["children"][0], source_reference="2", exclude=[by])
    )
    with pytest.raises(NotFoundError, match="There is no notification"):
        await take_ladder(world.ctx, excluding, "theirs to know nothing of", by)
    await world.policy({'settled_by = ["dsp"]': 'settled_by = ["dsp", "deputy_dsp"]'})
    assert await take_ladder(world.ctx, reference, "the deputy may", by) == 1
    world.everyone_is_accounted_for()
