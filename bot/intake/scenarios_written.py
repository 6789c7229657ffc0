"""The kept scenarios' text with one more in it, or one less: the others stay as they were written,
remarks included. What comes out is read like any other text before it is a draft.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.errors import RefusedError
from bot.domain.scenario import MustHear, Scenario
from bot.intake.scenarios_toml import read_scenarios

_BEGINS = re.compile(r"^[ \t]*\[\[[ \t]*scenarios[ \t]*\]\]", re.MULTILINE)


def with_scenario(body: str, scenario: Scenario) -> str:
    """The same suite with this one at its end."""
    wanted = (*read_scenarios(body.encode()), scenario)
    return _if_it_says(f"{body.rstrip()}\n\n{_block(scenario)}", body, wanted)


def without_scenario(body: str, name: str) -> str:
    """The same suite without the one of this name."""
    wanted = tuple(one for one in read_scenarios(body.encode()) if one.name != name)
    starts = [match.start() for match in _BEGINS.finditer(body)]
    edges = [0, *starts, len(body)]
    blocks = [body[a:b] for a, b in pairwise(edges)]
    kept = [blocks[0], *(_remarks(b) if _name(b) == name else b for b in blocks[1:])]
    return _if_it_says("".join(kept), body, wanted)


def new_suite(version: str, author: str) -> str:
    """A suite that nothing stands in yet."""
    return f"version = {json.dumps(version)}\nauthor = {json.dumps(author, ensure_ascii=False)}\n"


def _if_it_says(text: str, before: str, wanted: Sequence[Scenario]) -> str:
    """This text if it is read as it was meant, else the suite anew, without its remarks."""
    with suppress(RefusedError):
        if read_scenarios(text.encode()) == tuple(wanted):
            return text
    head = tomllib.loads(before.removeprefix("\ufeff"))
    anew = new_suite(str(head["version"]), str(head["author"]))
    return "\n".join([anew, *(_block(one) for one in wanted)])


def _name(block: str) -> str | None:
    try:
        return str(tomllib.loads(block)["scenarios"][0].get("name", "")).strip()
    except tomllib.TOMLDecodeError:
        return None


def _remarks(block: str) -> str:
    """The remarks at a block's end: they are about the next one."""
    lines = block.splitlines(keepends=True)
    while lines and (not lines[0].strip() or not lines[0].lstrip().startswith("#")):
        lines.pop(0)
    return "".join(lines)


# --- TOML ----------------------------------------------------------------------------------------


def _block(scenario: Scenario) -> str:
    """`[[scenarios]]`, with the keys that say something; instants as local time."""
    lines = [f"name = {_text(scenario.name)}", f"school = {_text(scenario.school)}"]
    if scenario.leg is not Leg.SCHOOL:
        lines.append(f"leg = {_text(scenario.leg.value)}")
    lines.append(f"at = {scenario.at.astimezone(LONDON).isoformat()}")
    if scenario.year is not None:
        lines.append(f"year = {scenario.year}")
    if scenario.urgent:
        lines.append("urgent = true")
    if scenario.due_at is not None:
        lines.append(f"due = {scenario.due_at.astimezone(LONDON).isoformat()}")
    if scenario.told:
        lines.append(f"told = [{', '.join(map(_must_hear, scenario.told))}]")
    if scenario.not_told:
        lines.append(f"not_told = {_texts(scenario.not_told)}")
    return "[[scenarios]]\n" + "\n".join(lines) + "\n"


def _must_hear(must: MustHear) -> str:
    by = ""
    if must.from_bell is not None:
        sign = "-" if must.from_bell < timedelta() else "+"
        by = f"bell{sign}{_span(abs(must.from_bell))}" if must.from_bell else "bell"
    elif must.after is not None:
        by = _span(must.after)
    return f"{{ who = {_text(must.who)}" + (f", by = {_text(by)}" if by else "") + " }"


def _span(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return "".join(f"{n}{unit}" for n, unit in ((minutes, "m"), (seconds, "s")) if n) or "0m"


def _texts(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
