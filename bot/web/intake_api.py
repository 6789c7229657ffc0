"""The partners' API (contract: HTTP). Thin: read, ask who it is, call one use case, answer."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.domain.errors import RefusedError
from bot.flow.account import for_sender
from bot.flow.context import Context
from bot.flow.follow_up import update, withdraw
from bot.flow.new_notices import Incoming
from bot.flow.partners import Partner, recognise
from bot.flow.receive import refuse
from bot.flow.reception import Reception
from bot.intake.document import read_json
from bot.intake.follow_up import read_update, read_withdrawal
from bot.web.limits import PartnerRates, TooLargeError, limited_body
from bot.web.openapi import PROBLEM, answers, leads
from bot.web.problems import problem

T = TypeVar("T")
DOOR = "api"
_BEARER = "bearer "
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: answers(says, "Problem", PROBLEM)
    for status, says in {
        400: "not readable",
        401: "no key",
        403: "the key was revoked",
        404: "not there, or another partner's",
        409: "no longer possible",
        413: "larger than 1 MiB",
        422: "refused, each fault by its JSON path",
        429: "too many at once",
        503: "nothing could be stored",
    }.items()
}
_AFTER = ("account", "add_update", "take_back")
_ANSWERED = "$response.body#/reference"


def _taken(says: str) -> dict[str, Any]:
    return leads(answers(says, "Taken"), _ANSWERED, *_AFTER)


def _added(says: str) -> dict[str, Any]:
    return leads(answers(says, "Added"), _ANSWERED, *_AFTER)


def _takes(record: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{record}"}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"requestBody": body, "security": [{"key": []}]}


def intake_router(ctx: Context, reception: Reception, rates: PartnerRates) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["notifications"])

    async def admitted(
        request: Request, act: Callable[[Partner, bytes], Awaitable[Response]]
    ) -> Response:
        """The body limit first, then who it is, then how often."""
        try:
            body = await limited_body(request)
        except TooLargeError:
            return problem(413, "The body is larger than 1 MiB.", headers={"Connection": "close"})
        written = request.headers.get("authorization", "")
        presented = written[len(_BEARER) :].strip() if written.lower().startswith(_BEARER) else ""
        key = await recognise(ctx, presented)
        if key.partner is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            return problem(401, "A partner's key is needed.", headers=challenge)
        if key.revoked:
            return problem(403, "This key was revoked.")
        if request.method == "POST" and (seconds := rates.wait(key.partner.id, ctx.now())):
            return problem(429, "Too many at once.", headers={"Retry-After": str(seconds)})
        return await act(key.partner, body)

    async def understood(partner: Partner, body: bytes, read: Callable[[bytes], T]) -> T:
        """What the body says; of a refusal a receipt stays, without content."""
        try:
            return read(body)
        except RefusedError as refused:
            await refuse(ctx, partner.id, DOOR, body, refused)
            raise

    async def take(partner: Partner, body: bytes) -> Response:
        submission = await understood(partner, body, lambda body: read_json(body, ctx.now()))
        taken = await reception.take(Incoming(partner.id, partner.name, DOOR, body, submission))
        answer: dict[str, Any] = {"reference": taken.reference, "duplicate": taken.duplicate}
        if taken.version > 1 and not taken.duplicate:
            answer["version"] = taken.version
        if taken.ignored:
            answer["ignored"] = list(taken.ignored)
        return JSONResponse(answer, 200 if taken.duplicate else 202)

    @router.post(
        "/notifications",
        operation_id="notify",
        status_code=202,
        openapi_extra=_takes("NotificationRecord"),
        responses={202: _taken("taken in"), 200: _taken("known already"), **REFUSALS},
    )
    async def notify(request: Request) -> Response:
        """Take a notification in. 202 after it is durable; 200 if it was known already."""
        return await admitted(request, take)

    @router.get(
        "/notifications/{reference}",
        operation_id="account",
        openapi_extra={"security": [{"key": []}]},
        responses={200: leads(answers("how it stands", "Account"), _ANSWERED, *_AFTER), **REFUSALS},
    )
    async def account(request: Request, reference: str) -> Response:
        """What became of it: states and times, no names, no content."""

        async def act(partner: Partner, body: bytes) -> Response:  # noqa: ARG001
            return JSONResponse(await for_sender(ctx, partner.id, reference))

        return await admitted(request, act)

    @router.post(
        "/notifications/{reference}/updates",
        operation_id="add_update",
        status_code=202,
        openapi_extra=_takes("UpdateRecord"),
        responses={202: _added("added"), 200: _added("says nothing new"), **REFUSALS},
    )
    async def add_update(request: Request, reference: str) -> Response:
        """Add to it; everyone who was told of the alert is told."""

        async def act(partner: Partner, body: bytes) -> Response:
            follow_up = await understood(partner, body, read_update)
            added = await update(ctx, partner.id, reference, follow_up, body)
            answer = {"reference": added.reference, "version": added.version}
            if added.duplicate:
                return JSONResponse({**answer, "duplicate": True}, 200)
            return JSONResponse(answer, 202)

        return await admitted(request, act)

    @router.post(
        "/notifications/{reference}/withdrawal",
        operation_id="take_back",
        status_code=202,
        openapi_extra=_takes("WithdrawalRecord"),
        responses={
            202: leads(answers("withdrawn", "TakenBack"), _ANSWERED, *_AFTER),
            **REFUSALS,
        },
    )
    async def take_back(request: Request, reference: str) -> Response:
        """Take it back; nothing of it can be opened any more, and everyone told hears so."""

        async def act(partner: Partner, body: bytes) -> Response:
            reason = await understood(partner, body, read_withdrawal)
            taken_back = await withdraw(ctx, partner.id, reference, reason, body)
            return JSONResponse({"reference": taken_back, "state": "withdrawn"}, 202)

        return await admitted(request, act)

    return router
