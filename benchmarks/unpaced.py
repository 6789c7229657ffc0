"""The real service without Telegram's pace, as the floor has none: what it can do by itself."""

import asyncio

from bot.app import App
from bot.commands.service import run_until_stopped
from bot.logs import configure_logs
from bot.settings import read_settings


async def main() -> None:
    settings = read_settings()
    configure_logs(settings.log_level)
    app = App(settings)
    app.ctx.rate, app.ctx.chat_seconds = 1e6, 0.0
    await run_until_stopped(app)


if __name__ == "__main__":
    asyncio.run(main())
