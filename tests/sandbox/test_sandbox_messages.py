"""Sending, editing and deleting, with the words Telegram has for what it refuses."""

from datetime import timedelta

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramServerError
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.texts import utf16_units


def keyboard(*texts: str, data: str = "ack:1") -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=data) for text in texts]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_message_arrives_as_it_was_sent(
    bot: Bot, mair: SandboxPhone, clock: HandClock, sandbox: Sandbox
) -> None:
    sent = await bot.send_message(
        42, "ENC-7F3K", reply_markup=keyboard("Open"), protect_content=True
    )
    quiet = await bot.send_message(42, "hush", disable_notification=True)
    first, second = mair.messages
    assert (first.text, first.protect, first.silent) == ("ENC-7F3K", True, False)
    assert (second.text, second.protect, second.silent) == ("hush", False, True)
    assert first.sent_at == clock.now() == sent.date
    assert sent.has_protected_content
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == keyboard("Open").model_dump()
    assert quiet.message_id == sent.message_id + 1
    entry = sandbox.ledger.sends(42)[0]
    assert (entry.index, entry.chat_id, entry.message_id) == (0, 42, sent.message_id)
    assert (entry.text, entry.at) == ("ENC-7F3K", clock.now())


async def test_white_space_around_a_text_is_gone(bot: Bot, mair: SandboxPhone) -> None:
    assert (await bot.send_message(42, "  line\n\n")).text == "line"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "message text is empty"),
        (" \n", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("🙂" * 2049, "message is too long"),
    ],
)
async def test_a_text_that_cannot_be_shown_is_refused(
    bot: Bot, mair: SandboxPhone, text: str, says: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=f"Bad Request: {says}$"):
        await bot.send_message(42, text)
    assert mair.messages == []


@pytest.mark.parametrize("text", ["x" * 4096, "🙂" * 2048])
async def test_a_text_of_4096_units_is_taken(bot: Bot, mair: SandboxPhone, text: str) -> None:
    assert (await bot.send_message(42, text)).text == text


@given(st.text())
def test_length_is_counted_in_utf16_units(text: str) -> None:
    assert utf16_units(text) == sum(2 if ord(char) > 0xFFFF else 1 for char in text)


