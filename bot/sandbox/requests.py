"""Reading a call off the wire (Bot API: making requests): the query string, a form or JSON."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.refusals import ApiError, bad_request


async def parameters_of(request: web.BaseRequest, query: str) -> dict[str, Any]:
    """Every parameter once, as text or, from a JSON body, as it was. Twice is refused."""
    given: dict[str, Any] = {}
    if query:
        _gather(given, _pairs(query))
    if request.method == "POST":
        await _read_body(request, given)
    elif request.method != "GET":
        raise ApiError(405, "Method Not Allowed")
    return given


async def _read_body(request: web.BaseRequest, given: dict[str, Any]) -> None:
    try:
        match request.content_type:
            case "application/x-www-form-urlencoded":
                _gather(given, _pairs((await request.read()).decode()))
            case "multipart/form-data":
                _gather(given, (await request.post()).items())
            case "application/json":
                body = json.loads(await request.read())
                if not isinstance(body, dict):
                    raise bad_request("the JSON body must be an object")
                _gather(given, body.items())
            case other:
                if await request.read():
                    raise bad_request(f"can't read a body of type {other}")
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except (ValueError, RecursionError):
        raise bad_request("can't parse the request's body") from None


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="strict")


def _gather(given: dict[str, Any], pairs: Iterable[tuple[str, Any]]) -> None:
    for name, value in pairs:
        if name in given:
            raise bad_request(f'parameter "{name}" is given twice')
        if isinstance(value, web.FileField):
            raise bad_request(f'parameter "{name}" is a file, and no played method takes one')
        given[name] = value
