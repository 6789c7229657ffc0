"""The bot's own name, remembered so that `encompass invite` needs no network."""

from bot.flow.context import Context
from bot.store import facts

_NAME = "bot_username"


async def remember_bot(ctx: Context, username: str) -> None:
    async with ctx.store.unit() as tx:
        if await facts.read(tx, _NAME) != username:
            await facts.write(tx, _NAME, username)


async def remembered_bot(ctx: Context) -> str | None:
    async with ctx.store.reading() as tx:
        return await facts.read(tx, _NAME)
