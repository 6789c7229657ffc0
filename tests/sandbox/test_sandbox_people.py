"""What people do with their phones, and in groups, reaches the bot as Telegram would tell it."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import Update

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.methods import refuse_extras
from bot.sandbox.phones import SandboxPhone


def raw_updates(sandbox: Sandbox) -> list[dict[str, object]]:
    return [waiting.update for waiting in sandbox._cloud.updates.batch(1000)]


async def test_every_update_is_one_that_aiogram_understands_in_full(
    bot: Bot, sandbox: Sandbox
) -> None:
    mair = sandbox.person(42, first_name="Mair", language_code="cy", username="mair")
    group = sandbox.group(-7, title="Staff")
    mair.start("CODE")
    await bot.send_message(42, "x")
    said = mair.say("helo 🙂")
    mair.edit(said, "helo eto")
    mair.send({"contact": {"phone_number": "+44", "first_name": "Mair"}})
    mair.press_data("a")
    mair.press_data("a", inaccessible=True)
    mair.block()
    mair.unblock()
    group.add_bot(mair)
    group.say(mair, "/help")
    await bot.leave_chat(-7)
    group.add_bot(mair)
    group.remove_bot(mair)
    updates = raw_updates(sandbox)
    assert len(updates) == 13
    for update in updates:
        read = Update.model_validate(update)
        again = read.model_dump(mode="json", exclude_unset=True, by_alias=True)
        assert again == update
        refuse_extras(read, "")
        assert read.event_type in update
        assert Update.model_validate_json(read.model_dump_json(exclude_unset=True)) == read


async def test_a_start_link_carries_its_code(bot: Bot, sandbox: Sandbox) -> None:
    sandbox.person(42, first_name="Mair", language_code="cy").start("CODE")
    message = (await bot.get_updates())[0].message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.from_user.language_code) == ("/start CODE", "cy")
    assert message.entities is not None
    assert (message.entities[0].type, message.entities[0].length) == ("bot_command", 6)


async def test_the_bot_hears_of_being_blocked_and_unblocked_once(
    bot: Bot, mair: SandboxPhone
) -> None:
    mair.block()
    mair.block()
    mair.start()
    updates = await bot.get_updates()
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert updates[-1].message is not None


def test_what_a_phone_cannot_do_raises(sandbox: Sandbox, mair: SandboxPhone) -> None:
    for text in ("", " ", "x" * 4097):
        with pytest.raises(ValueError, match="nobody can send"):
            mair.say(text)
    mair.block()
    with pytest.raises(ValueError, match="has blocked the bot"):
        mair.say("x")
    mair.deactivate()
    with pytest.raises(ValueError, match="has left Telegram"):
        mair.start()
    with pytest.raises(ValueError, match="positive"):
        sandbox.person(-1)
    with pytest.raises(ValueError, match="negative"):
        sandbox.group(1)


async def test_a_person_is_the_same_person_when_asked_for_again(
    sandbox: Sandbox, mair: SandboxPhone
) -> None:
    assert sandbox.person(42) is mair
    assert mair.person.first_name == "Mair"


async def test_what_was_read_is_not_unread_any_more(bot: Bot, mair: SandboxPhone) -> None:
    await bot.send_message(42, "a")
    assert [m.text for m in mair.read()] == ["a"]
    assert mair.read() == []
    await bot.send_message(42, "b")
    assert [m.text for m in mair.unread] == ["b"]


async def test_the_conversation_shows_both_sides_in_order(bot: Bot, mair: SandboxPhone) -> None:
    mair.say("helo")
    await bot.send_message(42, "Bore da")
    assert [(m.from_bot, m.text) for m in mair.conversation] == [
        (False, "/start"),
        (False, "helo"),
        (True, "Bore da"),
    ]
    assert mair.last is mair.messages[0]


async def test_the_bot_can_leave_a_group_it_was_put_into(
    bot: Bot, sandbox: Sandbox, mair: SandboxPhone
) -> None:
    group = sandbox.group(-7)
    with pytest.raises(TelegramForbiddenError, match=r"bot is not a member of the group chat$"):
        await bot.send_message(-7, "x")
    group.add_bot(mair)
    await bot.send_message(-7, "I do not talk here")
    assert [m.text for m in group.messages] == ["I do not talk here"]
    await bot.leave_chat(-7)
    assert not group.bot_is_member
    with pytest.raises(TelegramForbiddenError, match="bot is not a member"):
        await bot.leave_chat(-7)


async def test_a_bot_that_was_thrown_out_is_told_so(
    bot: Bot, sandbox: Sandbox, mair: SandboxPhone
) -> None:
    group = sandbox.group(-7)
    group.add_bot(mair)
    group.remove_bot(mair)
    with pytest.raises(TelegramForbiddenError, match=r"bot was kicked from the group chat$"):
        await bot.send_message(-7, "x")


async def test_in_a_group_only_commands_and_its_name_reach_the_bot(
    bot: Bot, sandbox: Sandbox, mair: SandboxPhone
) -> None:
    group = sandbox.group(-7)
    group.say(mair, "/before")
    group.add_bot(mair)
    for text in ("psst", "/help", f"hello @{sandbox.username}"):
        group.say(mair, text)
    heard = [update.message.text for update in await bot.get_updates() if update.message]
    assert heard == ["/help", f"hello @{sandbox.username}"]


async def test_another_persons_message_in_a_group_cannot_be_deleted(
    bot: Bot, sandbox: Sandbox, mair: SandboxPhone
) -> None:
    group = sandbox.group(-7)
    group.add_bot(mair)
    theirs = group.say(mair, "/help")
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: message can't be deleted$"):
        await bot.delete_message(-7, theirs.message_id)


async def test_a_private_chat_cannot_be_left(bot: Bot, mair: SandboxPhone) -> None:
    with pytest.raises(TelegramBadRequest, match="can't be changed in private chats"):
        await bot.leave_chat(42)
