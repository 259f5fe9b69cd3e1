"""The page as an app: its manifest and its icons (https://www.w3.org/TR/appmanifest/)."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Route

__all__ = ["app_head", "app_routes"]

_SIZES = (192, 512)  # pixels, as browsers ask for to install an app
_STATIC = Path(__file__).parents[1] / "static"
_COLOUR = "#16151a"  # the icon's
_MANIFEST = {
    "name": "MuseGen",
    "description": "A band that plays music nobody has heard before",
    "id": "musegen",
    # Relative to the manifest, so that the page can be served below any path.
    "start_url": "./",
    "scope": "./",
    "display": "standalone",
    "background_color": _COLOUR,
    "theme_color": _COLOUR,
    "icons": [
        {"src": f"icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in _SIZES
    ],
}


def app_head() -> str:
    """HTML for the page's head that makes the page installable."""
    return (
        '<link rel="manifest" href="app.webmanifest">'
        f'<link rel="apple-touch-icon" href="icon-{_SIZES[0]}.png">'
        f'<meta name="theme-color" content="{_COLOUR}">'
    )


def app_routes() -> list[Route]:
    """Routes of the manifest and its icons."""
    manifest = Response(json.dumps(_MANIFEST), media_type="application/manifest+json")
    icons = {f"/icon-{size}.png": (_STATIC / f"icon-{size}.png").read_bytes() for size in _SIZES}
    return [
        Route("/app.webmanifest", manifest),
        *(Route(path, Response(data, media_type="image/png")) for path, data in icons.items()),
    ]
