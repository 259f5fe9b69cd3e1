"""The mixer alone, in a real browser: what it plays is what Python wrote, to the sample.

When it plays what is tested in tests/js/mixer.test.js.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.pages.mixer_page import open_mixer_page, wait_for, wait_for_more, write_mixer_page

from musegen.audio import MIX, Stems, write_stream

RATE = 44100
SECONDS = 14
PARTS = ("lead", "bass", "drums")
PAGE = """
import { FetchedSound } from "./player/fetched_sound.js";
async function load(name) {
    const stream = await (await fetch(`${name}.json`)).json();
    const changed = (event) => mixer.soundChanged(sound, event);
    const sound = new FetchedSound(`${name}.flacs`, stream, [0, 100], changed);
    mixer.load(sound);
}
Object.assign(window, { load });
"""


def music() -> dict[str, np.ndarray]:
    """Parts of which no stretch is like another, so that it is seen which one is heard."""
    rng = np.random.default_rng(0)
    return {
        part: (0.2 * rng.uniform(-1, 1, (SECONDS * RATE, 2))).astype(np.float32) for part in PARTS
    }


@pytest.fixture(scope="module")
def sounds() -> dict[str, np.ndarray]:
    return music()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sounds) -> Path:
    """The same music twice, as a mix and as parts, beside a page with the mixer."""
    folder = tmp_path_factory.mktemp("mixer")
    write_mixer_page(folder, PAGE)
    stages = {MIX: Stems({MIX: sum(sounds.values())}, RATE, {}), "parts": Stems(sounds, RATE, {})}
    for name, stems in stages.items():
        description = write_stream(folder / f"{name}.flacs", stems)
        (folder / f"{name}.json").write_text(json.dumps(description))
    return folder


@pytest.fixture
def page(folder, browser) -> Iterator[object]:
    with open_mixer_page(folder, browser) as page:
        yield page


def load(page, name: str) -> None:
    page.evaluate("load", name)


def play_mix(page, at: float) -> None:
    load(page, MIX)
    wait_for(page, "mixer.sound")
    page.evaluate("at => { mixer.seek(at); mixer.play(); }", round(at * RATE))
    wait_for(page, f"mixer.position > {round(at * RATE)}")


def place(heard: np.ndarray, sound: np.ndarray, start: int) -> int:
    """Where in a sound the second after a sample of what was heard is."""
    piece = heard[start : start + RATE]
    size = 1 << (len(sound) + RATE).bit_length()
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size))
    return int(np.argmax(np.fft.irfft(product, size)[: len(sound)]))


@pytest.mark.parametrize("at", [0.5, 3.0], ids=["within a piece", "at the border of two"])
def test_the_parts_take_over_from_their_mix_unheard(page, sounds, at) -> None:
    play_mix(page, at)
    wait_for_more(page, 0.4)
    load(page, "parts")
    wait_for(page, "mixer.sound.parts.length === 3")
    wait_for_more(page, 2.5)
    # Both at the same moment: to read the sound takes so long that the music may end meanwhile.
    heard, events = page.evaluate("[heard(), [...events]]")
    heard = np.array(heard, np.float32)
    first = int(np.flatnonzero(np.abs(heard) > 0.01)[0]) + RATE // 100  # after it faded in
    mix = sum(sounds.values())[:, 0]
    begin = place(heard, mix, first)
    assert begin == pytest.approx(at * RATE, abs=RATE)
    length = len(heard) - first
    assert length > 2.5 * RATE
    # Not a sample is missing, twice there, or louder: what is left are the 14 bits of four sounds.
    difference = np.abs(heard[first:] - mix[begin : begin + length])
    assert difference.max() < 4 * 2**-14
    assert events == ["ready", "ready"]


def test_after_that_each_part_has_its_own_level(page, sounds) -> None:
    play_mix(page, 0)
    page.evaluate("mixer.setLevel('lead', 0)")  # of a mix no part can be taken away
    load(page, "parts")
    wait_for(page, "mixer.sound.parts.length === 3")
    wait_for_more(page, 1.5)
    heard = np.array(page.evaluate("heard()"), np.float32)[-RATE:]
    left = (sounds["bass"] + sounds["drums"])[:, 0]
    begin = place(heard, left, 0)
    assert np.abs(heard - left[begin : begin + RATE]).max() < 3 * 2**-14


def test_parts_take_over_in_a_loop(page, sounds) -> None:
    page.evaluate(f"mixer.setLoop({{ from: {RATE}, to: {2 * RATE} }})")
    play_mix(page, 1)
    wait_for_more(page, 0.7)
    load(page, "parts")
    wait_for(page, "mixer.sound.parts.length === 3")
    wait_for_more(page, 2.5)
    heard = np.array(page.evaluate("heard()"), np.float32)
    heard = heard[np.flatnonzero(np.abs(heard) > 0.01)[0] :]
    assert len(heard) > 3 * RATE
    # It goes round in time, and nowhere is silence.
    one, two = heard[2 * RATE : 3 * RATE], heard[RATE : 2 * RATE]
    assert np.corrcoef(one, two)[0, 1] > 0.99
    loud = np.sqrt(np.square(heard[: len(heard) // 441 * 441]).reshape(-1, 441).mean(axis=1))
    assert loud.min() > 0.5 * np.median(loud)
