"""Hears every byte that leaves: what goes over the wire to Telegram, every answer over HTTP, every
line of every log, what commands print; and reads every column of the database.

Each is judged at once, by what its reader has asked to be shown up to then.
"""

import asyncio
import contextlib
import io
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from urllib.parse import parse_qsl

import httpx
import pytest
from aiohttp import web
from sqlalchemy import select

from bot.cli import main
from bot.flow.context import Context
from bot.logs import JsonLines
from bot.sandbox.calls import Calls
from bot.store.tables import metadata
from tests.canary.marks import Mark, Marked
from tests.canary.need_to_know import LOOKED_AFTER, Somebody
from tests.canary.search import marks_in

AT_THE_PAGE: ContextVar[str] = ContextVar("AT_THE_PAGE", default="")
"""Who sits at the browser that makes this request."""
AT_HOME = {
    ("receipts", "raw"),
    ("notifications", "content"),
    ("notification_versions", "content"),
    ("triage_tasks", "written"),
    ("notifications", "source_reference"),
}
"""Where children's data stands; and the sender's own number, by which a notice is known again."""
_VIEW = re.compile(r"/alert/\d+")
_LIBRARIES = (
    "aiogram", "aiohttp", "aiosqlite", "apscheduler", "asyncio", "asyncpg", "bot", "httpcore",
    "httpx", "jinja2", "sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "uvicorn",
)  # fmt: skip


