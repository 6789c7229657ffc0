"""Every refusal as `application/problem+json` (RFC 9457), each fault by its JSON path; to a browser
as a page in both languages.

No answer ever repeats what was sent: a fault says where and what is wrong, not the value.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.domain.errors import (
    ConflictError,
    EncompassError,
    Fault,
    NotFoundError,
    NotReadableError,
    RefusedError,
    StoreError,
)
from bot.web.browser import answer, page_for_anyone


def problem(
    status: int,
    title: str,
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if faults:
        body["errors"] = [{"path": fault.where, "detail": fault.says} for fault in faults]
    return JSONResponse(
        body, status, headers=dict(headers or {}), media_type="application/problem+json"
    )


async def expected_error(request: Request, error: Exception) -> Response:
    """One of our own errors: its sentence, under the status that fits."""
    assert isinstance(error, EncompassError)
    if _from_a_person(request):
        return _page_of(503 if isinstance(error, StoreError) else 500)
    match error:
        case NotReadableError():
            return problem(400, "The body cannot be read.", error.faults)
        case RefusedError():
            return problem(422, "The content is not taken in.", error.faults)
        case NotFoundError():
            return problem(404, str(error))
        case ConflictError():
            return problem(409, str(error))
        case StoreError():
            return problem(503, "Nothing was stored; try again.", headers={"Retry-After": "5"})
        case _:
            return problem(500, "This should not have happened.")


async def http_error(request: Request, error: Exception) -> Response:
    """Starlette's own: an unknown path, a method that is not allowed."""
    assert isinstance(error, HTTPException)
    if _from_a_person(request):
        return _page_of(error.status_code)
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def hung_up(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """The sender went away in the middle of its body: nothing was taken in, nobody listens."""
    return problem(400, "The body ended too soon.")


async def unexpected_error(request: Request, error: Exception) -> Response:  # noqa: ARG001
    if _from_a_person(request):
        return _page_of(500)
    return problem(500, "This should not have happened; nothing was stored.")


def _from_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _page_of(status: int) -> Response:
    """The same for everything that is not there, and for everything that failed."""
    which = "failed" if status >= 500 else "nothing"
    return answer(page_for_anyone(which), status=status)
