"""Every reader of bytes from outside that needs no database: what it takes, and how it refuses."""

import asyncio
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pytest
import requests
from aiogram import Bot
from aiogram.methods import GetMe
from aiogram.types import Update
from fastapi import Request
from pydantic import ValidationError

from bot.clock import HandClock
from bot.domain.delivery import Operation, Outcome, Outgoing
from bot.domain.errors import RefusedError, SettingsError
from bot.domain.spoken_days import days_of
from bot.domain.versions import CALENDAR, DISCLOSURE, ESCALATION, SCENARIOS
from bot.flow.configure import read_text
from bot.flow.console_calendars import read_dates
from bot.flow.hear import chat_of, without_what_we_said
from bot.flow.screens import read as screen_read
from bot.handlers.mini_app import launched
from bot.handlers.presses import _parsed as press_read
from bot.intake.directory_csv import read_directory_file
from bot.intake.document import read_json, read_json_file
from bot.intake.document_records import EXAMPLE
from bot.intake.escalation_toml import read_patterns, read_waits, second_person
from bot.intake.files import read_file
from bot.intake.follow_up import read_update, read_withdrawal
from bot.notifiers.sms import Notify, SmsNotifier
from bot.notifiers.telegram import classify
from bot.sandbox.chats import Person
from bot.sandbox.mini_apps import init_data
from bot.sandbox.notify import KEY, TEMPLATE
from bot.settings import read_settings
from bot.web.browser import form_of
from bot.web.limits import TooLargeError
from bot.web.uploads import posted_files
from tests.cli.test_directory_lists import ENGLISH, WELSH, workbook
from tests.intake.test_calendar_lists import ics, whole_days

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
_TOKEN = "42:TEST-token-of-nobody"
_ROOT = Path(__file__).parents[2]
_SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Reader:
    """`read` takes bytes and returns, or raises one of `refuses`."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    refuses: tuple[type[Exception], ...] = (RefusedError,)


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """What is handed to this reader has been decoded before it: any text is possible."""
    return lambda data: read(data.decode("utf-8", "replace"))


def _demo(name: str, lines: int | None = None) -> bytes:
    whole = (_ROOT / "bot" / "demo" / "porth_awel" / name).read_bytes()
    return whole if lines is None else b"".join(whole.splitlines(keepends=True)[:lines])


def _config(name: str) -> bytes:
    return (_ROOT / "config" / name).read_bytes()


def _csv_of(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


def _json(*values: object) -> tuple[bytes, ...]:
    return tuple(json.dumps(value).encode() for value in values)


# --- workbooks: as a file, and as the table within it --------------------------------------------


def _packed(sheet: bytes) -> bytes:
    out = io.BytesIO()
    whole = _demo("police-daily.xlsx")
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == _SHEET else old.read(name))
    return out.getvalue()


def _sheet() -> bytes:
    with zipfile.ZipFile(io.BytesIO(_demo("police-daily.xlsx"))) as whole:
        rows = whole.read(_SHEET).partition(b"</sheetData>")[0].split(b"</row>")
    return b"</row>".join([*rows[:4], b"</sheetData></worksheet>"])


# --- what a browser sends ------------------------------------------------------------------------


def _request(body: bytes, kind: str) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode("latin-1")), (b"sec-fetch-site", b"same-origin")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


_PARTS = (
    b"--B\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\ntoken\r\n"
    b"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"people.csv\"\r\n"
    b"Content-Type: text/csv\r\n\r\nid,name\r\n1,a\r\n--B--\r\n"
)  # fmt: skip


def _form(body: bytes) -> object:
    return asyncio.run(form_of(_request(body, "application/x-www-form-urlencoded")))


def _files(body: bytes) -> object:
    return asyncio.run(posted_files(_request(body, "multipart/form-data; boundary=B")))


# --- what the channels answer --------------------------------------------------------------------


def _first(data: bytes) -> tuple[int, bytes]:
    """A status and a body: the first line is the status."""
    status, _, body = data.partition(b"\n")
    return (int(status) if status.isdigit() and len(status) < 4 else 500), body


@cache
def _bot() -> Bot:
    return Bot(_TOKEN)


def _telegram_answers(data: bytes) -> Outcome | None:
    status, body = _first(data)
    try:
        _bot().session.check_response(_bot(), GetMe(), status, body.decode("utf-8", "replace"))
    except Exception as error:  # what the notifier does with whatever comes
        return classify(error, NOW)
    return None


def _notify_answers(data: bytes) -> Outcome:
    status, body = _first(data)
    response = requests.Response()
    response.status_code, response._content = status, body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "request", lambda *given, **options: response)
        notifier = SmsNotifier(Notify("http://127.0.0.1:9", KEY, TEMPLATE), HandClock(NOW))
        message = Outgoing(Operation.SEND, "07700 900101", "a word", reference="42")
        return asyncio.run(notifier.deliver(message))


# --- Telegram's updates and what stands in them --------------------------------------------------


def _update(data: bytes) -> object:
    raw = json.loads(data)
    if not isinstance(raw, dict):
        return None
    chat_of(raw)
    return Update.model_validate(without_what_we_said(raw), context={"bot": None})


_SOMEBODY = {"id": 7700900101, "is_bot": False, "first_name": "Mair"}
_CHAT = {"id": 7700900101, "type": "private", "first_name": "Mair"}
_MESSAGE = {"message_id": 1, "date": 1_794_000_000, "chat": _CHAT, "from": _SOMEBODY}
UPDATES = _json(
    {"update_id": 1, "message": {**_MESSAGE, "text": "/away 24.11.-28.11."}},
    {"update_id": 2, "callback_query": {"id": "1", "from": _SOMEBODY, "chat_instance": "1",
                                        "data": "a:12", "message": {**_MESSAGE, "text": "ENC"}}},
    {"update_id": 3, "my_chat_member": {
        "chat": _CHAT, "from": _SOMEBODY, "date": 1, "new_chat_member": {
            "user": _SOMEBODY, "status": "kicked", "until_date": 0},
        "old_chat_member": {"user": _SOMEBODY, "status": "member"}}},
)  # fmt: skip
_PRESSES = (b"a:12", b"t:12:0", b"q:12:2:0", b"md:17", b"l:cy", b"cw:0", b"w:12:99")

# --- settings ------------------------------------------------------------------------------------

_ENV = (
    b"ENCOMPASS_HTTP_PORT=8080\nENCOMPASS_DATABASE_URL=sqlite+aiosqlite:///var/x.db\n"
    b"ENCOMPASS_PARTNER_RATE=100\nENCOMPASS_PUBLIC_URL='https://encompass.example'\n"
    b"ENCOMPASS_LOG_LEVEL=INFO\nexport ENCOMPASS_DETAILS_IN=page\nENCOMPASS_SMTP_TLS=tls\n",
)


def _settings(data: bytes) -> object:
    with tempfile.NamedTemporaryFile(suffix=".env") as file:
        file.write(data)
        file.flush()
        return read_settings(_env_file=file.name)


def _of_config(kind: str, *also: Callable[[bytes], object]) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        read_text(kind, data, "config.toml")
        for one in also:
            one(data)

    return read


_LISTS = (
    ics(whole_days("20260902", "20261219", "Autumn term"),
        whole_days("20261026", "20261031", "Half term\\, all schools")).encode(),
    b"what,first,last,name\nterm,02/09/2026,18/12/2026,Autumn\ninset,27/11/2026,,\n",
)  # fmt: skip
_SPOKEN = ("24.11.-28.11.", "24-28 November", "o 24 Tachwedd hyd 28 Tachwedd", "today", "Friday")
_LAUNCH = init_data(_TOKEN, Person(7700900101, "Mair"), NOW).encode()
_NOTICE = {**EXAMPLE, "exclude": ["p1"], "involved_adults": [{"given_name": "A"}], "urgent": True}

READERS: tuple[Reader, ...] = (
    Reader("a notice", partial(read_json, now=NOW), _json(EXAMPLE, _NOTICE)),
    Reader("a file of notices", partial(read_json_file, now=NOW), _json([EXAMPLE, _NOTICE])),
    Reader("the police's sheet", lambda data: read_file("a.csv", data, NOW),
           (_demo("police-daily.csv"), _demo("police-daily.csv", 4))),
    Reader("the police's workbook", lambda data: read_file("a.xlsx", data, NOW),
           (_demo("police-daily.xlsx"),)),
    Reader("a workbook's table", lambda data: read_file("a.xlsx", _packed(data), NOW), (_sheet(),)),
    Reader("an update of a notice", read_update,
           _json({"text": "a"}, {"police_action": {"arrest": "no"}, "closed": True})),
    Reader("a withdrawal", read_withdrawal, _json({"reason": "sent in error"})),
    Reader("a directory", partial(read_directory_file, "people.csv"),
           (_demo("schools.csv"), _demo("people.csv"), _demo("people.csv", 6))),
    Reader("a directory's workbook", partial(read_directory_file, "people.xlsx"),
           (workbook(WELSH),)),
    Reader("a published list", partial(read_directory_file, "schools.csv"),
           (ENGLISH.encode("cp1252"), _csv_of(WELSH))),
    Reader("escalation.toml", _of_config(ESCALATION, read_waits, read_patterns, second_person),
           (_config("escalation.toml"),)),
    Reader("disclosure.toml", _of_config(DISCLOSURE), (_config("disclosure.toml"),)),
    Reader("scenarios.toml", _of_config(SCENARIOS), (_config("scenarios.toml"),)),
    Reader("a calendar", _of_config(CALENDAR), (_config("calendars/porth-awel.toml"),)),
    Reader("a list of dates", _text(lambda text: read_dates(text, "cy")), _LISTS),
    Reader("days in a chat", _text(lambda text: days_of(text, NOW.date())),
           tuple(text.encode() for text in _SPOKEN), ()),
    Reader("a button", _text(lambda text: (screen_read(text), press_read(text))), _PRESSES, ()),
    Reader("Telegram's update", _update, UPDATES, (ValueError, RecursionError, ValidationError)),
    Reader("the start of a Mini App", _text(launched(_TOKEN)), (_LAUNCH,), ()),
    Reader("Telegram's answer", _telegram_answers,
           (b'429\n{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5",'
            b'"parameters":{"retry_after":5}}', b"502\n<html>Bad Gateway</html>",
            b'400\n{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
            b'200\n{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"E"}}'), ()),
    Reader("GOV.UK Notify's answer", _notify_answers,
           (b'201\n{"id":"740e5834-3a29-46b4-9a6f-16142fde533a"}', b"500\n",
            b'400\n{"status_code":400,"errors":[{"error":"ValidationError",'
            b'"message":"phone_number Not a valid number"}]}'), ()),
    Reader("a form", _form, (b"form=token&reason=sent+in+error&name=T%C5%B7", b"a=1&a=2&b="), ()),
    Reader("files in a form", _files, (_PARTS,), (TooLargeError,)),
    Reader("settings", _settings, _ENV, (SettingsError,)),
)  # fmt: skip
