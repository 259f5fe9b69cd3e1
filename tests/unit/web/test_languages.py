"""The dictionaries have what the page says: its templates, widgets, scripts, and its errors."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from gradio.blocks import Block
from starlette.applications import Starlette
from starlette.testclient import TestClient

from musegen.audio import soundfont_names
from musegen.midi.general_midi import DRUM_KITS, program_name
from musegen.server.model_loader import BackgroundModel
from musegen.server.services import Services
from musegen.web.modules import module_routes, page_head
from musegen.web.page import build

ROOT = Path(__file__).resolve().parents[3] / "musegen"
LANGUAGES = sorted((ROOT / "web" / "languages").glob("*.json"))
PLACE = re.compile(r"\{#?\}")
# Rooms whose errors reach the page; those of others are for whoever trains or starts it.
ROOMS = ("music", "midi", "reading", "hearing", "latent", "recipe", "server", "web", "sheets")
# Not shown to visitors: mistakes of a caller in the code, or of whoever starts the page.
OTHER_ERRORS = (
    "ValueError",
    "KeyError",
    "TypeError",
    "RuntimeError",
    "LaunchError",
    "SettingsError",
)
# A text may be new and not yet translated. It is shown in English until then.
MOST_UNTRANSLATED = 0.03


@pytest.fixture(params=LANGUAGES, ids=lambda path: path.stem)
def dictionary(request) -> dict[str, str]:
    return json.loads(request.param.read_text("utf-8"))


def untranslated(texts: set[str], dictionary: dict[str, str]) -> list[str]:
    """Return the texts that a dictionary does not have, as `languages.js` looks for them."""
    known = {text.lower() for text in dictionary}
    patterns = [
        re.compile(".+?".join(map(re.escape, PLACE.split(text))), re.IGNORECASE)
        for text in dictionary
        if PLACE.search(text)
    ]
    return sorted(
        text
        for text in texts
        if re.search("[A-Za-z]{2}", PLACE.sub("", text))
        and text.lower() not in known
        and not any(pattern.fullmatch(text.replace("{}", "0")) for pattern in patterns)
    )


def check(texts: set[str], dictionary: dict[str, str]) -> None:
    missing = untranslated(texts, dictionary)
    assert texts
    assert len(missing) <= MOST_UNTRANSLATED * len(texts), "\n".join(missing)


def test_places_in_a_text_are_places_in_its_translation(dictionary) -> None:
    for english, translation in dictionary.items():
        places = len(PLACE.findall(english))
        assert len(re.findall(r"\{\d?\}", translation)) == places, english
        if places:  # or the text would be taken for a translation of anything
            assert re.search("[A-Za-z]{2}|→|%", PLACE.sub("", english)), english


def test_browsers_are_told_where_the_dictionaries_are() -> None:
    head = page_head()
    (text,) = re.findall(r'id="mg-languages">(.*?)</script>', head)
    addresses = json.loads(text)
    assert list(addresses) == [path.stem for path in LANGUAGES]
    answer = TestClient(Starlette(routes=module_routes())).get(f"/{addresses['zh-CN']}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["Play"] == "播放"


class _Texts(HTMLParser):
    """Collects the texts of a template."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag in ("script", "style")
        names = ("aria-label", "data-title", "title", "placeholder", "alt", "aria-valuetext")
        self.texts |= {value for name, value in attrs if name in names and value}

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_script:
            self.texts.add(" ".join(data.split()))


# Names that are the same in all languages.
NAMES = {"MuseGen", "MIDI", "WAV", "FLAC", "MP3", "OGG", "PNG", "PDF", "MusicXML"}


def test_templates(dictionary) -> None:
    parser = _Texts()
    for path in (ROOT / "web").rglob("*.html"):
        parser.feed(path.read_text("utf-8"))
    check(parser.texts - NAMES, dictionary)


def _is_endpoints(block: Block) -> bool:
    """Whether a component only documents an endpoint."""
    parent = block.parent
    return parent is not None and (not getattr(parent, "visible", True) or _is_endpoints(parent))


def _widget_texts(block: Block) -> Iterator[str]:
    for name in ("label", "info", "placeholder"):
        text = getattr(block, name, None)
        if isinstance(text, str):
            yield text
    if block.get_block_name() == "button" and isinstance(getattr(block, "value", None), str):
        yield str(block.value)
    for choice, _ in getattr(block, "choices", None) or ():
        yield str(choice)


def test_widgets(dictionary, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    page = build(Services(BackgroundModel(lambda: None)))
    shown = [block for block in page.blocks.values() if not _is_endpoints(block)]
    texts = {text for block in shown for text in _widget_texts(block) if "." not in text}
    own_names = {"Textbox", "Number", "JSON", "HTML", "File", "Markdown"}  # Gradio's, unseen
    keys = {text for text in texts if re.fullmatch(r"[A-G][b#]? / [A-G][b#]?m|[A-D]{4}", text)}
    check(texts - own_names - keys - set(soundfont_names()), dictionary)


def test_instruments(dictionary) -> None:
    check({*DRUM_KITS, *map(program_name, range(128))}, dictionary)


def test_scripts(dictionary) -> None:
    texts = set[str]()
    for path in (ROOT / "web").rglob("*.js"):
        if "vendor" in path.parts:
            continue
        code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        code = re.sub(r"(?:new |throw )\w*Error\([^;]*;", "", code)
        for double, template in re.findall(r'"([^"\n]*)"|`([^`$]*(?:\$\{[^{}]*\}[^`$]*)*)`', code):
            text = double or re.sub(r"\$\{[^{}]*\}", "{}", template)
            if re.match(r"[A-Z][a-z]+ [a-z{]", text):  # a sentence, and no style or key
                texts.add(text)
    check(texts, dictionary)


def _raised(path: Path) -> Iterator[str]:
    """The messages of errors that a module raises."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            text = _text(node.exc.args[0])
            if text and ast.unparse(node.exc.func) not in OTHER_ERRORS:
                yield text


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def test_errors(dictionary) -> None:
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    paths.remove(ROOT / "music" / "phrase_set.py")  # for whoever trains
    paths += [ROOT / f"{name}.py" for name in ("editing", "drawing", "endless", "limits")]
    check({text for path in paths for text in _raised(path)}, dictionary)
