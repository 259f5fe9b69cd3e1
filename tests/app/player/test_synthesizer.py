"""The page's own synthesizer, in a real browser: what it plays is what the server renders.

When it plays what is tested in tests/js/mixer.test.js and tests/js/synthesizer.test.js.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from support.examples import band
from support.pages.mixer_page import open_mixer_page, wait_for, wait_for_more, write_mixer_page
from support.visits import ROOT

from musegen import audio
from musegen.audio import MASTERING, SYNTH_SETTINGS
from musegen.audio.subset import DRUM_BANK, cut_soundfont
from musegen.midi.general_midi import BUNDLED_SOUNDFONT
from musegen.music import Piece
from musegen.web.components.player.component import player_data

LIBRARY = ROOT / "musegen/web/vendor/libfluidsynth.js"
RATE = 44100
PAGE = """
import { readPiece } from "./player/piece.js";
import { changeSound } from "./player/sound_controls.js";
import { Synthesizer } from "./player/synthesizer.js";
const [config, data] = await Promise.all(
    ["config", "piece"].map(async (name) => (await fetch(`${name}.json`)).json()));
const synthesizer = new Synthesizer(config, () => {});
synthesizer.start({});
const piece = readPiece(data);
const play = (music) => mixer.load(
    synthesizer.make(music, (event, sound) => mixer.soundChanged(sound, event)));
const change = (name, value) => play(changeSound(piece, { name, value }, {}));
Object.assign(window, { synthesizer, piece, play, change });
"""


@pytest.fixture(scope="module")
def piece() -> Piece:
    return band(bars=8, tempo=110)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, piece) -> Path:
    """The page, FluidSynth, and the instruments of the piece without loss."""
    if not LIBRARY.exists():
        pytest.skip("FluidSynth for browsers is missing: run scripts/fetch_synthesizer.py")
    folder = tmp_path_factory.mktemp("synthesizer")
    write_mixer_page(folder, PAGE)
    shutil.copy(LIBRARY, folder)
    fonts = folder / "soundfont" / "digest"
    fonts.mkdir(parents=True)
    for part in piece.parts:
        preset = (DRUM_BANK if part == "drums" else 0, piece.programs[part])
        cut = cut_soundfont(BUNDLED_SOUNDFONT, {preset: None}, quality=None)
        (fonts / "{}-{}.sf3".format(*preset)).write_bytes(cut)
    config = {
        "engine": {"library": LIBRARY.name},
        "soundfonts": {"TimGM6mb": "digest"},
        "settings": dict(SYNTH_SETTINGS),
        "loudness": asdict(MASTERING),
    }
    data = player_data(piece, id="1", title="Band", recipe="r", stem="band")
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "piece.json").write_text(data.model_dump_json())
    return folder


@pytest.fixture
def page(folder, browser) -> Iterator[object]:
    with open_mixer_page(folder, browser) as page:
        yield page


def play(page, seconds: float) -> np.ndarray:
    """Play from the beginning once the loudness is known, and return what is heard."""
    page.evaluate("play(piece)")
    wait_for(page, "mixer.sound?.gain")
    page.evaluate("mixer.play()")
    wait_for_more(page, seconds)
    return heard(page)


def heard(page) -> np.ndarray:
    sound = np.array(page.evaluate("heard()"), np.float32)
    return sound[np.flatnonzero(np.abs(sound) > 1e-4)[0] :]


def loudness_of_blocks(sound: np.ndarray) -> np.ndarray:
    """Level of blocks of 50 ms."""
    return np.sqrt(np.square(sound[: len(sound) // 2205 * 2205]).reshape(-1, 2205).mean(axis=1))


def test_it_plays_what_the_server_renders(page, piece) -> None:
    sound = play(page, 4)
    rendered, _ = audio.render(piece, BUNDLED_SOUNDFONT)
    expected = rendered[:, 0]
    expected = expected[np.flatnonzero(np.abs(expected) > 1e-4)[0] :][: 3 * RATE]
    best = max(
        np.corrcoef(sound[lag : lag + len(expected)], expected)[0, 1] for lag in range(0, 200)
    )
    assert best > 0.95
    level = np.square(sound[: len(expected)]).mean() / np.square(expected).mean()
    assert abs(10 * np.log10(level)) < 0.5


def test_a_muted_part_is_silent_at_once(page) -> None:
    play(page, 0.5)
    page.evaluate("for (const { name } of piece.parts) mixer.setLevel(name, 0)")
    wait_for_more(page, 1)
    assert np.abs(heard(page)[-RATE // 2 :]).max() < 1e-4


@pytest.mark.parametrize(("name", "value"), [("tempo", 140), ("swing", 1)])
def test_a_change_while_it_plays_leaves_no_gap_and_no_click(page, piece, name, value) -> None:
    before = play(page, 1)
    page.evaluate("([name, value]) => change(name, value)", [name, value])
    wait_for(page, "!mixer.next.length")
    wait_for_more(page, 1.5)
    sound = heard(page)
    after = sound[len(before) :]
    levels = loudness_of_blocks(after)
    assert levels.min() > 0.02 * np.median(loudness_of_blocks(before))
    rendered, _ = audio.render(piece, BUNDLED_SOUNDFONT)
    steepest = np.abs(np.diff(rendered[:, 0])).max()  # the attack of a drum
    assert np.abs(np.diff(after)).max() < 1.2 * steepest


def test_an_instrument_that_does_not_arrive_fails(page) -> None:
    page.evaluate("play(piece)")
    wait_for(page, "mixer.sound")
    page.route("**/*.sf3", lambda route: route.abort())
    page.evaluate("piece.parts[0].programs = [[0, 99]]; play(piece)")
    wait_for(page, "events.includes('failed')")
    assert page.evaluate("synthesizer.isUsable")
