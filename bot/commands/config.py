"""`config`: versions, drafts, restore and export. All of it is what the console does too."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.commands.surroundings import clock, read_bytes, with_context
from bot.domain.errors import Fault, RefusedError
from bot.domain.versions import Said, Version, file_of
from bot.flow import drafts, versions
from bot.flow.console_calendars import draft_of_dates
from bot.flow.take_ladder import take_ladder
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words

_EN = words("en")


def _lines(said: Iterable[Said]) -> list[str]:
    return [in_words(_EN, one) for one in said]


def history(given: argparse.Namespace) -> int:
    listed = with_context(lambda ctx: versions.with_what_changed(ctx, given.kind, given.last))
    if given.json:
        plain = [{**_plain(one), "changed": _lines(said)} for one, said in listed]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    for one, said in listed:
        print(_heading(one))
        for line in _lines(said):
            print(f"  {line}")
    if not listed:
        print("There is no version yet.")
    return 0


def _heading(one: Version) -> str:
    agreed = f", agreed by {one.agreed_by}" if one.agreed_by else ""
    restored = f", restored from {one.restored_from}" if one.restored_from else ""
    reason = f": {one.reason}" if one.reason else ""
    return f"{one.id}  {one.kind}  {clock(one.in_force_from)}  {one.who}{agreed}{restored}{reason}"


def _plain(one: Version) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "version": one.name,
        "author": one.author,
        "in_force_from": one.in_force_from.isoformat(),
        "who": one.who,
        "agreed_by": one.agreed_by,
        "reason": one.reason,
        "made_from": one.made_from,
        "restored_from": one.restored_from,
    }


def show(given: argparse.Namespace) -> int:
    one = with_context(lambda ctx: versions.version(ctx, given.number))
    print(one.body, end="" if one.body.endswith("\n") else "\n")
    return 0


def compare(given: argparse.Namespace) -> int:
    said = with_context(lambda ctx: versions.compared(ctx, given.before, given.now))
    for line in _lines(said or (Said("changed.nothing"),)):
        print(line)
    return 0


def restore(given: argparse.Namespace) -> int:
    draft, version = with_context(
        lambda ctx: drafts.restore(ctx, given.number, reason=given.reason, by=given.by)
    )
    if version is None:
        print(f"Draft {draft}: a second person has to put it in force.")
    else:
        print(f"Version {version} is in force: what version {given.number} said.")
    return 0


def export(given: argparse.Namespace) -> int:
    """The files of CONFIG_DIR as they are in force: a start that reads them takes nothing."""
    folder = Path(given.folder)
    texts = with_context(versions.texts)
    try:
        (folder / "calendars").mkdir(parents=True, exist_ok=True)
        for kind, body in sorted(texts.items()):
            path = folder / file_of(kind)
            path.write_bytes(body.encode())
            print(path)
    except OSError as error:
        fault = Fault(given.folder, f"cannot be written ({error.strerror})")
        raise RefusedError([fault]) from error
    return 0


# --- drafts --------------------------------------------------------------------------------------


def draft(given: argparse.Namespace) -> int:
    data = read_bytes(given.file)
    if Path(given.file).suffix.casefold() in (".ics", ".csv"):
        number = with_context(
            lambda ctx: draft_of_dates(ctx, given.kind, data, reason=given.reason, by=given.by)
        )
        return _drafted(number)
    try:
        body = data.decode()
    except UnicodeDecodeError:
        raise RefusedError([Fault(given.file, "must be UTF-8")]) from None
    number = with_context(
        lambda ctx: drafts.start(ctx, given.kind, body, reason=given.reason, by=given.by)
    )
    return _drafted(number)


def _drafted(number: int) -> int:
    print(f"Draft {number}. encompass config try {number} says what it would do.")
    return 0


def listed(given: argparse.Namespace) -> int:  # noqa: ARG001
    found = with_context(drafts.open_drafts)
    for one in found:
        reason = f": {one.reason}" if one.reason else ""
        print(f"{one.id}  {one.kind}  {clock(one.made_at)}  {one.author}{reason}")
    if not found:
        print("There is no draft.")
    return 0


def tried(given: argparse.Namespace) -> int:
    """0 if it may be put in force as it is, 1 if it would be refused."""
    trial = with_context(lambda ctx: drafts.tried(ctx, given.number))
    print("It changes:")
    for line in _lines(trial.changes or (Said("changed.nothing"),)):
        print(f"  {line}")
    if trial.conflict:
        newest = trial.conflict.newest
        print(f"Meanwhile version {newest.id} by {newest.who} changed:")
        for line in _lines(trial.conflict.theirs):
            print(f"  {line}")
    for finding in sorted(trial.findings, key=lambda finding: not finding.refuses):
        print(f"{'REFUSED' if finding.refuses else 'note'}: {in_words(_EN, finding.said)}")
    for outcome in trial.broken:
        for line in _lines(outcome.failures):
            print(f"BROKEN scenario, {outcome.scenario.name}: {line}")
    if trial.failing:
        print(f"{len(trial.failing)} scenarios do not hold, now as before.")
    held = trial.scenarios - len(trial.broken) - len(trial.failing)
    print(f"{held} of {trial.scenarios} scenarios hold.")
    if trial.needs_second:
        print("A second person has to put it in force.")
    return 1 if trial.refused or trial.conflict else 0


def put(given: argparse.Namespace) -> int:
    version = with_context(
        lambda ctx: drafts.put_in_force(ctx, given.number, given.by, over=given.over)
    )
    print(f"Version {version} is in force, for alerts raised from now on.")
    return 0


def apply_to(given: argparse.Namespace) -> int:
    took = with_context(lambda ctx: take_ladder(ctx, given.reference, given.reason, given.by))
    print(f"{given.reference}: {took} of its alerts took the ladder that is in force now.")
    return 0


def drop(given: argparse.Namespace) -> int:
    with_context(lambda ctx: drafts.drop(ctx, given.number, given.by))
    print(f"Draft {given.number} is dropped.")
    return 0


def scenarios(given: argparse.Namespace) -> int:
    """0 if every kept scenario holds, 1 otherwise."""
    outcomes = with_context(lambda ctx: drafts.run_suite(ctx, given.draft))
    if given.json:
        plain = [
            {"name": o.scenario.name, "passed": o.passed, "failures": _lines(o.failures)}
            for o in outcomes
        ]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        for outcome in outcomes:
            print(f"{'ok  ' if outcome.passed else 'FAIL'}  {outcome.scenario.name}")
            for line in _lines(outcome.failures):
                print(f"      {line}")
        print(f"{sum(o.passed for o in outcomes)} of {len(outcomes)} scenarios hold.")
    return 0 if all(outcome.passed for outcome in outcomes) else 1
