"""What the page needs to play by itself: FluidSynth as WebAssembly, and how to set it.

``scripts/fetch_synthesizer.py`` fetches the files. Without them the page plays what the server
renders.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["log_if_missing", "synthesizer_head", "synthesizer_routes"]

_FILES = {path.name: path.read_bytes() for path in (Path(__file__).parent / "vendor").glob("*.js")}
_DIGEST = hashlib.sha256(repr(sorted(_FILES.items())).encode()).hexdigest()[:16]
_SCRIPTS = {"library": "libfluidsynth.js", "synthesizer": "js-synthesizer.js"}
_CACHE_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def synthesizer_routes() -> list[Route]:
    """Routes that serve the synthesizer; they must stand before Gradio's own."""
    return [Route("/vendor/{digest}/{name}", _serve)]


def synthesizer_head() -> str:
    """HTML for the page's head: what the page's scripts have to know, as JSON.

    ``engine`` has the addresses of the scripts, relative to the page, or is null without them.
    """
    addresses = {key: f"vendor/{_DIGEST}/{name}" for key, name in _SCRIPTS.items()}
    text = json.dumps({"engine": addresses if _is_complete() else None})
    text = text.replace("<", "\\u003c")  # could end the element
    return f'<script type="application/json" id="mg-synthesizer">{text}</script>'


def log_if_missing() -> None:
    """Say in one line of the log how the page's sound gets faster, if files are missing."""
    if not _is_complete():
        logging.getLogger(__name__).info(
            "the server renders all sound; for sound that starts at once and follows every change, "
            "run python scripts/fetch_synthesizer.py and start again"
        )


def _is_complete() -> bool:
    return all(name in _FILES for name in _SCRIPTS.values())


async def _serve(request: Request) -> Response:
    content = _FILES.get(request.path_params["name"])
    if content is None or request.path_params["digest"] != _DIGEST:
        return PlainTextResponse("Not Found", 404)
    return Response(content, media_type="text/javascript", headers=_CACHE_FOREVER)
