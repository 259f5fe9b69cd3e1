"""Previews of links: title, line and picture, for sites that show them (https://ogp.me)."""

from __future__ import annotations

import asyncio
import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cachetools import LRUCache
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from musegen.errors import MuseGenError
from musegen.recipe import naming
from musegen.recipe.codec import write_recipe
from musegen.recipe.schema import Recipe
from musegen.server.middleware import changing_html
from musegen.server.services import Services
from musegen.sheets import draw_roll
from musegen.web.links import read_link
from musegen.web.sharing.app import app_head

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["LinkPreview", "preview_routes"]

_AT_ONCE = 2  # pictures that are drawn, or wait for a piece
_MAX_PICTURES = 200  # of 20 kB each
_LINE = "A band plays music that nobody has heard before. Press play, change it, take it with you."
# Gradio's own, which name no piece.
_TAGS = re.compile(rb'<meta\s+(?:property="og|name="twitter):[^>]*>')


class LinkPreview:
    """Writes title, line and picture of the piece that a link makes into the page's head.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and change the answer if it is the page."""
        is_page = scope["type"] == "http" and (
            scope["path"].rstrip("/") in ("", scope.get("root_path", "").rstrip("/"))
        )
        if is_page:
            send = changing_html(
                send,
                lambda body: _TAGS.sub(b"", body).replace(b"</head>", _tags(scope) + b"</head>", 1),
            )
        await self._app(scope, receive, send)


def _tags(scope: Scope) -> bytes:
    query = scope["query_string"].decode("latin-1")
    recipe = _recipe(query)
    title = f"{naming.title(recipe)} · MuseGen" if recipe else "MuseGen"
    picture = f"preview.png?{query}" if recipe else "icon-512.png"
    address = _address(scope)
    properties = {
        "og:type": "website",
        "og:site_name": "MuseGen",
        "og:title": title,
        "og:description": _LINE,
        "og:url": f"{address}?{query}" if query else address,
        "og:image": address + picture,
        "twitter:card": "summary_large_image" if recipe else "summary",
    }
    # Gradio adds its own head by a script, which those who make previews do not run.
    return (
        app_head()
        + "".join(
            f'<meta {"name" if name.startswith("twitter") else "property"}="{name}" '
            f'content="{html.escape(value)}">'
            for name, value in properties.items()
        )
    ).encode()


def _address(scope: Scope) -> str:
    """Return the page's address as visitors know it, with a final slash."""
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope.get("scheme", "http")).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "localhost")).split(",")[0].strip()
    return f"{scheme}://{host}{scope.get('root_path', '').rstrip('/')}/"


def _recipe(query: str) -> Recipe | None:
    try:
        return read_link(QueryParams(query), lambda problem: None)
    except MuseGenError:
        return None


def preview_routes(services: Services) -> list[Route]:
    """Route of the picture of a link: ``preview.png`` with the link's query."""
    pictures: LRUCache[str, bytes] = LRUCache(_MAX_PICTURES)
    lock = threading.Lock()
    # Their own threads: while the model loads, pictures wait for it, and other requests must not.
    drawers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="musegen-preview")

    def draw(recipe: Recipe) -> bytes:
        key = write_recipe(recipe)
        with lock:
            made = pictures.get(key)
        if made is None:
            piece = services.make_version(recipe).piece
            details = "  ·  ".join(naming.details(recipe, piece))
            made = draw_roll(piece, naming.title(recipe), details)
            with lock:
                pictures[key] = made
        return made

    async def preview(request: Request) -> Response:
        recipe = _recipe(request.url.query)
        if recipe is None:
            return PlainTextResponse("This link has no piece\n", 404)
        try:
            picture = await asyncio.get_running_loop().run_in_executor(drawers, draw, recipe)
        except MuseGenError as error:
            return PlainTextResponse(f"{error}\n", 503)
        return Response(
            picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"}
        )

    return [Route("/preview.png", preview)]
