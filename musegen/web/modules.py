"""Serves the page's ES modules and dictionaries, and loads modules where a component needs them.

The browser loads the files as they are. The first folder of their addresses is a digest of all of
them, so that browsers may keep them for good and still never run a script of another version.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from musegen.web.assets import asset

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["load_module", "module_routes", "page_head"]

_ROOT = Path(__file__).parent
_MODULES = {
    path.relative_to(_ROOT).as_posix(): path.read_bytes()
    for folder, ending in (("components", "js"), ("static", "js"), ("languages", "json"))
    for path in sorted((_ROOT / folder).rglob(f"*.{ending}"))
}
_DIGEST = hashlib.sha256(repr(sorted(_MODULES.items())).encode()).hexdigest()[:16]
_IMPORT = re.compile(rb'^(?:import|export) .*?from "(\..*?)";$', re.MULTILINE | re.DOTALL)
_SYNTHESIZER = "components/player/page_synthesizer.js"
_PLAYER = "components/player/page_player.js"
_DRAWN = "components/player/player.js"
_TRANSLATOR = "static/translate_page.js"
_CACHE_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def module_routes() -> list[Route]:
    """Routes that serve the modules; they must stand before Gradio's own."""
    return [Route("/modules/{digest}/{name:path}", _serve)]


def load_module(name: str, events: Sequence[str] = ()) -> str:
    """JavaScript for `gr.HTML`'s ``js_on_load``: imports a module and calls its ``start``.

    Parameters
    ----------
    name : str
        Path of the module below ``musegen/web``, such as ``components/map/map.js``.
    events : sequence of str
        Names of the events that the module triggers. Gradio offers no listener for others.

    Raises
    ------
    KeyError
        If there is no such module.
    """
    # Relative to the page's base address, as Gradio's own scripts are: so it works under a path.
    address = f"new URL({json.dumps(_address(name))}, document.baseURI)"
    start = "(module) => module.start({ element, props, watch, trigger })"
    return f"import({address}).then({start}); // triggers {json.dumps(list(events))}"


def page_head() -> str:
    """HTML for the page's head; among it, what loads the player while Gradio builds the page."""
    # Browsers fetch a few at a time: first what starts the synthesizer, then what plays, and after
    # the engine and its instruments what draws the player.
    playing = _with_imports(_SYNTHESIZER, _PLAYER)
    links = "".join(f'<link rel="modulepreload" href="{_address(name)}">' for name in playing)
    links += "".join(
        f'<link rel="modulepreload" href="{_address(name)}" fetchpriority="low">'
        for name in _with_imports(_DRAWN)
        if name not in playing
    )
    languages = {Path(name).stem: _address(name) for name in _MODULES if name.endswith(".json")}
    links += f'<script type="application/json" id="mg-languages">{json.dumps(languages)}</script>'
    # These wait neither for Gradio's scripts nor for each other.
    early = (_TRANSLATOR, _SYNTHESIZER, _PLAYER)
    starts = "".join(
        f'<script type="module" async src="{_address(name)}"></script>' for name in early
    )
    style = f"<style>{asset('static/first_button.css')}</style>"
    return asset("static/head.html") + style + links + starts


def _with_imports(*names: str) -> list[str]:
    """Return modules with all that they import, each once, those of the first name first."""
    found: dict[str, None] = {}
    waiting = list(reversed(names))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        folder = posixpath.dirname(name)
        imports = [match.decode() for match in _IMPORT.findall(_MODULES[name])]
        waiting += [posixpath.normpath(posixpath.join(folder, path)) for path in reversed(imports)]
    return list(found)


def _address(name: str) -> str:
    if name not in _MODULES:
        raise KeyError(f"there is no module {name} in {_ROOT}")
    return f"modules/{_DIGEST}/{name}"


async def _serve(request: Request) -> Response:
    content = _MODULES.get(request.path_params["name"])
    if content is None or request.path_params["digest"] != _DIGEST:
        return PlainTextResponse("Not Found", 404)
    is_json = request.path_params["name"].endswith(".json")
    kind = "application/json" if is_json else "text/javascript"
    return Response(content, media_type=kind, headers=_CACHE_FOREVER)
