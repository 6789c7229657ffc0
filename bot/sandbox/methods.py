"""Strict decoding of a call, derived from aiogram's own method classes.

A parameter is read by the type that aiogram gives it. Plain types (text, numbers, yes and no, a
chat's id) have decoders that are as strict as the model and much cheaper; whatever is nested goes
through the model itself. Importing this takes as long as importing aiogram: seconds.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import aiogram.methods
from aiogram.client.default import Default
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, ValidationError

from bot.sandbox.keyboards import is_ordinary
from bot.sandbox.played import PLAYED
from bot.sandbox.refusals import ApiError, UnplayedError, bad_request, not_found

Model = type[TelegramMethod[Any]]
Decode = Callable[[str, Any], Any]

_CLASSES = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
MODELS: dict[str, Model] = {
    kind.__api_method__.lower(): kind
    for kind in _CLASSES
    if isinstance(kind, type)
    and issubclass(kind, TelegramMethod)
    and isinstance(getattr(kind, "__api_method__", None), str)
}
"""Every method aiogram knows, by its name in lower case: names are case-insensitive."""

_TELEGRAM_SAYS = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
}
_NEEDED = {
    "editMessageText": ("chat_id", "message_id", "text"),
    "editMessageReplyMarkup": ("chat_id", "message_id"),
}
"""Optional to aiogram only because of inline messages, which are not played."""

_ABSENT = {"setWebhook": {"url": ""}}
"""What an absent parameter means at Telegram though aiogram requires it: remove the webhook."""

_INTEGER = re.compile(r"-?\d{1,19}")


class Call(NamedTuple):
    """A well-formed call: the method as Telegram spells it, the parameters as plain values."""

    method: str
    args: dict[str, Any]


def spelled(method: str) -> str:
    """The method's name as Telegram spells it; 404 if aiogram does not know it either."""
    model = MODELS.get(method.lower())
    if model is None:
        raise not_found("method not found")
    return model.__api_method__


def decoded(method: str, given: Mapping[str, Any]) -> Call:
    """The call, or the refusal that names what is wrong with it (Bot API: making requests)."""
    played = PLAYED.get(method)
    if played is None:
        raise UnplayedError(method)
    plain, needed = _table(method)
    model = MODELS[method.lower()]
    args: dict[str, Any] = dict(_ABSENT.get(method, {}))
    nested = False
    for name, value in given.items():
        if name not in played:
            raise _foreign(model, name)
        if value is None:  # in a JSON body; as good as absent
            continue
        decode = plain.get(name)
        if decode is not None:
            args[name] = decode(name, value)
            continue
        args[name] = value = _unpacked(name, value)
        nested = nested or name != "reply_markup" or not is_ordinary(value)
    for name in needed:
        if name not in args:
            raise bad_request(_TELEGRAM_SAYS.get(name, f'parameter "{name}" is required'))
    return Call(method, _modelled(model, args) if nested else args)


def _foreign(model: Model, name: str) -> ApiError:
    if name in model.model_fields:
        return UnplayedError(model.__api_method__, name)
    return bad_request(f'{model.__api_method__} has no parameter "{name}"')


@cache
def _table(method: str) -> tuple[dict[str, Decode], tuple[str, ...]]:
    """What of this method can be decoded without the model, and what must be there."""
    fields = MODELS[method.lower()].model_fields
    plain = {name: _decoder(fields[name].annotation) for name in PLAYED[method]}
    required = tuple(name for name, field in fields.items() if field.is_required())
    return (
        {name: decode for name, decode in plain.items() if decode is not None},
        _NEEDED.get(method, required),
    )


def _decoder(annotation: Any) -> Decode | None:
    return _PLAIN.get(frozenset(_members(annotation)) - {type(None), Default})


def _members(annotation: Any) -> Iterator[Any]:
    """The alternatives of a union, however deep it is wrapped."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise bad_request(f'parameter "{name}" must be a string')


def _integer(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise bad_request(f'parameter "{name}" must be an integer')


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    match value.lower() if isinstance(value, str) else value:
        case "true" | "1" | "yes":
            return True
        case "false" | "0" | "no":
            return False
    raise bad_request(f'parameter "{name}" must be true or false')


def _chat_id(name: str, value: Any) -> int | str:
    """A number, or a @username, which is nobody here and so ends as "chat not found"."""
    if isinstance(value, str) and not _INTEGER.fullmatch(value):
        if not value:
            raise bad_request("chat_id is empty")
        return value
    return _integer(name, value)


_PLAIN: dict[frozenset[Any], Decode] = {
    frozenset({str}): _text,
    frozenset({int}): _integer,
    frozenset({bool}): _boolean,
    frozenset({int, str}): _chat_id,
}


def _unpacked(name: str, value: Any) -> Any:
    """A nested value comes as JSON in a form and may come so in a JSON body too."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f'can\'t parse parameter "{name}" as JSON') from None
    if not isinstance(value, dict | list):
        raise bad_request(f'parameter "{name}" must be an object or an array')
    return value


def _modelled(model: Model, args: dict[str, Any]) -> dict[str, Any]:
    """The same parameters once the model has agreed; what the model does not know is refused."""
    try:
        agreed = model.model_validate(args)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise bad_request(f'parameter "{where}": {fault["msg"]}') from None
    refuse_extras(agreed, "")
    dumped = agreed.model_dump(exclude_unset=True)
    return {name: dumped[name] for name in args}


def refuse_extras(value: Any, path: str) -> None:
    """Refuse a field that aiogram has no place for; its models let them through."""
    match value:
        case BaseModel():
            for extra in value.model_extra or ():
                raise bad_request(f'parameter "{path}{extra}" is unknown')
            for name in value.model_fields_set:
                refuse_extras(getattr(value, name), f"{path}{name}.")
        case list():
            for position, inner in enumerate(value):
                refuse_extras(inner, f"{path}{position}.")
