"""A text of the configuration with one thing in it changed by a form: all else stays as it was
written, remarks included. What comes out is read like any other text before it is a draft."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import InDay
from bot.domain.escalation import EscalationStep
from bot.domain.people import Role
from bot.domain.waits import LegWaits, Waits

_HEADING = re.compile(r"^[ \t]*\[+([^\]]+)\]+", re.MULTILINE)
_KEY = re.compile(r"^\s*([a-z_]+)\s*=")
_REMARK = re.compile(
    r"""^[^=]+=\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]#]*\]|[^#"'\[]*?)(\s*\#.*)?$"""
)
"""What stands behind a value on its line."""


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


def with_waits(body: str, was: Waits, asked: Waits) -> str:
    """The same text with what is asked; of what is as it was nothing is written."""
    for leg, now in asked.legs.items():
        name, before = f"policies.{leg.value}", was.legs[leg]
        own, tables = _of_leg(leg, before, now)
        if own:
            body = _with_table(body, name, own, behind=name)
        for table, values in tables.items():
            body = _with_table(body, f"{name}.{table}", values, behind=name)
    if asked.patterns != was.patterns:
        within = {"notices": str(asked.patterns.notices)}
        within["within_days"] = str(asked.patterns.within.days)
        body = _with_table(body, "patterns", within)
    if asked.two_people != was.two_people:
        two = {"two_people": _truth(asked.two_people)}
        body = _with_table(body, "changes", two)
    return body


def _of_leg(
    leg: Leg, was: LegWaits, now: LegWaits
) -> tuple[dict[str, str], dict[str, dict[str, str] | None]]:
    """The keys of the leg's own table and of those below it; None for a table that goes."""
    own: dict[str, str] = {}
    tables: dict[str, dict[str, str] | None] = {}
    if now.enabled != was.enabled:
        own["enabled"] = _truth(now.enabled)
    if now.answer_within != was.answer_within and now.answer_within:
        own["answer_within"] = f'"{_span(now.answer_within)}"'
    if (quiet := now.quiet) != was.quiet:
        tables["quiet"] = None
        if quiet:
            tables["quiet"] = {"from": f'"{quiet.first:%H:%M}"', "to": f'"{quiet.last:%H:%M}"'}
    if (held := now.holiday) != was.holiday:
        tables["holiday"] = {
            "send": f'"{held.send.value}"', "longer_than": f'"{held.longer_than}d"',
            "at": f'"{held.at:%H:%M}"',
        }  # fmt: skip
    if leg is Leg.SCHOOL and now.in_day != was.in_day:
        tables["in_day"] = _lane(now.in_day)
    return own, tables


def _lane(lane: InDay) -> dict[str, str]:
    return {
        "enabled": _truth(lane.enabled),
        "from": f'"opening{_away(lane.after_opening)}"',
        "until": f'"close{_away(-lane.before_closing)}"',
    }


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _with_table(body: str, name: str, values: dict[str, str] | None, *, behind: str = "") -> str:
    """The text with these values in a table; without it for None, but for the remarks on lines of
    their own. One that is not
    there comes behind the last table of this name and below it, else at the end."""
    blocks = _blocks(body)
    names = [heading for heading, _ in blocks]
    texts = [block for _, block in blocks]
    if name in names:
        at = names.index(name)
        texts[at] = _remarks(texts[at]) if values is None else _with_values(texts[at], values)
        return "".join(texts)
    if values is None:
        return body
    below = [n for n, one in enumerate(names) if behind and f"{one}.".startswith(f"{behind}.")]
    at = below[-1] + 1 if below else len(texts)
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    before, after = "".join(texts[:at]), "".join(texts[at:])
    if after:  # what is remarked of the next table stays with it
        mine = before.splitlines(keepends=True)
        own = len(mine)
        while own and mine[own - 1].lstrip().startswith("#"):
            own -= 1
        if own and not mine[own - 1].strip():
            before, after = "".join(mine[:own]), "".join(mine[own:]) + after
    head = before.rstrip("\n")
    return f"{head}\n\n[{name}]\n{lines}" + (f"\n{after}" if after else "")


def _remarks(block: str) -> str:
    lines = block.splitlines(keepends=True)
    return "".join(line for line in lines if line.lstrip().startswith("#") or not line.strip())


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
    """These keys of a table with other values; one that is not there is put behind the heading, or
    of the text's own keys behind the last."""
    lines, left, last = block.splitlines(keepends=True), dict(values), 0
    headed = bool(lines) and _HEADING.match(lines[0]) is not None
    for number, line in enumerate(lines):
        if match := _KEY.match(line):
            last = number
            if match[1] in left:
                remark = _REMARK.match(line.rstrip())
                behind = remark[1] or "" if remark else ""
                lines[number] = f"{match[1]} = {left.pop(match[1])}{behind}\n"
    at = 0 if headed else last
    if left and lines and not lines[at].endswith("\n"):
        lines[at] += "\n"
    lines.insert(at + 1, "".join(f"{key} = {value}\n" for key, value in left.items()))
    return "".join(lines)


def _step(name: str, step: EscalationStep) -> str:
    after = f'after = "{_span(step.after)}"\n' if step.after else ""
    before = ""
    if step.not_before is not None:
        before = f'not_before = "bell{_away(step.not_before)}"\n'
    return f"[[{name}.steps]]\ntell = {_roles(step.tell)}\n{after}{before}\n"


def _away(span: timedelta) -> str:
    """How far from an edge of the day: `-30m`, `+1h`; nothing for at it."""
    return ("-" if span < timedelta() else "+") + _span(abs(span)) if span else ""


def _roles(roles: Iterable[Role]) -> str:
    return "[" + ", ".join(f'"{role.value}"' for role in roles) + "]"


def _span(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return "".join(f"{n}{unit}" for n, unit in ((minutes, "m"), (seconds, "s")) if n) or "0m"
