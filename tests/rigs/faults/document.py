"""docs/faults.md, made of the table."""

from itertools import groupby

from tests.meta.tree import ROOT
from tests.rigs.faults.stages import STAGES
from tests.rigs.faults.table import ELSEWHERE, FAULTS, Fault

DOCUMENT = ROOT / "docs" / "faults.md"
_HEAD = """# Faults to survive

Made by `python -m tests.rigs.faults --document` from the table in `tests/rigs/faults/table.py`,
never by hand. Each fault meets each stage of an alert's journey: the journey is brought to just
before the stage, the fault is brought about, the stage happens under it, the fault is lifted.
What was found is in [evidence.md](evidence.md).

"""
_OF_ALL = """## What is expected of every one

Whatever was said to be accepted is there, to the byte, and once. Whoever it is owed to has the
card. Nothing of its content was shown before that was on record, nor stands in an answer or in the
log. Behind the answer that settled it nobody is told of it any more. Every promise holds
(`check_invariants`), and no alarm is left but those named below. The partner hears *accepted*, or
503 and one sentence where it is the database that fails. A stage that does not need what fails
happens in spite of it, while the fault stands.

"""


def document() -> str:
    parts = [_HEAD, "## The stages\n\n| stage | what happens | what it needs |\n|---|---|---|\n"]
    for stage in STAGES:
        needs = ", ".join(sorted(stage.needs))
        parts.append(f"| {stage.name} | {stage.about} | {needs} |\n")
    parts += ["\n", _OF_ALL, "## The faults\n"]
    for row, faults in groupby(FAULTS, lambda fault: fault.row):
        parts.append(f"\n### {row}\n\n")
        parts.append("| fault | how it comes about | and is over | what is expected besides |\n")
        parts.append("|---|---|---|---|\n")
        parts += [_line(fault) for fault in faults]
    parts += ["\n### With rigs of their own\n\n| fault | rig |\n|---|---|\n"]
    parts += [f"| {one.row} | `tests/rigs/{one.rig}.py` |\n" for one in ELSEWHERE]
    return "".join(parts)


def _line(fault: Fault) -> str:
    name = fault.name if len(fault.engines) == 2 else f"{fault.name} ({fault.engines[0]})"
    alarm = "".join(f"; the alarm `{name}` stands for a day" for name in sorted(fault.stands))
    but = "".join(f"; not at *{name}*" for name in sorted(fault.not_at))
    return f"| {name} | {fault.about}{but} | {fault.lifted} | {fault.ending}{alarm} |\n"
