"""A database that has seen a whole day goes back a version at a time, and up again."""

from bot.domain.people import Scope
from bot.store import schema
from tests.builders import at, child, notice
from tests.journeys.asking import asks
from tests.world import World


async def test_rows_of_every_part_go_down_to_the_first_version_and_up_again(world: World) -> None:
    post = await world.has_second_ways()
    await world.without_nurses()
    await world.authority()
    bryn = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.change("Desk", email="desk@mash.example")
    await world.change(
        "Mair",
        email="mair@bryn.example",
        scope=Scope(schools=frozenset({bryn.code}), years=frozenset({7})),
    )
    await world.police.send(notice(child(bryn, year_group=7), child(bryn, year_group=8)))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    refused = world.sandbox.faults.error
    with refused(400, "Bad Request: odd", chat_id=world.phone("Desk").sandbox.chat.id, times=None):
        await asks(mair, card, "Seen?")
    await mair.press("Acknowledge", card)
    await mair.press("Undo", card)
    await mair.press("Acknowledge", card)
    await world.advance_to(at("08:00"))
    await owen.press("Acknowledge")
    world.everyone_is_accounted_for()
    with refused(400, "Bad Request: odd", chat_id=mair.sandbox.chat.id, times=None):
        await world.advance_to(at("15:21"))
    await owen.opens(owen.expects("plan"))
    desk, plan = post.office.mails
    assert "needs your answer by 11:00" in desk.text
    assert "please say what is planned for" in plan.text
    world.everyone_is_accounted_for()
    world.expected_errors.append("a promise is broken")
    await world.stop()
    assert await schema.migrate(world.database, schema.FIRST) == (schema.head(), None)
    assert await schema.migrate(world.database) == (None, schema.head())
