"""The machine's clock is set back by an hour while the service runs."""

from bot.domain.school import School
from tests.builders import at, child_of
from tests.flow.outbox import put, strangers, word
from tests.world import World


async def told_at_eight(world: World) -> School:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.starts_at(at("08:05"))
    await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    return school


async def test_an_answer_behind_it_breaks_no_promise(world: World) -> None:
    await told_at_eight(world)
    world.clock.move_to(at("07:05"))
    await world.phone("Mair").press("Acknowledge")
    assert await world.breaches() == []
    await world.advance(hours=2)
    world.everyone_is_accounted_for()


async def test_whoever_was_told_in_the_hour_before_is_told_more_at_once(world: World) -> None:
    school = await told_at_eight(world)
    world.clock.move_to(at("07:05"))
    await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    world.nobody_else_heard_anything()


async def test_a_chat_that_telegram_has_put_off_for_long_is_left_alone_until_then(
    world: World,
) -> None:
    [phone] = strangers(world, 1)
    flood = world.sandbox.faults.flood(300, chat_id=phone.id, times=None)
    await put(world, [word(world, phone, "a word")])
    await world.advance(seconds=2)
    await put(world, [word(world, phone, "another")])
    await world.advance(minutes=4)
    assert flood.hits == 1
    flood.lift()
    await world.advance(minutes=2)
    assert [message.text for message in phone.messages] == ["a word", "another"]
