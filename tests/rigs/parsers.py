"""Every reader of bytes from outside, under damaged ones: `python -m tests.rigs.parsers`.

Each is given what it takes, broken by `tests.rigs.damage`. It returns what it read, or refuses in
its own way; anything else that comes out of it is a fault, and so is a refusal that is not a
sentence of one line, or a time that no sender waits.
"""

import argparse
import asyncio
import itertools
import logging
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.domain.errors import EncompassError, RefusedError
from tests.conftest import fresh_database
from tests.databases import template_of
from tests.rigs.damage import damaged
from tests.rigs.doors import doors
from tests.rigs.evidence import closes
from tests.rigs.provider_of_accounts import readers
from tests.rigs.readers import READERS, Reader

_AT_ONCE = 100
_LONGEST_SENTENCE = 500
_LONGEST = 5.0
"""Seconds for what is at most 64 KiB."""
_MOST_MEMORY = 4 << 30


class FaultError(AssertionError):
    """A reader broke its promise."""


def reads_or_refuses(reader: Reader, data: bytes) -> None:
    """Its promise, kept for these bytes; FaultError, or whatever came out of it."""
    try:
        reader.read(data)
    except reader.refuses as refused:
        says = [str(refused)]
        if isinstance(refused, RefusedError):
            says = [str(fault) for fault in refused.faults]
        if isinstance(refused, EncompassError) and not all(map(_is_one_sentence, says)):
            raise FaultError(f"no sentence: {says}") from refused


def _is_one_sentence(says: str) -> bool:
    return bool(says.strip()) and len(says) < _LONGEST_SENTENCE and len(says.splitlines()) == 1


def tried(reader: Reader, of_seed: int, examples: int) -> Counter[str]:
    """So many examples; raises what broke the promise, on the smallest bytes found to do it."""
    did = Counter[str]()

    @seed(of_seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(reader.seeds))
    def try_one(data: bytes) -> None:
        began = time.process_time()
        reads_or_refuses(reader, data)
        did["examples"] += 1
        took = time.process_time() - began
        did["slowest ms"] = max(did["slowest ms"], round(took * 1000))

    try_one()
    return did


def run(readers: Iterable[Reader], of_seed: int, minutes: float) -> tuple[Counter[str], list[str]]:
    """All of them in turn until the time is over: what was done, and each reader's fault."""
    did, sound = Counter(examples=0), list(readers)
    faults: list[str] = []
    did["readers"] = len(sound)
    ends = time.monotonic() + minutes * 60
    for turn in itertools.count():
        for reader in list(sound):
            if time.monotonic() >= ends or not sound:
                return did, faults
            try:
                found = tried(reader, of_seed * 10_000 + turn, _AT_ONCE)
            except Exception as error:
                faults.append(f"{reader.name}: {type(error).__name__}: {error}")
                sys.stderr.write(f"{faults[-1]}\n{getattr(error, '__notes__', '')}\n")
                sound.remove(reader)
                continue
            did["examples"] += found["examples"]
            did["slowest ms"] = max(did["slowest ms"], found["slowest ms"])
    return did, faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.parsers", description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--record", action="store_true", help="keep the line in docs/evidence.jsonl"
    )
    asked = parser.parse_args()
    logging.disable()  # every refusal of a library would stand in it
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    with (
        template_of(asked.engine) as template,
        tempfile.TemporaryDirectory(prefix="encompass-parsers-") as folder,
        asyncio.Runner() as runner,
    ):
        stack = fresh_database(template, Path(folder))
        database = runner.run(stack.__aenter__())
        with doors(runner, database) as of_doors:
            did, faults = run((*READERS, *readers(), *of_doors), asked.seed, asked.minutes)
        runner.run(stack.__aexit__(None, None, None))
    slow = int(did["slowest ms"] > _LONGEST * 1000)
    broken = {"faults": len(faults), "too slow": slow}
    line = closes(
        "parsers",
        asked.engine,
        asked.seed,
        {"minutes": asked.minutes, **did},
        broken,
        record=asked.record,
    )
    return 0 if line.held else 1


if __name__ == "__main__":
    sys.exit(main())
