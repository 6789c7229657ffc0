"""The short form of the rig against the partners' API, and that it would see what it looks for."""

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clock import MachineClock
from bot.flow.account import of_reference
from bot.flow.context import Context
from bot.flow.partners import create_key, recognise, revoke_key
from bot.intake.document_records import EXAMPLE
from bot.intake.openapi import openapi_schemas
from bot.web import intake_api
from bot.web.server import WebServer, web_app
from tests.databases import Postgres
from tests.rigs.fuzz import Fuzz, Keys, broken, fuzz, is_a_failure

SEED = 20261123
NONE = {"5xx": 0, "breaks of the document": 0, "ways round the key": 0}


async def test_whatever_a_partner_sends_the_answer_is_the_documents(
    template: Path | Postgres, tmp_path: Path
) -> None:
    run, must_be_none = await fuzz(template, tmp_path, SEED, 200, whole=False)
    assert run.failures == {}
    assert must_be_none == NONE | {"broken promises": 0}
    assert run.did["cases"] >= 200
    assert min(run.did["knocks"], run.did["foreign"], run.did["2xx"], run.did["4xx"]) > 40


async def test_it_sees_every_kind_of_fault(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The revoked come in, everybody reads everything, an answer says too much, and one breaks."""

    async def all_known(ctx: Context, presented: str) -> Any:
        return replace(await recognise(ctx, presented), revoked=False)

    async def for_anyone(ctx: Context, partner: int, reference: str) -> dict[str, Any]:
        return {**await of_reference(ctx, reference), "child": "Synthetic"}

    def breaks(body: bytes) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(intake_api, "recognise", all_known)
    monkeypatch.setattr(intake_api, "for_sender", for_anyone)
    monkeypatch.setattr(intake_api, "read_withdrawal", breaks)
    ctx = Context.on(database, MachineClock())
    _, own = await create_key(ctx, "South Force")
    _, other = await create_key(ctx, "North Force")
    number, revoked = await create_key(ctx, "South Force")
    await revoke_key(ctx, number)
    server = WebServer(web_app(ctx, 100_000), "127.0.0.1", 0)
    await server.start()
    run = Fuzz(server.url, Keys(own, other, revoked), SEED, whole=False)
    await asyncio.to_thread(run.run, 120)
    await server.stop()
    await ctx.store.close()
    seen = {(check, title) for check, _, title in run.failures}
    assert seen >= {
        ("the key", "a revoked key"),
        ("the key", "another partner's"),
        ("not_a_server_error", "Server error"),
        ("response_schema_conformance", "Response violates schema"),
    }
    assert all(broken(run.failures).values())


class AcceptedNegativeData(Exception):  # noqa: N818  known by this name
    """Stands for the failure of that name."""


@pytest.mark.parametrize(
    ("reference", "fails"), [("\u2009 " + "7" * 200, False), ("7" * 201, True), ("7", True)]
)
def test_only_white_space_around_a_text_may_break_the_document_and_be_taken(
    reference: str, fails: bool
) -> None:
    taken = {"application/json": {"schema": {"$ref": "#/components/schemas/NotificationRecord"}}}
    definition = SimpleNamespace(raw={"requestBody": {"content": taken}})
    body = {**EXAMPLE, "source_reference": reference}
    case = SimpleNamespace(body=body, operation=SimpleNamespace(definition=definition))
    document = {"components": {"schemas": openapi_schemas()}}
    assert is_a_failure(AcceptedNegativeData(), case, None, document) is fails
