"""The partners' API under generated requests: `python -m tests.rigs.fuzz --cases 5000`.

schemathesis reads the document that the real service publishes, draws requests that keep it and
requests that break it, follows the links from answer to call, and holds every answer against the
document, with every check it has. Behind each answer the same request is sent again with no key,
a wrong one, a revoked one or another partner's: none may learn or change anything. In the end every
promise is held against the database.
"""

import asyncio
import gc
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from benchmarks.rig import prepare, without_nurses
from bot.clock import MachineClock
from bot.flow.context import Context
from bot.flow.partners import create_key, revoke_key
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from bot.store.unit_of_work import Store
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port
from tests.rigs.load import broken_promises
from tests.rigs.long_form import long_form
from tests.rigs.mortal import Life, alive

DOCUMENT = "/api/v1/openapi.json"
_NOTIFICATIONS = "/api/v1/notifications"
_SCHOOLS = 3
_IN_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory. What a disk does is another rig's question; here every answer
would wait for it."""
_CASES_AN_EXAMPLE = 12
"""What one example more of each phase comes to in cases, roughly."""
_EXAMPLES = 30
"""No more of them in a round: most of the time goes into drawing a body from nothing, and a way
along the links is a third of its cost."""
_LIFETIME = timedelta(days=300)
"""Drawn instants and days lie in these last days, in which a pupil may have been born as well."""

_BEYOND_A_SCHEMA = frozenset(
    {
        # What depends on today, or on another field.
        "must not lie before the year 2000",
        "must not lie more than 5 minutes ahead of now",
        "must not lie after today",
        "must be a date and a time that exist",  # the leap second that RFC 3339 allows
        "must be that of a child, at most 25 years before",
        # Texts of signs that nobody sees: the classes of Unicode are no JSON Schema.
        "must not be empty",
        "must have a given_name or a family_name",
        # To JSON Schema a whole number and a decimal one are the same thing, of any length.
        "must be a number of at most 18 digits",
        "must be nested at most 32 levels deep",
    }
)
"""What a document in JSON Schema cannot say: a request that keeps the document may be refused with
these sentences and with no other."""


@dataclass
class Keys:
    """Who knocks: a partner, another one, and one that is a partner no more."""

    own: str
    other: str
    revoked: str


@dataclass
class Fuzz:
    """One run against a service at `url`."""

    url: str
    keys: Keys
    seed: int
    whole: bool = True
    """The first round has the phase that goes through everything the document says, one by one: in
    a further one it would say the same again."""
    did: Counter[str] = field(default_factory=lambda: Counter(cases=0, knocks=0, foreign=0))
    failures: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """A check, the call, the fault's name; with the first request that showed it."""

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._http = requests.Session()

    def run(self, cases: int) -> None:
        """Rounds of drawn requests until there were so many."""
        document = requests.get(self.url + DOCUMENT, timeout=30).json()
        _close(document)
        gc.collect()
        gc.freeze()  # drawing leaves much behind, and nothing of what was imported
        for of_round in range(cases):
            if self.did["cases"] >= cases:
                break
            self._round(document, self.seed * 1000 + of_round, cases)
            self.whole = False
        self._http.close()

    def _round(self, document: dict[str, Any], seed: int, cases: int) -> None:
        left = cases - self.did["cases"]
        schema = schemathesis.openapi.from_dict(
            json.loads(json.dumps(document)),
            config=self._config(seed, min(max(2, left // _CASES_AN_EXAMPLE), _EXAMPLES), left),
        )

        @schema.hook
        def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
            return is_a_failure(failure, case, response, document)

        @schema.hook
        def after_call(context: Any, case: Any, response: Any) -> None:
            self._knock(case, response)

        stream = from_schema(schema).execute()
        for event in stream:
            match event:
                case events.ScenarioFinished():
                    self._count(event)
                case events.NonFatalError():
                    self._failed("the rig", event.label, event.info.title, str(event.value))
                case events.FatalError():
                    raise event.exception
            if self.did["cases"] >= cases:
                stream.stop()

    def _config(self, seed: int, examples: int, left: int) -> SchemathesisConfig:
        """Every check; ways along the links until nothing is left to do; numbers that come back, so
        that there are new versions, and codes of schools that there are, so that somebody is
        told."""
        return SchemathesisConfig.from_dict(
            {
                "seed": seed,
                "base-url": self.url,
                "headers": {"Authorization": f"Bearer {self.keys.own}"},
                "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
                "phases": {
                    "coverage": {"enabled": self.whole},
                    "stateful": {"generation": {"max-examples": left}},
                },
                "dictionaries": {name: {"values": known} for name, known in _KNOWN.items()},
                "parameters": {
                    "body.source_reference": {"dictionary": "numbers", "probability": 0.3},
                    "body.children[*].school.code": {"dictionary": "codes", "probability": 0.3},
                },
            }
        )

    def _count(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        self.did["cases"] += len(recorder.cases)
        for case, interaction in recorder.interactions.items():
            if interaction.response is not None:
                self.did[f"{interaction.response.status_code // 100}xx"] += 1
            for check in recorder.checks.get(case, ()):
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    says = f"{failure.message}\n{check.failure_info.code_sample}"
                    self._failed(check.name, str(failure.operation), failure.title, says)

    def _failed(self, check: str, call: str, title: str, says: str) -> None:
        self.failures.setdefault((check, call, title), says)

    # --- who has no key ---------------------------------------------------------------------------

    def _knock(self, case: Any, response: Any) -> None:
        """The same request once more from somebody whose it is not."""
        sent = response.request
        path = sent.path_url.partition("?")[0]
        own = sent.headers.get("Authorization") == f"Bearer {self.keys.own}"
        if not (path.startswith(_NOTIFICATIONS) and own) or response.status_code == 405:
            return
        name, keys, allowed = self._lot.choice(_KNOCKS)
        knocking = sent.copy()
        knocking.headers.pop("Authorization")
        if (written := keys(self.keys)) is not None:
            knocking.headers["Authorization"] = written
        answer = self._http.send(knocking, timeout=30, allow_redirects=False)
        self.did["knocks"] += 1
        learnt = set(answer.json()) - {"type", "title", "status"}
        if answer.status_code != allowed or learnt:
            says = f"{sent.method} {path}: {answer.status_code} {answer.text[:300]}"
            self._failed("the key", case.operation.label, name, says)
        if response.status_code in (200, 202):
            self._as_another(case, sent, response.json()["reference"])

    def _as_another(self, case: Any, sent: Any, reference: str) -> None:
        """To another partner, what was just found or made is as absent as what never was."""
        foreign = sent.copy()
        if sent.path_url == _NOTIFICATIONS:
            foreign = requests.Request("GET", f"{self.url}{_NOTIFICATIONS}/{reference}").prepare()
        foreign.headers["Authorization"] = f"Bearer {self.keys.other}"
        answer = self._http.send(foreign, timeout=30, allow_redirects=False)
        self.did["foreign"] += 1
        if (answer.status_code, answer.content) != _ABSENT:
            says = f"{reference}: {answer.status_code} {answer.text[:300]}"
            self._failed("the key", case.operation.label, "another partner's", says)


_ABSENT = (
    404,
    b'{"type":"about:blank","title":"There is no notification of this reference.","status":404}',
)
_KNOCKS: list[tuple[str, Any, int]] = [
    ("no key", lambda _: None, 401),
    ("an empty key", lambda _: "Bearer ", 401),
    ("a wrong key", lambda keys: f"Bearer {keys.own[:-1]}", 401),
    ("another scheme", lambda keys: f"Basic {keys.own}", 401),
    ("the key without its scheme", lambda keys: keys.own, 401),
    ("a revoked key", lambda keys: f"Bearer {keys.revoked}", 403),
]


def is_a_failure(failure: Any, case: Any, response: Any, document: dict[str, Any]) -> bool:
    """Not one: what keeps the document, and is refused for what no document can say; and what
    breaks it by white space around a text alone, which counts for nothing and for no length."""
    match type(failure).__name__:
        case "RejectedPositiveData" if response.status_code == 422:
            details = {fault["detail"] for fault in response.json()["errors"]}
            return not details <= _BEYOND_A_SCHEMA
        case "AcceptedNegativeData" if (stripped := _stripped(case.body)) != case.body:
            [taken] = case.operation.definition.raw["requestBody"]["content"].values()
            schema = {**taken["schema"], "components": document["components"]}
            return not jsonschema_rs.is_valid(schema, stripped)
    return True


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_stripped(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def _close(document: dict[str, Any]) -> None:
    """Answers may hold what the document names and nothing else: to partners it stays open for more
    to come, here a field that nobody described is a fault."""
    schemas = document["components"]["schemas"]
    waiting: list[Any] = [
        content.get("schema", {})
        for item in document["paths"].values()
        for operation in item.values()
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
    ]
    closed: set[int] = set()
    while waiting:
        schema = waiting.pop()
        if id(schema) in closed:
            continue
        closed.add(id(schema))
        if "$ref" in schema:
            waiting.append(schemas[schema["$ref"].rpartition("/")[2]])
        waiting += [*schema.get("properties", {}).values(), schema.get("items", {})]
        if schema.get("properties"):
            schema["additionalProperties"] = False


_KNOWN = {
    "numbers": [f"26004{number:05d}" for number in range(20)],
    "codes": [f"{9_000_000 + number:07d}" for number in range(_SCHOOLS)],
}


def _drawn_instants() -> None:
    """Most dates and times that keep their format lie ahead of now or before anybody was born."""
    now = datetime.now(UTC)
    naive = now.replace(tzinfo=None)
    instants = st.datetimes(naive - _LIFETIME, naive, timezones=st.just(UTC))
    schemathesis.openapi.format("date-time", instants.map(datetime.isoformat))
    days = st.dates(now.date() - _LIFETIME, now.date())
    schemathesis.openapi.format("date", days.map(lambda day: day.isoformat()))


async def _keys(database: str, key: str) -> Keys:
    ctx = Context(Store(database), MachineClock(), "preparing")
    try:
        _, other = await create_key(ctx, "North Force")
        number, revoked = await create_key(ctx, "Bench Force")
        await revoke_key(ctx, number)
        return Keys(key, other, revoked)
    finally:
        await ctx.store.close()


async def fuzz(
    template: Path | Postgres, folder: Path, seed: int, cases: int, *, whole: bool = True
) -> tuple[Fuzz, dict[str, int]]:
    """One run on a fresh database, and what must be 0."""
    _drawn_instants()
    config = without_nurses(folder)
    async with (
        fresh_database(template, folder / "database") as database,
        Sandbox(MachineClock(), limits=UNLIMITED) as sandbox,
    ):
        keys = await _keys(database, await prepare(database, config, _SCHOOLS, 1))
        life = Life(
            database, str(config), sandbox.token, sandbox.url, free_port(), partner_rate=100_000
        )
        async with alive(life) as url:
            run = Fuzz(url, keys, seed, whole)
            await asyncio.to_thread(run.run, cases)
        return run, broken(run.failures) | {"broken promises": await broken_promises(database)}


def broken(failures: Iterable[tuple[str, str, str]]) -> dict[str, int]:
    """Faults that differ, by what they break."""
    kinds = {"not_a_server_error": "5xx", "the key": "ways round the key", "ignored_auth":
             "ways round the key"}  # fmt: skip
    found = Counter(kinds.get(check, "breaks of the document") for check, _, _ in failures)
    return {name: found[name] for name in ("5xx", "breaks of the document", "ways round the key")}


async def _said(
    template: Path | Postgres, folder: Path, seed: int, cases: int
) -> tuple[dict[str, int], dict[str, int]]:
    run, must_be_none = await fuzz(template, folder, seed, cases)
    for failure, says in run.failures.items():
        sys.stderr.write(f"{' · '.join(failure)}\n{says}\n\n")
    return dict(run.did), must_be_none


def main() -> int:
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    return long_form("fuzz", __doc__, "cases", 5000, _said, place=place)


if __name__ == "__main__":
    sys.exit(main())
