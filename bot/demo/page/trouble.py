"""Trouble on demand: what the sandbox's Telegram is made to do wrong, until it is lifted."""

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.faults import Fault

SLOW_SECONDS = 5
RETRY_AFTER = 5
_OUTWARD = ("sendMessage", "editMessageText", "answerCallbackQuery")


class Trouble:
    """Each kind stands or does not; asked for twice it stands once."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._faults: dict[str, list[Fault]] = {}

    @property
    def standing(self) -> frozenset[str]:
        return frozenset(self._faults)

    def make(self, kind: str) -> None:
        """LookupError for a kind that there is not."""
        if kind in self._faults:
            return
        faults = self._sandbox.faults
        match kind:
            case "down":
                made = [faults.down()]
            case "slow":
                made = [faults.delay(SLOW_SECONDS, method=m, times=None) for m in _OUTWARD]
            case "flood":
                made = [faults.flood(RETRY_AFTER, method=m, times=None) for m in _OUTWARD[:2]]
            case _:
                raise LookupError(f"there is no trouble {kind!r}")
        self._faults[kind] = made

    def end(self, kind: str) -> None:
        for fault in self._faults.pop(kind, ()):
            fault.lift()
