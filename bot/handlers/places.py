"""Where the bot is: it leaves groups, and notices who blocks it or comes back."""

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message

from bot.flow.ask import leave_group
from bot.flow.context import Context
from bot.flow.enrol import blocked_by_person, unblocked_by_person

router = Router(name="places")
_HERE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)


@router.message(F.chat.type != ChatType.PRIVATE)
async def said_in_a_group(message: Message, ctx: Context) -> None:
    await leave_group(ctx, str(message.chat.id))


@router.my_chat_member(F.chat.type != ChatType.PRIVATE)
async def added_to_a_group(change: ChatMemberUpdated, ctx: Context) -> None:
    if change.new_chat_member.status in _HERE:
        await leave_group(ctx, str(change.chat.id))


@router.my_chat_member()
async def blocked_or_back(change: ChatMemberUpdated, ctx: Context) -> None:
    if change.new_chat_member.status is ChatMemberStatus.MEMBER:
        await unblocked_by_person(ctx, str(change.chat.id))
    else:
        await blocked_by_person(ctx, str(change.chat.id))
