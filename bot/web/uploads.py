"""Files that a form brings: read a part at a time behind a limit, and held in memory alone, since
they are staff details and a folder for what is temporary outlives a process that dies."""

from collections.abc import AsyncGenerator
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.web.browser import Form, is_from_here, is_of_this_session
from bot.web.limits import TooLargeError

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 10
_MOST_FIELDS = 10
_MOST_NAME = 80
File = tuple[str, bytes]


class _InMemory(MultiPartParser):
    spool_max_size = 2 * MOST_BYTES


async def posted_files(request: Request) -> tuple[Form, list[File]] | None:
    """The form and its files, if this very session's page made it; None for one that somebody else
    made. TooLargeError for more than `MOST_BYTES`: nothing beyond is read."""
    kind = request.headers.get("content-type", "")
    if not is_from_here(request) or not kind.startswith("multipart/form-data"):
        return None
    parser = _InMemory(
        request.headers, _limited(request), max_files=MOST_FILES, max_fields=_MOST_FIELDS
    )
    try:
        brought = await parser.parse()
    except (MultiPartException, ValueError):
        return None
    try:
        form = {name: value for name, value in brought.multi_items() if isinstance(value, str)}
        files = [
            (_plain(value.filename), await value.read())
            for _, value in brought.multi_items()
            if isinstance(value, UploadFile) and value.filename
        ]
    finally:
        await brought.close()
    return (form, files) if is_of_this_session(request, form) else None


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    declared, size = request.headers.get("content-length", ""), 0
    if declared.isdecimal() and int(declared) > MOST_BYTES:
        raise TooLargeError
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise TooLargeError
        yield part


def _plain(name: str) -> str:
    """The file's own name, however a browser writes it, without what cannot be read."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[-_MOST_NAME:] or "file"
