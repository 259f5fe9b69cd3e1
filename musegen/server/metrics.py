"""State of the server: ``/health`` for a load balancer, ``/metrics`` for Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from musegen.files import CHECKPOINTS
from musegen.model.fingerprint import fingerprint
from musegen.server.gradio_adapter import GRADIO_VERSION, CallCounts

if TYPE_CHECKING:
    from musegen.server.services import Services

__all__ = ["health_routes"]

_HEADERS = {"Cache-Control": "no-store"}


def health_routes(services: Services, count_calls: Callable[[], CallCounts]) -> list[Route]:
    """Return the routes of ``/health`` and ``/metrics``.

    ``/health`` answers 200 if pieces can be made. It answers 503 while the model loads, or if it
    could not be loaded, so that a load balancer sends visitors elsewhere. Neither answer says
    anything about a visitor, nor why the model could not be loaded: that is in the log.

    Parameters
    ----------
    services : Services
    count_calls : callable
        Returns the calls of the page's functions, as Gradio counts them.
    """
    start = time.monotonic()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_ServerCollector(services, count_calls, start))

    async def health(request: Request) -> Response:
        status = services.model.status
        content = {
            "status": status,
            "model": await asyncio.to_thread(fingerprint, CHECKPOINTS),
            "seconds": round(time.monotonic() - start),
            "gradio": GRADIO_VERSION,
        }
        return JSONResponse(content, 200 if status == "ok" else 503, _HEADERS)

    async def metrics(request: Request) -> Response:
        text = generate_latest(registry)
        return Response(text, headers={**_HEADERS, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return [Route("/health", health), Route("/metrics", metrics)]


class _ServerCollector(Collector):
    """Reads the metrics when Prometheus asks for them."""

    def __init__(
        self, services: Services, count_calls: Callable[[], CallCounts], start: float
    ) -> None:
        self._services = services
        self._count_calls = count_calls
        self._start = start

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; the library calls this."""
        services = self._services
        up = time.monotonic() - self._start
        yield GaugeMetricFamily("musegen_up_seconds", "Seconds since the start.", up)
        ready = int(services.model.status == "ok")
        yield GaugeMetricFamily("musegen_ready", "1 if pieces can be made.", ready)
        yield CounterMetricFamily(
            "musegen_sounds", "Sounds that were asked for.", services.sounds.requested
        )
        yield CounterMetricFamily(
            "musegen_sounds_rendered",
            "Sounds that a renderer played; the others were in the cache.",
            services.sounds.rendered,
        )
        waiting = GaugeMetricFamily(
            "musegen_waiting",
            "Requests that wait for the model, and for a renderer.",
            labels=["work"],
        )
        for work, queue in services.queues.items():
            waiting.add_metric([work], queue.waiting)
        yield waiting
        yield from _call_metrics(self._count_calls())


def _call_metrics(counts: CallCounts) -> Iterator[Metric]:
    total = CounterMetricFamily(
        "musegen_calls",
        "Calls of the page's functions and named endpoints.",
        labels=["function"],
    )
    for name, count in counts.total.items():
        total.add_metric([name], count)
    yield total
    recent = GaugeMetricFamily(
        "musegen_last_calls",
        f"How the last {counts.recent_limit} calls ended. Refused calls count as failed.",
        labels=["function", "status"],
    )
    for labels, count in counts.recent.items():
        recent.add_metric(labels, count)
    yield recent
    yield GaugeMetricFamily("musegen_running", "Calls that are being answered.", counts.running)
