"""The short form of the rig against every reader, and that it would see a broken promise."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis.errors import HypothesisException

from bot.domain.errors import Fault, RefusedError
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.rigs.doors import doors
from tests.rigs.parsers import FaultError, run, tried
from tests.rigs.provider_of_accounts import readers
from tests.rigs.readers import READERS, Reader

SEED = 20261123
SIGN_IN = next(readers())


@pytest.mark.parametrize("reader", [*READERS, SIGN_IN], ids=lambda reader: reader.name)
def test_what_is_broken_is_read_or_refused(reader: Reader) -> None:
    assert tried(reader, SEED, 60)["examples"] >= 60


@pytest.mark.parametrize("reader", [*READERS, SIGN_IN], ids=lambda reader: reader.name)
def test_what_is_whole_is_read(reader: Reader) -> None:
    for whole in reader.seeds:
        reader.read(whole)


def test_no_door_falls_over(template: Path | Postgres, tmp_path: Path) -> None:
    hostile = [
        b"[" * 3000,
        *(b'{"update_id":%d}' % number for number in (1 << 64, -1 << 64, 1 << 63)),
        b'{"update_id":true}',
        b'{"update_id":1,"message":{"text":"a\\u0000","chat":{"id":"\\ud800\\u0000"}}}',
        b'{"reference":"4\\u0000","status":"delivered","id":"\\ud800"}',
    ]
    with asyncio.Runner() as runner:
        at = fresh_database(template, tmp_path)
        database = runner.run(at.__aenter__())
        with doors(runner, database) as found:
            for door in found:
                assert all(door.read(whole) in (200, 204) for whole in door.seeds)
                assert [door.read(body) for body in hostile]
                assert tried(door, SEED, 60)["examples"] >= 60
        runner.run(at.__aexit__(None, None, None))


def _careless(data: bytes) -> object:
    return json.loads(data)["a"]


def _long_winded(data: bytes) -> object:
    raise RefusedError([Fault("", "two\nlines")])


def _idle(data: bytes) -> object:
    return sum(range(10)) if data else None


SOUND = Reader("sound", _idle, (b"{}",), ())
CARELESS = Reader("careless", _careless, (b'{"a":1}',), (KeyError,))
LONG_WINDED = Reader("long-winded", _long_winded, (b"a",))


def test_it_sees_what_escapes_and_what_is_no_sentence() -> None:
    with pytest.raises(Exception) as escaped:
        tried(CARELESS, SEED, 300)
    assert not isinstance(escaped.value, KeyError | HypothesisException)
    with pytest.raises(FaultError):
        tried(LONG_WINDED, SEED, 10)


def test_a_run_goes_on_behind_a_fault_and_counts_it(capsys: pytest.CaptureFixture[str]) -> None:
    did, faults = run([LONG_WINDED, SOUND], SEED, minutes=0.01)
    assert [fault.partition(":")[0] for fault in faults] == ["long-winded"]
    assert did["examples"] >= 100
    assert "no sentence" in capsys.readouterr().err
