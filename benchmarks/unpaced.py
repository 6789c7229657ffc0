"""The real service without Telegram's pace, as the floor has none: what it can do by itself.

`python -m benchmarks.unpaced STALLS`, the file where it notes how long its loop was held up.
"""

import asyncio
import sys
from pathlib import Path

from benchmarks.stalls import note_stalls
from bot.app import App
from bot.commands.service import run_until_stopped
from bot.logs import configure_logs
from bot.settings import read_settings


async def main() -> None:
    settings = read_settings()
    configure_logs(settings.log_level)
    app = App(settings)
    app.ctx.rate, app.ctx.chat_seconds = 1e6, 0.0
    noting = asyncio.create_task(note_stalls(Path(sys.argv[1])))
    await run_until_stopped(app)
    noting.cancel()


if __name__ == "__main__":
    asyncio.run(main())