class Ears:
    """What was heard, and what of it should not have been said."""

    def __init__(self, people: Sequence[Somebody]) -> None:
        self.people = {somebody.name: somebody for somebody in people}
        self.notices: dict[int, Marked] = {}
        self.settled: set[int] = set()
        self.leaks: list[str] = []
        self.places: Counter[str] = Counter()
        self.seen: dict[tuple[str, int], set[Mark]] = defaultdict(set)
        self._opened: dict[tuple[str, int], set[Mark]] = {}

    # --- what may be said ------------------------------------------------------------------------

    def knows(self, *notices: Marked) -> None:
        """These are as they now stand: who had opened them may see what they now may."""
        for notice in notices:
            self.notices[notice.number] = notice
            for name, number in [key for key in self._opened if key[1] == notice.number]:
                self.opens(name, number)

    def opens(self, name: str, number: int) -> set[Mark]:
        """This person opens this notice: from now on they may be shown this, and no more; what
        their view holds, whole."""
        notice, settled = self.notices[number], number in self.settled
        somebody = self.people[name]
        self._opened[name, number] = somebody.may_see(notice, settled=settled)
        return somebody.shown(notice, settled=settled)

    # --- what is said ----------------------------------------------------------------------------

    def hear(
        self,
        place: str,
        said: str | bytes,
        reader: str = "",
        *,
        view: bool = False,
        names_fields: bool = False,
    ) -> None:
        """`view`: this is where an opened view stands, and nowhere else. `names_fields`: it says
        which fields there are, so that a field's label is no answer."""
        self.places[place] += 1
        for mark in marks_in(said):
            if view and mark in self._opened.get((reader, mark.notice), ()):
                self.seen[reader, mark.notice].add(mark)
            else:
                self._leak(place, mark, reader)
        text = said if isinstance(said, str) else said.decode(errors="replace")
        if names_fields:
            return
        if any(label in text for label in LOOKED_AFTER) and not (
            view and self._may_hear_of_care(reader, text)
        ):
            self.leaks.append(f"{place}: looked_after, to {reader or 'anybody'}")

    def _may_hear_of_care(self, reader: str, text: str) -> bool:
        about = {mark.notice for mark in marks_in(text)}
        somebody = self.people[reader]
        return all("looked_after" in somebody.fields(self.notices[number]) for number in about)

    def _leak(self, place: str, mark: Mark, reader: str) -> None:
        role = self.people[reader].role.value if reader in self.people else "nobody's"
        self.leaks.append(
            f"{place}: {mark.field} ({mark.code}) of notice {mark.notice}, child {mark.kid}, "
            f"to {reader or 'anybody'} ({role})"
        )

    # --- where it is said ------------------------------------------------------------------------

    def at_telegram(self, patch: pytest.MonkeyPatch, names: dict[int, str]) -> None:
        """Every request to the Bot API as it comes over the wire, also those that a fault spoils.
        A view stands in the text of an edit, and neither in a new message nor on a button."""
        answer = Calls.answer

        async def overheard(
            calls: Calls, request: web.BaseRequest, path: str, query: str
        ) -> web.StreamResponse:
            body = await request.read()
            assert request.content_type != "multipart/form-data", "the sandbox could not read on"
            given = dict(parse_qsl(query) + parse_qsl(body.decode()))
            method = path.rpartition("/")[2]
            reader = names.get(int(given.get("chat_id") or 0), "")
            if method == "editMessageText":
                self.hear("chat text", given.pop("text", ""), reader, view=True)
            self.hear(f"telegram {method}", json.dumps(given, ensure_ascii=False), reader)
            return await answer(calls, request, path, query)

        patch.setattr(Calls, "answer", overheard)

    async def at_http(self, response: httpx.Response) -> None:
        """An answer, with its headers, to whoever asked."""
        await response.aread()
        request, reader = response.request, AT_THE_PAGE.get()
        path = request.url.path
        where = f"http {request.method} {re.sub(r'ENC-[0-9A-Z]+|[0-9]+[.].*|[0-9]+', '_', path)}"
        self.hear(f"{where} headers", str(response.headers.multi_items()), reader)
        view = _VIEW.fullmatch(path) and request.method == "GET" and response.status_code == 200
        why = path.endswith("/why")
        self.hear(where, response.content, reader, view=bool(view), names_fields=why)

    @contextlib.contextmanager
    def at_the_logs(self) -> Iterator[None]:
        """Every logger at DEBUG, as `bot/logs.py` writes its lines; of our own the bare words too.
        Before the service starts: the database's library asks once whether anybody listens."""
        ears, said = self, set[str]()

        class Listening(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                line = self.format(record)
                without_its_time = line.partition('"level"')[2]
                if without_its_time not in said:  # libraries say the same a thousand times
                    said.add(without_its_time)
                    ears.hear(f"log {record.name.partition('.')[0]}", line)
                if record.name.startswith("bot."):
                    ears.hear("log words", record.getMessage())

        listening = Listening(logging.NOTSET)
        listening.setFormatter(JsonLines())
        root = logging.getLogger()
        found = [logging.getLogger(name) for name in {*_LIBRARIES, *root.manager.loggerDict}]
        levels = [(logger, logger.level) for logger in (root, *found)]
        handlers = root.handlers[:]
        for logger, _ in levels:
            logger.setLevel(logging.DEBUG)
        root.handlers[:] = [listening]
        try:
            yield
        finally:
            root.handlers[:] = handlers
            for logger, level in levels:
                logger.setLevel(level)

    async def at_the_command_line(self, *arguments: str) -> None:
        """What a command prints, in this process, on both streams."""

        def run() -> str:
            with (
                contextlib.redirect_stdout(io.StringIO()) as out,
                contextlib.redirect_stderr(out),
                contextlib.suppress(SystemExit),
            ):
                main(list(arguments))
            return out.getvalue()

        said = await asyncio.to_thread(run)
        assert said, f"{arguments} printed nothing"
        self.hear(f"command {arguments[0]}", said)

    async def in_the_database(self, ctx: Context) -> None:
        """Every column of every table but those where it belongs, and that it is really there."""
        home: Counter[tuple[str, str]] = Counter()
        async with ctx.store.reading() as tx:
            for table in metadata.tables.values():
                for row in await tx.all(select(table)):
                    for column, value in zip(table.columns, row, strict=True):
                        place = table.name, column.name
                        if place in AT_HOME:
                            home[place] += bool(marks_in(_text(value)))
                        elif value is not None:
                            self.hear(f"database {table.name}.{column.name}", _text(value))
        assert AT_HOME - {("triage_tasks", "written")} <= home.keys(), "nothing was kept at all"


def _text(value: object) -> str | bytes:
    return value if isinstance(value, str | bytes) else str(value)
