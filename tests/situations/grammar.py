"""A sentence of the table and what it does: patterns to functions, one table.

A deed says who does it and in which words, with what varies in capitals:

    @deed("PERSON", "presses BUTTON")
    async def presses(stage: Stage, who: str, button: str) -> None: ...
"""

import difflib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Does = Callable[..., Awaitable[None]]
_SLOT = re.compile(r"\b[A-Z]{2,}\b")
_NOT_SLOTS = frozenset({"DSP", "MASH", "INSET", "SMS"})


@dataclass(frozen=True, slots=True)
class Deed:
    who: str
    says: str
    does: Does

    @property
    def pattern(self) -> re.Pattern[str]:
        parts, at = list[str](), 0
        for slot in _SLOT.finditer(self.says):
            if slot[0] in _NOT_SLOTS:
                continue
            parts += [re.escape(self.says[at : slot.start()]), f"(?P<{slot[0].lower()}>.+?)"]
            at = slot.end()
        return re.compile("".join([*parts, re.escape(self.says[at:])]))


DEEDS: list[Deed] = []


def deed(who: str, says: str) -> Callable[[Does], Does]:
    def known(does: Does) -> Does:
        DEEDS.append(Deed(who, says, does))
        return does

    return known


def find(kind: str, what: str) -> tuple[Deed, dict[str, Any]] | None:
    """What this sentence of this kind of doer means."""
    for one in DEEDS:
        if one.who == kind and (found := one.pattern.fullmatch(what)) is not None:
            return one, found.groupdict()
    return None


def nearest(kind: str, what: str) -> str:
    """The known sentence that is most like this one, by the words that do not vary."""
    known = [one.says for one in DEEDS if one.who == kind] or [one.says for one in DEEDS]

    def likeness(said: str) -> float:
        fixed = _SLOT.sub("", said).strip()
        return difflib.SequenceMatcher(None, fixed, what[: len(fixed) + 2]).ratio()

    return max(known, key=likeness)
