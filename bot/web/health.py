"""Health and metrics: states and counts, no personal data."""

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from bot.domain.errors import StoreError
from bot.flow.context import Context
from bot.flow.report import metrics
from bot.flow.watch import health
from bot.web.openapi import answers


def health_router(ctx: Context) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health/live")
    async def live() -> dict[str, bool]:
        """The process answers."""
        return {"live": True}

    @router.get(
        "/health/ready",
        responses={
            200: answers("every promise is kept", "Ready"),
            503: answers("some are not, or the store fails", "Ready"),
        },
    )
    async def ready() -> Response:
        """200 while every promise is kept; 503 names what is broken."""
        try:
            state = await health(ctx)
        except StoreError as error:
            return JSONResponse({"ready": False, "red": [str(error)], "warnings": []}, 503)
        body = {
            "ready": not state.red,
            "red": list(state.red),
            "warnings": list(state.warnings),
        }
        return JSONResponse(body, 503 if state.red else 200)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def scrape() -> Response:
        """Gauges for Prometheus: what waits, and what this process holds (a leak shows here)."""
        registry = CollectorRegistry()
        ProcessCollector("encompass", registry=registry)
        gauges = {**await metrics(ctx), "tasks": len(asyncio.all_tasks())}
        for name, value in gauges.items():
            Gauge(f"encompass_{name}", name.replace("_", " "), registry=registry).set(value)
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return router
