"""How the server is, for those who run it: ``/health`` for a balancer, ``/metrics`` for a graph."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from musegen.files import CHECKPOINTS
from musegen.model.fingerprint import fingerprint

if TYPE_CHECKING:
    from musegen.server.model_loader import BackgroundModel
    from musegen.server.services import Services

__all__ = ["health_routes"]

_NO_WAIT = 0.01  # seconds that a model which is there takes to say so
_FRESH = {"Cache-Control": "no-store"}


def health_routes(page: gr.Blocks, services: Services) -> list[Route]:
    """Routes of ``/health`` and ``/metrics``.

    ``/health`` answers 200 where a piece can be made, and 503 while the model loads or if it could
    not be loaded: a balancer is to send visitors elsewhere. Nothing there is about a visitor.

    Parameters
    ----------
    page : gr.Blocks
    services : Services
    """
    model = services.model
    start = time.monotonic()

    async def health(request: Request) -> Response:
        status = await _status(model)
        told = {
            "status": status,
            "model": await asyncio.to_thread(fingerprint, CHECKPOINTS),
            "seconds": round(time.monotonic() - start),
            "gradio": gr.__version__,
        }
        return JSONResponse(told, 200 if status == "ok" else 503, _FRESH)

    async def metrics(request: Request) -> Response:
        status = await _status(model)
        lines = [
            *_metric("up_seconds", "gauge", "Seconds since the start.", time.monotonic() - start),
            *_metric("ready", "gauge", "1 where pieces can be made.", int(status == "ok")),
            *_sounds(services),
            *_queues(services),
            *_calls(page),
        ]
        text = "\n".join(lines) + "\n"
        return PlainTextResponse(text, headers=_FRESH, media_type="text/plain; version=0.0.4")

    return [Route("/health", health), Route("/metrics", metrics)]


async def _status(model: BackgroundModel) -> str:
    """``ok``, ``loading`` or ``problem``. What the problem is has paths in it: the log says it."""
    try:
        problem = await asyncio.wait_for(model.settled(), _NO_WAIT)
    except asyncio.TimeoutError:  # before Python 3.11 it is not the built-in one
        return "loading"
    return "problem" if problem else "ok"


def _sounds(services: Services) -> Iterator[str]:
    """How many sounds were to be had without a renderer."""
    sounds = services.sounds
    yield from _metric("sounds_total", "counter", "Sounds that were asked for.", sounds.asked)
    yield from _metric(
        "sounds_rendered_total",
        "counter",
        "Sounds that a renderer played; the others were kept from before.",
        sounds.rendered,
    )


def _queues(services: Services) -> Iterator[str]:
    yield from _metric(
        "waiting",
        "gauge",
        "Requests that wait for the model, and for a renderer.",
        {f'work="{name}"': queue.waiting for name, queue in services.queues.items()},
    )


def _calls(page: gr.Blocks) -> Iterator[str]:
    """What Gradio's queue has counted."""
    queue = page._queue
    yield from _metric(
        "calls_total",
        "counter",
        "Calls of the page's functions and named endpoints.",
        {f'function="{name}"': count for name, count in queue.events_recorded_per_fn.items()},
    )
    last = Counter((call["function"], call["status"]) for call in queue.event_analytics.values())
    yield from _metric(
        "last_calls",
        "gauge",
        f"How the last {queue.ANALYTICS_MAX_EVENTS} calls ended. What is refused, too, is failed.",
        {f'function="{name}",status="{how}"': count for (name, how), count in last.items()},
    )
    running = sum(job is not None for job in queue.active_jobs)
    yield from _metric("running", "gauge", "Calls that are answered, or wait for it.", running)


def _metric(name: str, kind: str, help: str, values: float | dict[str, float]) -> Iterator[str]:
    """Lines of a metric in Prometheus's text format; values by their labels, or one without."""
    yield f"# HELP musegen_{name} {help}"
    yield f"# TYPE musegen_{name} {kind}"
    if not isinstance(values, dict):
        yield f"musegen_{name} {values:g}"
        return
    for labels, value in sorted(values.items()):
        yield f"musegen_{name}{{{labels}}} {value:g}"
