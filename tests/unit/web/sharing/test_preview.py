"""Previews of links: tags in the page's head, and the picture."""

import io

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from support.examples import band

from musegen.errors import MusicError
from musegen.server.versions import Version
from musegen.web.sharing import LinkPreview, app_routes, preview_routes

PAGE = '<html><head><meta property="og:title" content="Gradio" /><title>x</title></head>ü</html>'


class Services:
    """Makes one piece, and counts how often."""

    made = 0

    def make_version(self, recipe):
        self.made += 1
        if recipe.source.seed == 13:
            raise MusicError("too many are waiting")
        return Version(recipe, band(8))


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def client(services):
    async def page(request):
        return HTMLResponse(PAGE)

    routes = [Route("/", page), Route("/other", page), *preview_routes(services), *app_routes()]
    app = LinkPreview(Starlette(routes=routes))
    return TestClient(app, base_url="http://muse.example")


def test_a_link_has_title_and_picture_of_its_piece(client):
    answer = client.get("/?seed=42&bars=8", headers={"x-forwarded-proto": "https"})
    assert '<meta property="og:title" content="Seed 42 · MuseGen">' in answer.text
    picture = "https://muse.example/preview.png?seed=42&amp;bars=8"
    assert f'<meta property="og:image" content="{picture}">' in answer.text
    assert "Gradio" not in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.text.endswith("ü</html>")


@pytest.mark.parametrize("query", ["", "?bars=8", "?piece=nonsense", "?seed=%22%3E%3Cscript%3E"])
def test_without_a_piece_the_page_has_its_own_preview(client, query):
    answer = client.get(f"/{query}")
    assert '<meta property="og:image" content="http://muse.example/icon-512.png">' in answer.text
    assert "<script>" not in answer.text


def test_other_addresses_stay_as_they_are(client):
    assert client.get("/other").text == PAGE


def test_the_picture_is_made_once(client, services):
    answers = [client.get("/preview.png?seed=42&bars=8") for _ in range(2)]
    assert services.made == 1
    image = Image.open(io.BytesIO(answers[1].content))
    assert image.size == (1200, 630)
    assert len(image.getcolors(1_000_000)) > 5  # paper, writing and a colour a part


def test_what_cannot_be_drawn_is_a_line(client):
    assert client.get("/preview.png").status_code == 404
    answer = client.get("/preview.png?seed=13")
    assert (answer.status_code, answer.text) == (503, "too many are waiting\n")


def test_the_page_can_be_installed(client):
    assert '<link rel="manifest" href="app.webmanifest">' in client.get("/").text
    manifest = client.get("/app.webmanifest").json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        size = Image.open(io.BytesIO(client.get(f"/{icon['src']}").content)).size
        assert icon["sizes"] == "{}x{}".format(*size)
