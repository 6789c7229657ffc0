"""Logs for machines: one JSON object a line, ids only.

No secret and no child's data, at any level, under any fault: an exception is logged as its type and
the places it went through, never with its message or locals, since both may hold what was being
handled. Libraries that log requests or addresses are held at WARNING.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TALKATIVE = (
    "aiogram", "aiohttp", "aiosqlite", "alembic", "apscheduler", "asyncio", "httpx",
    "notifications_python_client", "requests", "sqlalchemy", "urllib3", "uvicorn",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """A record as one line. Of other people's records, the message template alone is kept."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.startswith("bot.")
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage() if ours else str(record.msg)[:200],
        }
        if ours:
            line |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["through"] = places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def places(traceback: TracebackType | None) -> list[str]:
    """The places that an exception went through, the innermost last; no values."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        found.append(f"{module}.{code.co_name}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return found[-12:]


def configure_logs(level: str) -> None:
    """Log to stderr at `level`; other people's libraries at WARNING at the least."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
