"""One message that cannot be dealt with never holds up another."""

from datetime import timedelta

from bot.domain.delivery import Deferred, Reason
from bot.domain.message import MessageState
from bot.rendering.notices import neutral
from bot.store import messages
from tests.flow.outbox import Wire, one, put, standing, strangers, until, word
from tests.world import World


async def test_a_stranger_who_writes_while_an_answer_is_deferred_stops_nobody_s_messages(
    world: World,
) -> None:
    """Two neutral answers to one chat may not wait side by side, and need not."""
    wire = Wire(world)
    stranger, other = world.phone("Nobody").sandbox, strangers(world, 1)[0]
    wire.hold()
    stranger.say("hello?")
    await until(lambda: wire.held)
    stranger.say("hello!")
    await until(lambda: not world.sandbox.waiting_updates)
    await world.app.hearer.drain()
    await put(world, [word(world, other)])
    wire.release(Deferred(world.clock.now() + timedelta(seconds=3), Reason.PACE))
    await world.advance(seconds=8)
    assert [message.text for message in stranger.messages] == [neutral()]
    assert len(other.messages) == 1
    assert all(row.state in (MessageState.SENT, MessageState.CANCELLED)
               for row in await standing(world))  # fmt: skip
    world.everyone_is_accounted_for()


async def test_a_message_that_cannot_be_worded_holds_up_no_other(world: World) -> None:
    poisoned, other = strangers(world, 2)
    row = word(world, poisoned) | {"params": {"no": "lines"}}
    numbers = await put(world, [row, word(world, other)])
    await world.advance(seconds=5)
    assert len(other.messages) == 1
    world.expected_errors.append("a message could not be worded")
    assert (await one(world, numbers[0])).state is MessageState.PENDING
    ready = (await world.http.get("/health/ready")).json()
    assert ready["warnings"] == ["message_not_worded:answer"]
    async with world.ctx.store.unit() as tx:
        await messages.set_params(tx, numbers[0], {"lines": ["right again"]})
    await world.advance(minutes=2)
    assert [message.text for message in poisoned.messages] == ["right again"]
