"""How the page's ES modules are addressed and served."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from musegen.web.modules import load_module, module_routes, page_head

NAME = "components/map/map.js"


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=module_routes()))


def address(script: str) -> str:
    return re.findall(r'"(modules/[^"]+)"', script)[0]


def test_a_component_imports_its_module_relative_to_the_page() -> None:
    script = load_module(NAME, ("place", "line"))
    assert re.match(
        r'import\(new URL\("modules/[0-9a-f]{16}/components/map/map\.js", document\.baseURI\)\)',
        script,
    )
    assert "module.start({ element, props, watch, trigger })" in script
    assert '"place", "line"' in script  # where Gradio looks for names of events


def test_an_unknown_module_is_refused() -> None:
    with pytest.raises(KeyError, match=r"no module components/map/nap\.js"):
        load_module("components/map/nap.js")


def test_modules_are_served_with_what_they_import(client) -> None:
    seen, waiting = set(), [address(load_module(NAME)), address(load_module("static/ready.js"))]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        response = client.get(f"/{name}")
        assert response.status_code == 200, name
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        imported = re.findall(r'^(?:import|\}) .*?from "(\.[^"]+)";', response.text, re.MULTILINE)
        resolved = (str(response.url.join(path).path).lstrip("/") for path in imported)
        waiting += [path for path in resolved if path not in seen]
    assert len(seen) > 5


@pytest.mark.parametrize(
    "path", ["/modules/0123456789abcdef/" + NAME, "/modules/x/../theme.py", "/modules/map.js"]
)
def test_scripts_of_another_version_and_other_files_are_not_served(client, path) -> None:
    assert client.get(path).status_code == 404


def test_no_file_but_a_module_is_served(client) -> None:
    folder = address(load_module(NAME)).removesuffix(NAME)
    for name in ("page.py", "static/page.css", "../app.py", "%2e%2e/app.py"):
        assert client.get(f"/{folder}{name}").status_code == 404


def test_the_head_loads_the_player_in_advance() -> None:
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)"', page_head())
    assert address(load_module("components/player/player.js")) in links
    assert not any("components/map" in link or "worker" in link for link in links)


def test_what_starts_the_synthesizer_is_loaded_first() -> None:
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)"', page_head())
    names = [link.split("/components/")[1] for link in links]
    assert len(set(names)) == len(names)
    assert names[0] == "player/page_synthesizer.js"
    assert names.index("synth/renderer.js") < names.index("player/page_player.js")
    assert names.index("player/mixer.js") < names.index("player/player.js")
    assert names.index("player/player.js") < names.index("player/roll.js")


def test_all_that_the_player_imports_is_loaded_in_advance(client) -> None:
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)"', page_head())
    for link in links:
        response = client.get(f"/{link}")
        imported = re.findall(r'^(?:import|\}) .*?from "(\.[^"]+)";', response.text, re.MULTILINE)
        assert {str(response.url.join(path).path).lstrip("/") for path in imported} <= {*links}


def test_the_synthesizer_waits_for_no_other_script() -> None:
    starts = re.findall(r'<script type="module" async src="([^"]+)"></script>', page_head())
    assert any(start.endswith("components/player/page_synthesizer.js") for start in starts)
    assert not any(start.endswith("components/player/player.js") for start in starts)
