"""What goes wrong while a batch is told, opened and answered: faults of the sandbox, a store that
fails, and exceptions that hold a child's data in their words, their values and their frames."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.errors import StoreError
from bot.flow import acknowledge, compose, open_alert, open_page, raise_alerts
from bot.sandbox.faults import Faults
from bot.store import access, alerts, events, notifications
from tests.canary.marks import Marked
from tests.canary.story import Story

Trouble = Callable[[Story, pytest.MonkeyPatch, Sequence[Marked]], None]


def _of_calls(*strikes: Callable[[Faults], object]) -> Trouble:
    def begin(story: Story, patch: pytest.MonkeyPatch, among: Sequence[Marked]) -> None:
        for strike in strikes:
            strike(story.world.sandbox.faults)

    return begin


def _raising(module: Any, name: str, kind: Callable[[str], Exception]) -> Trouble:
    """The function fails with all that it knows in its message and in its frame, three times."""

    def begin(story: Story, patch: pytest.MonkeyPatch, among: Sequence[Marked]) -> None:
        whole, left = getattr(module, name), [3]
        content = [notice.body() for notice in among]

        def failing(*given: Any, **more: Any) -> Any:
            if left[0] == 0:
                return whole(*given, **more)
            left[0] -= 1
            return _fail(content, given, kind)

        patch.setattr(module, name, failing)

    return begin


def _fail(content: Any, given: Any, kind: Callable[[str], Exception]) -> NoReturn:
    innermost = ValueError(f"{content} {given}")
    raise kind(f"could not do it with {content}") from innermost


def _of_the_database(said: str) -> Exception:
    return OperationalError(
        f"insert into nowhere values ({said})", {"content": said}, ValueError(said)
    )


def _nobody(story: Story, patch: pytest.MonkeyPatch, among: Sequence[Marked]) -> None:
    """Nothing goes wrong."""


def _blocked(story: Story, patch: pytest.MonkeyPatch, among: Sequence[Marked]) -> None:
    story.world.phone("Rhodri").sandbox.block()


def _down(story: Story, patch: pytest.MonkeyPatch, among: Sequence[Marked]) -> None:
    story.world.sandbox.faults.down()


IN_THE_CHAT: dict[str, Trouble] = {
    "nothing": _nobody,
    "floods": _of_calls(
        lambda f: f.flood(2, times=3), lambda f: f.flood(0, method="editMessageText", times=2)
    ),
    "errors in HTML": _of_calls(
        lambda f: f.answer(502, "<h1>Bad Gateway</h1>", method="sendMessage", times=3),
        lambda f: f.answer(500, "", method="editMessageText", times=3),
        lambda f: f.answer(200, "", method="answerCallbackQuery", times=3),
    ),
    "errors in JSON": _of_calls(
        lambda f: f.error(500, "Internal Server Error", method="editMessageText", times=3),
        lambda f: f.error(400, "Bad Request: message is too long", method="editMessageText"),
        lambda f: f.error(403, "Forbidden: bot was blocked by the user", method="sendMessage"),
    ),
    "resets": _of_calls(
        lambda f: f.reset(method="sendMessage", times=2),
        lambda f: f.reset(method="editMessageText", times=3, accepted=True),
        lambda f: f.delay(3, method="editMessageText", times=2),
    ),
    "updates twice and out of order": _of_calls(
        lambda f: f.duplicate_updates(times=8), lambda f: f.reorder_updates(times=4)
    ),
    "Telegram down": _down,
    "blocked": _blocked,
    "composing fails": _raising(compose, "view_for", ValueError),
    "opening fails": _raising(open_alert, "view_for", KeyError),
    "answering fails": _raising(acknowledge, "settle", RuntimeError),
    "raising fails": _raising(raise_alerts, "place", LookupError),
    "taking in fails": _raising(notifications, "receipt", ValueError),
    "the database fails": _raising(notifications, "add_versions", _of_the_database),
    "the database fails at a view": _raising(alerts, "other_schools_told", _of_the_database),
}
AT_THE_PAGE: dict[str, Trouble] = {
    "nothing": _nobody,
    "opening fails": _raising(open_page, "view_for", ValueError),
    "signing in fails": _raising(access, "add_session", _of_the_database),
    "nothing can be stored": _raising(events, "append", StoreError),
}
