"""A text of the configuration with one thing in it changed by a form: all else stays as it was
written, remarks included. What comes out is read like any other text before it is a draft."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.domain.alert import Leg
from bot.domain.escalation import EscalationStep
from bot.domain.people import Role

_HEADING = re.compile(r"^\[+([^\]]+)\]+", re.MULTILINE)
_KEY = re.compile(r"^\s*([a-z_]+)\s*=")


def with_ladder(
    body: str, leg: Leg, steps: Sequence[EscalationStep], end_tell: Iterable[Role], every: timedelta
) -> str:
    """The same text with these steps and this end for one leg."""
    name, written, found = f"policies.{leg.value}", False, []
    for heading, block in _blocks(body):
        if heading == f"{name}.steps":
            if not written:
                found.append("".join(_step(name, step) for step in steps))
                written = True
        elif heading == f"{name}.at_the_end":
            end = {"tell": _roles(end_tell), "every": f'"{_span(every)}"'}
            found.append(_with_values(block, end))
        else:
            found.append(block)
    return "".join(found)


def with_shown(
    body: str, shown: Iterable[tuple[str, str, bool]], author: str, decided_on: date
) -> str:
    """The same text with these roles shown these fields, or not: field, role, whether. Of each of
    these fields it says who decided so and when, and the text is of another version."""
    wanted: dict[str, dict[str, str]] = {}
    for field, role, show in shown:
        of_field = wanted.setdefault(
            f"fields.{field}", {"author": _quoted(author), "date": decided_on.isoformat()}
        )
        of_field[role] = '"show"' if show else '"hide"'
    if wanted:
        wanted[""] = {"version": _next_version(body, decided_on), "author": _quoted(author)}
    return "".join(
        _with_values(block, wanted[heading]) if heading in wanted else block
        for heading, block in _blocks(body)
    )


def _quoted(text: str) -> str:
    """As TOML writes it: JSON's strings are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _next_version(body: str, day: date) -> str:
    """The day, with a number behind it where the text has had that day's already."""
    was, name = str(tomllib.loads(body.removeprefix("\ufeff")).get("version", "")), day.isoformat()
    if was == name:
        return _quoted(f"{name}.2")
    number = was.removeprefix(f"{name}.")
    return _quoted(f"{name}.{int(number) + 1}" if number != was and number.isdecimal() else name)


def _blocks(body: str) -> list[tuple[str, str]]:
    """Each table's heading with its text, to the next heading; first what stands before any."""
    starts = [match.start() for match in _HEADING.finditer(body)]
    edges = [0, *starts, len(body)]
    names = ["", *(match[1].strip() for match in _HEADING.finditer(body))]
    return [(name, body[a:b]) for name, a, b in zip(names, edges, edges[1:], strict=False)]


def _with_values(block: str, values: dict[str, str]) -> str:
    """These keys of a table with other values; a key that is not there is put behind the rest."""
    lines, left = block.splitlines(keepends=True), dict(values)
    last = 0
    for number, line in enumerate(lines):
        if match := _KEY.match(line):
            last = number
            if match[1] in left:
                lines[number] = f"{match[1]} = {left.pop(match[1])}\n"
    lines.insert(last + 1, "".join(f"{key} = {value}\n" for key, value in left.items()))
    return "".join(lines)


def _step(name: str, step: EscalationStep) -> str:
    after = f'after = "{_span(step.after)}"\n' if step.after else ""
    before = ""
    if step.not_before is not None:
        away = abs(step.not_before)
        sign = "-" if step.not_before < timedelta() else "+"
        before = f'not_before = "bell{sign + _span(away) if away else ""}"\n'
    return f"[[{name}.steps]]\ntell = {_roles(step.tell)}\n{after}{before}\n"


def _roles(roles: Iterable[Role]) -> str:
    return "[" + ", ".join(f'"{role.value}"' for role in roles) + "]"


def _span(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return "".join(f"{n}{unit}" for n, unit in ((minutes, "m"), (seconds, "s")) if n) or "0m"