async def test_markup_is_refused_since_the_product_sends_plain_text(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    with pytest.raises(TelegramServerError, match="parse_mode"):
        await bot.send_message(42, "<b>x</b>", parse_mode="HTML")
    assert sandbox.unsupported


async def test_nobody_is_written_to_who_is_not_there(bot: Bot) -> None:
    for chat_id in (404, "404", "@nobody", "nonsense"):
        with pytest.raises(TelegramBadRequest, match=r"Bad Request: chat not found$"):
            await bot.send_message(chat_id, "x")


async def test_a_person_who_never_wrote_cannot_be_written_to(bot: Bot, sandbox: Sandbox) -> None:
    owen = sandbox.person(43)
    with pytest.raises(
        TelegramForbiddenError, match=r"Forbidden: bot can't initiate conversation with a user$"
    ):
        await bot.send_message(43, "x")
    owen.start()
    await bot.send_message(43, "x")


async def test_a_person_who_blocked_the_bot_gets_edits_but_nothing_new(
    bot: Bot, mair: SandboxPhone
) -> None:
    sent = await bot.send_message(42, "x")
    mair.block()
    with pytest.raises(TelegramForbiddenError, match=r"Forbidden: bot was blocked by the user$"):
        await bot.send_message(42, "x")
    await bot.edit_message_text("stub", chat_id=42, message_id=sent.message_id)
    mair.start()
    await bot.send_message(42, "x")


async def test_a_person_who_left_telegram_gets_nothing_at_all(bot: Bot, mair: SandboxPhone) -> None:
    sent = await bot.send_message(42, "x")
    mair.deactivate()
    gone = pytest.raises(TelegramForbiddenError, match=r"Forbidden: user is deactivated$")
    with gone:
        await bot.send_message(42, "y")
    with gone:
        await bot.edit_message_text("y", chat_id=42, message_id=sent.message_id)
    with gone:
        await bot.delete_message(42, sent.message_id)


async def test_an_edit_without_a_keyboard_removes_it(bot: Bot, mair: SandboxPhone) -> None:
    sent = await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    edited = await bot.edit_message_text("y", chat_id=42, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.reply_markup is None
    assert mair.messages[0].buttons == ()


async def test_a_keyboard_alone_can_be_changed_and_taken_away(bot: Bot, mair: SandboxPhone) -> None:
    sent = await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    number = sent.message_id
    await bot.edit_message_reply_markup(
        chat_id=42, message_id=number, reply_markup=keyboard("Close")
    )
    assert mair.messages[0].button("Close")
    await bot.edit_message_reply_markup(chat_id=42, message_id=number)
    assert mair.messages[0].buttons == ()
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(chat_id=42, message_id=number)


async def test_an_edit_keeps_protection_as_it_was_sent(bot: Bot, mair: SandboxPhone) -> None:
    for protect in (True, False):
        sent = await bot.send_message(42, "x", protect_content=protect)
        edited = await bot.edit_message_text("y", chat_id=42, message_id=sent.message_id)
        assert isinstance(edited, Message)
        assert bool(edited.has_protected_content) is protect


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, mair: SandboxPhone) -> None:
    sent = await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    with pytest.raises(
        TelegramBadRequest,
        match=r"Bad Request: message is not modified: specified new message content and reply "
        r"markup are exactly the same as a current content and reply markup of the message$",
    ):
        await bot.edit_message_text(
            "x", chat_id=42, message_id=sent.message_id, reply_markup=keyboard("Open")
        )


async def test_every_text_a_message_had_is_remembered(
    bot: Bot, mair: SandboxPhone, clock: HandClock
) -> None:
    sent = await bot.send_message(42, "the child's view")
    shown_at = clock.now()
    clock.move_to(shown_at + timedelta(days=400))  # one's own message can be edited at any age
    await bot.edit_message_text("hidden", chat_id=42, message_id=sent.message_id)
    message = mair.messages[0]
    assert [(v.text, v.at) for v in message.history] == [
        ("the child's view", shown_at),
        ("hidden", clock.now()),
    ]
    assert message.edited_at == clock.now()


async def test_only_the_bots_own_standing_messages_can_be_edited(
    bot: Bot, mair: SandboxPhone
) -> None:
    theirs = mair.say("hello")
    gone = await bot.send_message(42, "x")
    await bot.delete_message(42, gone.message_id)
    for message_id in (gone.message_id, 9999):
        with pytest.raises(TelegramBadRequest, match=r"Bad Request: message to edit not found$"):
            await bot.edit_message_text("y", chat_id=42, message_id=message_id)
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: message can't be edited$"):
        await bot.edit_message_text("y", chat_id=42, message_id=theirs.message_id)


async def test_messages_can_be_deleted_for_48_hours(
    bot: Bot, mair: SandboxPhone, clock: HandClock
) -> None:
    theirs = mair.say("hello")
    first, second = [await bot.send_message(42, text) for text in "ab"]
    clock.move_to(clock.now() + timedelta(hours=48, seconds=-1))
    await bot.delete_message(42, first.message_id)
    await bot.delete_message(42, theirs.message_id)
    clock.move_to(clock.now() + timedelta(seconds=1))
    with pytest.raises(
        TelegramBadRequest, match=r"Bad Request: message can't be deleted for everyone$"
    ):
        await bot.delete_message(42, second.message_id)
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: message to delete not found$"):
        await bot.delete_message(42, first.message_id)
    assert [m.text for m in mair.messages] == ["b"]
    assert [m.text for m in mair.received] == ["a", "b"]
