"""The short form of the faults rig, its table, and that it would see what goes wrong."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.delivery import Sent
from bot.domain.errors import StoreError
from bot.flow import open_alert, reception
from bot.flow.receive import Received
from bot.notifiers import telegram
from tests.databases import Postgres
from tests.flow.outbox import put, word
from tests.rigs.__main__ import FORMS
from tests.rigs.faults.document import DOCUMENT, document
from tests.rigs.faults.endings import CLIMBED, LOST, SHOWN, UNTOLD
from tests.rigs.faults.journey import Journey
from tests.rigs.faults.run import Cell
from tests.rigs.faults.stages import STAGES, Stage
from tests.rigs.faults.table import ELSEWHERE, FAULTS, ROWS, Fault, cells

SEED = "20261123"
_FEW = 4
_ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


async def test_what_is_accepted_is_kept_and_told_whatever_fails(
    template: Path | Postgres, engine: str, tmp_path: Path
) -> None:
    drawn = random.Random(f"{SEED} {engine}").sample(_of_the_suite(engine), _FEW)
    for number, (fault, stage) in enumerate(drawn):
        cell = Cell(fault, stage, SEED)
        await cell.run(template, tmp_path / str(number))
        assert cell.ending.said == [], str(cell)


def _of_the_suite(engine: str) -> list[tuple[Fault, Stage]]:
    """Without those that need servers of their own, of which the suite has one further down."""
    return [(fault, stage) for fault, stage in cells(engine) if not fault.own_server]


# --- the table -----------------------------------------------------------------------------------


def test_every_fault_of_the_list_is_in_the_table() -> None:
    assert {one.row for one in FAULTS} | {one.row for one in ELSEWHERE} == set(ROWS)
    modules = {form.module for form in FORMS}
    assert {f"tests.rigs.{one.rig}" for one in ELSEWHERE} <= modules


def test_every_fault_meets_every_stage_but_those_it_says() -> None:
    met = {(fault.name, stage.name) for engine in ("sqlite", "postgres")
           for fault, stage in cells(engine)}  # fmt: skip
    for fault in FAULTS:
        for stage in STAGES:
            assert ((fault.name, stage.name) in met) is (stage.name not in fault.not_at)


def test_the_document_is_made_of_the_table() -> None:
    assert DOCUMENT.read_text() == document()


# --- what it would see ---------------------------------------------------------------------------


async def _seen(template: Path | Postgres, folder: Path, fault: str, stage: str) -> Cell:
    [(what, when)] = [(f, s) for f in FAULTS for s in STAGES if (f.name, s.name) == (fault, stage)]
    cell = Cell(what, when, SEED)
    await cell.run(template, folder)
    return cell


@_ON_SQLITE
async def test_a_notice_that_is_said_to_be_accepted_before_the_commit_is_seen_to_be_lost(
    template: Path | Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[..., Any] = vars(reception)["receive"]

    async def hasty(*given: Any) -> list[Received]:
        try:
            return list(await whole(*given))
        except StoreError:
            return [Received("ENC-00000000", 1, False)]

    monkeypatch.setattr(reception, "receive", hasty)
    cell = await _seen(template, tmp_path, "for long", "accepted")
    assert cell.ending.counts[LOST] == 1


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_standby_that_lags_behind_is_seen_to_lose_what_was_accepted(
    template: Path | Postgres, tmp_path: Path
) -> None:
    async def lags(journey: Journey) -> None:
        assert journey.servers is not None
        await journey.servers.follow(synchronous=False)
        assert journey.servers.standby is not None
        journey.servers.standby.stop()

    [fault] = [fault for fault in FAULTS if fault.name == "promoted"]
    [stage] = [stage for stage in STAGES if stage.name == "corrected"]
    cell = Cell(replace(fault, beforehand=lags), stage, SEED)
    await cell.run(template, tmp_path)
    assert cell.ending.counts[LOST] >= 1


@_ON_SQLITE
async def test_a_card_that_is_given_up_at_a_429_is_seen_to_be_missing(
    template: Path | Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "classify", lambda error, now: Sent("1"))
    cell = await _seen(template, tmp_path, "all chats", "sent")
    assert cell.ending.counts[UNTOLD] == 1


@_ON_SQLITE
async def test_a_view_that_is_shown_before_it_is_on_record_is_seen(
    template: Path | Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[..., Any] = vars(open_alert)["disclose"]

    async def later(tx: Any, now: Any, *given: Any) -> int:
        number: int = await whole(tx, now + timedelta(minutes=1), *given)
        return number

    monkeypatch.setattr(open_alert, "disclose", later)
    cell = await _seen(template, tmp_path, "replayed", "opened")
    assert cell.ending.counts[SHOWN] >= 1


@_ON_SQLITE
async def test_a_step_behind_the_answer_is_seen(
    template: Path | Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Journey.comes_to_its_end

    async def and_somebody_is_told(journey: Journey) -> None:
        owen = journey.world.phone("Owen").sandbox
        told = word(journey.world, owen, f"{journey.reference}: please open this")
        in_an_hour = journey.world.clock.now() + timedelta(hours=1)
        await put(journey.world, [told | {"due_at": in_an_hour}])
        await waits(journey)

    monkeypatch.setattr(Journey, "comes_to_its_end", and_somebody_is_told)
    cell = await _seen(template, tmp_path, "too old", "acknowledged")
    assert cell.ending.counts[CLIMBED] == 1
