"""What the page needs to play by itself: FluidSynth as WebAssembly, its settings, its soundfonts.

``scripts/fetch_synthesizer.py`` fetches FluidSynth. Without it the page plays what the server
renders.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from musegen.audio import MASTERING, SYNTH_SETTINGS
from musegen.errors import AudioError
from musegen.server.caches.soundfonts import SoundfontCache

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["log_if_missing", "synthesizer_head", "synthesizer_routes"]

_FILES = {path.name: path.read_bytes() for path in (Path(__file__).parent / "vendor").glob("*.js")}
_DIGEST = hashlib.sha256(repr(sorted(_FILES.items())).encode()).hexdigest()[:16]
_LIBRARY = "libfluidsynth.js"
_CACHE_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NO_STORE = {"Cache-Control": "no-store"}
_NO_HEADERS: Mapping[str, str] = {}
_BANKS = (0, 128)


def synthesizer_routes(soundfonts: SoundfontCache) -> list[Route]:
    """Routes that serve the synthesizer and instruments; they must stand before Gradio's own."""

    async def soundfont(request: Request) -> Response:
        digest, bank, program = (
            request.path_params[name] for name in ("digest", "bank", "program")
        )
        if bank not in _BANKS or program > 127:
            return _refuse(404, "there is no such instrument")
        try:
            content = await asyncio.wrap_future(soundfonts.get(digest, bank, program))
        except KeyError:
            return _refuse(404, "the soundfonts have changed here: reload the page")
        except AudioError as error:
            return _refuse(422, str(error))
        # The digest names the soundfont and the way of cutting, so the address is the content's.
        return _answer(request, content, "application/octet-stream")

    return [
        Route("/vendor/{digest}/{name}", _library),
        Route("/soundfont/{digest}/{bank:int}-{program:int}.sf3", soundfont),
    ]


def synthesizer_head(soundfonts: SoundfontCache) -> str:
    """HTML for the page's head: what the page's scripts have to know, as JSON.

    ``engine.library`` is the address of FluidSynth, relative to the page; without it, ``engine`` is
    null. ``soundfonts`` has the digests of the soundfonts, by name, for the addresses of their
    instruments: ``soundfont/DIGEST/BANK-PROGRAM.sf3``, with bank 128 for drums. ``settings`` are
    FluidSynth's, and ``loudness`` is `musegen.audio.Mastering`.
    """
    config = {
        "engine": {"library": f"vendor/{_DIGEST}/{_LIBRARY}"} if _LIBRARY in _FILES else None,
        "soundfonts": soundfonts.digests(),
        "settings": dict(SYNTH_SETTINGS),
        "loudness": asdict(MASTERING),
    }
    text = json.dumps(config).replace("<", "\\u003c")  # could end the element
    return f'<script type="application/json" id="mg-synthesizer">{text}</script>'


def log_if_missing() -> None:
    """Say in one line of the log how the page's sound gets faster, if FluidSynth is missing."""
    if _LIBRARY not in _FILES:
        logging.getLogger(__name__).info(
            "the server renders all sound; for sound that starts at once and follows every change, "
            "run python scripts/fetch_synthesizer.py and start again"
        )


async def _library(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES or request.path_params["digest"] != _DIGEST:
        return PlainTextResponse("Not Found", 404)
    headers = {"Vary": "Accept-Encoding"}
    content = _FILES[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = await asyncio.to_thread(_compress, name)
    return _answer(request, content, "text/javascript", headers)


@cache
def _compress(name: str) -> bytes:
    # Gradio would compress these megabytes for each visitor, and answer nobody meanwhile.
    return gzip.compress(_FILES[name], 6)


def _answer(
    request: Request, content: bytes, media_type: str, more: Mapping[str, str] = _NO_HEADERS
) -> Response:
    """Answer with content that its address identifies."""
    tag = f'"{hashlib.sha256(request.url.path.encode()).hexdigest()[:16]}"'
    headers = {**_CACHE_FOREVER, **more, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _refuse(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status, _NO_STORE)
