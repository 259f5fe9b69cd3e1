"""The player in a real browser: what it plays, shows and tells. It needs no model."""

from __future__ import annotations

import itertools
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from visits import MIXER, Visit, await_server, free_port, open_visits, serious_findings

from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes

SECONDS = 2.0  # a phrase at 240 beats a minute
# How loud what leaves the mixer, or one of its channels, is over half a second.
MEASURE = """async (part) => {
    const mixer = document.querySelector('.mg-player').mixer;
    const meter = mixer.context.createAnalyser();
    (part ? mixer.channels.get(part) : mixer.output).connect(meter);
    meter.fftSize = 2048;
    const samples = new Float32Array(meter.fftSize);
    let most = 0;
    const end = performance.now() + 500;
    while (performance.now() < end) {
        await new Promise((done) => setTimeout(done, 20));
        meter.getFloatTimeDomainData(samples);
        for (const sample of samples) most = Math.max(most, Math.abs(sample));
    }
    return most;
}"""


def song(phrases: int) -> Piece:
    """Parts that sound without a pause, so that it can be measured at any time whether they do."""
    rows = [(step, "lead", 72 + step % 5, 4, 100) for step in range(0, 32, 4)]
    rows += [(step, "bass", 36, 8, 100) for step in range(0, 32, 8)]
    rows += [(step, "drums", 42, 1, 100) for step in range(0, 32, 2)]
    return Piece((Phrase(make_notes(rows), tempo=240.0),) * phrases)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("player")
    files = {"short": song(4), "long": song(32)}
    for name, piece in files.items():
        piece.write_midi(folder / f"{name}.mid")
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("player_page.py")), str(port)]
    with await_server(
        [*command, *(str(folder / f"{name}.mid") for name in files)], port, folder
    ) as url:
        yield url


@pytest.fixture
def visit(address, browser) -> Iterator[Callable[..., Visit]]:
    with open_visits(address, browser, "#short") as open_page:
        yield open_page


@pytest.fixture
def playing(visit) -> Visit:
    """A short piece, repeated."""
    page = visit()
    page.press("short")
    page.button("Repeat the piece").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    return page


def level(page: Visit, part: str = "") -> float:
    return page.page.evaluate(MEASURE, part)


# Mixing


def test_mute_is_heard_at_once_and_asks_nobody(playing) -> None:
    asked = []
    assert level(playing, "lead") > 0.01
    playing.page.on("request", lambda request: asked.append(request.url))
    playing.button("Lead").click()
    assert playing.button("Lead").get_attribute("aria-pressed") == "false"
    playing.page.wait_for_timeout(200)
    assert level(playing, "lead") < 1e-3
    assert level(playing, "bass") > 0.01
    drawn = int(playing.player.locator(".mg-roll").get_attribute("data-drawn"))
    assert 0 < drawn < int(playing.data("notes"))
    playing.button("Lead").click()
    playing.page.wait_for_timeout(200)
    assert level(playing, "lead") > 0.01
    assert asked == []


@pytest.mark.parametrize("how", ["button", "shift and click", "keyboard"])
def test_solo_leaves_one_part(playing, how) -> None:
    if how == "button":
        playing.button("Solo bass").click()
    elif how == "keyboard":
        playing.button("Solo bass").press("Enter")
    else:
        playing.button("Bass").click(modifiers=["Shift"])
    assert playing.button("Solo bass").get_attribute("aria-pressed") == "true"
    playing.page.wait_for_timeout(200)
    assert level(playing, "bass") > 0.01
    assert max(level(playing, "lead"), level(playing, "drums")) < 1e-3
    playing.button("Solo bass").click()
    playing.page.wait_for_timeout(200)
    assert level(playing, "lead") > 0.01


def test_volume_turns_a_part_down(playing) -> None:
    before = level(playing, "bass")
    slider = playing.player.get_by_role("slider", name="Volume of bass")
    slider.press("Home")
    for _ in range(50):
        slider.press("ArrowRight")
    playing.page.wait_for_timeout(200)
    assert level(playing, "bass") == pytest.approx(before / 4, rel=0.4)  # half the way: a quarter
    slider.press("Home")
    playing.page.wait_for_timeout(200)
    assert level(playing, "bass") < 1e-3


def test_mutes_and_volumes_stay_with_other_instruments(playing) -> None:
    playing.button("Drums").click()
    playing.player.get_by_role("slider", name="Volume of bass").fill("0")
    before, piece = playing.data("sound"), playing.data("id")
    playing.page.locator("#other").click()
    playing.wait("before => document.querySelector('.mg-player').dataset.sound !== before", before)
    assert playing.data("id") == piece
    assert playing.mixer("playing")
    assert level(playing, "lead") > 0.01
    assert max(level(playing, "bass"), level(playing, "drums")) < 1e-3


# What the page plays is what Python rendered: decoded pieces, end to end, to the sample.
RECORD = """async (seconds) => {
    const mixer = document.querySelector('.mg-player').mixer;
    mixer.pause();
    const code = `registerProcessor('recorder', class extends AudioWorkletProcessor {
        process([[left]]) {
            if (left) this.port.postMessage(left.slice());
            return true;
        }
    });`;
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    await mixer.context.audioWorklet.addModule(address);
    const recorder = new AudioWorkletNode(mixer.context, 'recorder');
    const blocks = [];
    await new Promise((done) => {
        recorder.port.onmessage = ({ data }) => {
            blocks.push(...data);
            if (blocks.length >= seconds * 44100) done();
        };
        mixer.output.connect(recorder);
        mixer.seek(0);
        mixer.play();
    });
    mixer.output.disconnect(recorder);
    return blocks;
}"""


def test_pieces_of_the_sound_leave_no_seam(visit, tmp_path) -> None:
    page = visit()
    page.press("short")
    page.wait(f"{MIXER}.playing")
    heard = np.array(page.page.evaluate(RECORD, 7.0), np.float32)
    mix, rate = soundfile.read(page.take("audio", tmp_path), dtype="float32")
    # Silence comes first: the beginning tells by how much. A seam is four seconds after it.
    lag = int(np.argmax(np.correlate(heard[: 2 * rate], mix[:rate, 0], "valid")))
    heard = heard[lag : lag + 5 * rate]
    assert len(heard) > 4.5 * rate
    assert np.abs(heard - mix[: len(heard), 0]).max() < 0.001  # 14 bits, thrice


def test_the_end_is_the_end(visit) -> None:
    page = visit()
    page.press("short")
    page.player.get_by_role("slider", name="Position").press("End")
    page.wait(f"!{MIXER}.playing")
    assert page.seconds == pytest.approx(page.mixer("length") / 44100)
    assert page.data("playing") == "false"
    page.button("Play").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    assert page.seconds < 4


def test_the_piece_is_repeated(playing) -> None:
    playing.page.evaluate(f"{MIXER}.seek({MIXER}.length - 22050)")
    playing.wait(f"{MIXER}.playing && {MIXER}.position < 88200")


# Phrases


def test_a_phrase_is_chosen_sought_and_told(playing) -> None:
    cells = playing.player.get_by_role("group", name="Phrases").get_by_role("button")
    assert cells.count() == 4
    assert cells.nth(2).get_attribute("aria-label") == "Phrase 3, B, bars 5 to 6"
    playing.page.keyboard.press("Space")
    cells.nth(2).click()
    assert playing.seconds == pytest.approx(2 * SECONDS, abs=0.01)
    pressed = [cells.nth(i).get_attribute("aria-pressed") for i in range(4)]
    assert pressed == ["false", "false", "true", "false"]
    told = playing.page.locator("#told textarea")
    playing.wait("document.querySelector('#told textarea').value === 'phrase 2'")
    playing.page.keyboard.press("Space")  # plays: who clicks with a mouse does not mean the cell
    playing.wait(f"{MIXER}.playing")
    cells.nth(2).press("ArrowRight")
    playing.page.keyboard.press("Enter")
    playing.wait("document.querySelector('#told textarea').value === 'phrase 3'")
    playing.page.locator("#long").click()
    playing.wait("document.querySelector('#told textarea').value === 'phrase None'")
    assert told.input_value() == "phrase None"


def test_phrases_stand_under_the_roll_and_scroll_with_it(visit) -> None:
    page = visit(width=390)
    page.press("long")
    page.page.keyboard.press("Space")
    scroller = page.player.locator(".mg-scroll")
    scroller.evaluate("scroller => { scroller.scrollLeft = 700; }")
    page.page.wait_for_timeout(200)
    scroll = scroller.bounding_box()
    per_phrase = scroller.evaluate("scroller => scroller.scrollWidth") / 32
    cell = page.player.locator(".mg-phrase").nth(8).bounding_box()
    assert cell["x"] == pytest.approx(scroll["x"] + 8 * per_phrase - 700, abs=1.5)
    assert cell["width"] == pytest.approx(per_phrase, abs=1.5)


def test_a_phrase_is_looped(playing) -> None:
    playing.player.locator(".mg-phrase").nth(1).click()
    playing.button("Loop phrase").click()
    playing.button("Loop phrase").wait_for()
    assert playing.button("Loop phrase").get_attribute("aria-pressed") == "true"
    assert playing.player.locator('.mg-phrase[data-looped="true"]').count() == 1
    seen = []
    for _ in range(30):
        playing.page.wait_for_timeout(100)
        seen.append(playing.seconds)
    assert min(seen) >= SECONDS - 0.05
    assert max(seen) <= 2 * SECONDS + 0.05
    assert any(b < a for a, b in itertools.pairwise(seen)), "it never came round"
    assert level(playing) > 0.01
    playing.page.keyboard.press("l")
    assert playing.button("Loop phrase").get_attribute("aria-pressed") == "false"
    playing.wait(f"{MIXER}.position > {2 * SECONDS + 0.2} * 44100")


# Hands and keys


def test_keys_move_and_play(visit) -> None:
    page = visit()
    page.press("long")
    page.wait(f"{MIXER}.playing")
    piece = page.data("id")
    page.page.keyboard.press("Space")
    page.wait(f"!{MIXER}.playing")
    assert page.data("id") == piece  # the button that was clicked did not take the space bar
    slider = page.player.get_by_role("slider", name="Position")
    slider.press("Home")
    slider.press("PageUp")
    assert slider.get_attribute("aria-valuetext").startswith("bar 3 of 64")
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext").startswith("bar 4 of 64")
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext").startswith("bar 3 of 64")
    assert page.seconds == pytest.approx(SECONDS, abs=0.01)
    slider.press("End")
    assert slider.get_attribute("aria-valuetext").startswith("bar 64 of 64")
    slider.press("Home")
    slider.press(" ")
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")


def test_click_on_the_roll_and_the_overview_seek(visit) -> None:
    page = visit()
    page.press("short")
    page.page.keyboard.press("Space")
    for name, share in (("scroll", 0.5), ("overview", 0.75)):
        box = page.player.locator(f".mg-{name}").bounding_box()
        page.page.mouse.click(box["x"] + box["width"] * share, box["y"] + 20)
        assert page.seconds == pytest.approx(share * 4 * SECONDS, abs=0.1)


def test_zoom(visit) -> None:
    page = visit()
    page.press("long")
    page.page.keyboard.press("Space")

    def bar() -> float:
        return float(page.data("bar"))

    first = bar()
    page.button("Zoom in").click()
    assert bar() == pytest.approx(first * 1.5, rel=0.01)
    page.page.keyboard.press("+")
    assert bar() == pytest.approx(first * 2.25, rel=0.01)
    page.page.keyboard.press("-")
    page.button("Zoom out").click()
    assert bar() == pytest.approx(first, rel=0.01)
    box = page.player.locator(".mg-scroll").bounding_box()
    page.page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.page.keyboard.down("Control")
    page.page.mouse.wheel(0, -100)
    page.page.keyboard.up("Control")
    page.wait("first => document.querySelector('.mg-player').dataset.bar > first * 1.3", first)
    assert page.page.evaluate("window.devicePixelRatio") == 1  # the page itself did not zoom
    for _ in range(12):
        page.page.keyboard.press("-")
    view = page.player.locator(".mg-scroll").evaluate("s => s.clientWidth")
    assert bar() * 64 == pytest.approx(view, rel=0.01)  # all of it
    assert page.button("Zoom out").get_attribute("aria-disabled") == "true"


def test_the_note_under_the_pointer_is_named(visit) -> None:
    page = visit()
    page.press("short")
    page.page.keyboard.press("Space")
    box = page.player.locator(".mg-scroll").bounding_box()
    names = set()
    for y in range(40, int(box["height"]), 5):
        page.page.mouse.move(box["x"] + 5, box["y"] + y)
        tip = page.player.locator(".mg-tip")
        if tip.is_visible():
            names.add(tip.locator("b").inner_text())
    assert {"C5", "C2", "Closed hi-hat"} <= names


# Everyone


def test_what_was_loaded_is_told_to_who_cannot_see_it(visit) -> None:
    page = visit()
    page.press("short")
    said = page.player.locator(".mg-said")
    assert said.get_attribute("role") == "status"
    assert "short, 8 bars, is ready to play: lead (" in said.text_content()


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)]
)
def test_axe_has_no_serious_finding(visit, width, dark) -> None:
    page = visit(width=width, dark=dark)
    page.press("short")
    page.player.locator(".mg-phrase").first.click()
    page.button("Loop phrase").click()
    page.button("Solo bass").click()
    assert serious_findings(page, ".mg-player") == []


# Two fingers, moving apart to twice their distance.
PINCH = """(target) => {
    const fingers = (from, to) => ({
        bubbles: true,
        cancelable: true,
        touches: [from, to].map((x, identifier) =>
            new Touch({ identifier, target, clientX: x, clientY: 300 })),
    });
    target.dispatchEvent(new TouchEvent('touchstart', fingers(150, 200)));
    target.dispatchEvent(new TouchEvent('touchmove', fingers(125, 225)));
}"""


def test_a_telephone_and_its_fingers(visit) -> None:
    page = visit(width=390, touch=True)
    page.page.locator("#long").tap()
    page.wait_for_sound(None)
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    page.button("Lead").tap()
    page.page.wait_for_timeout(200)
    assert level(page, "lead") < 1e-3
    page.player.locator(".mg-phrase").nth(1).tap()
    page.wait("document.querySelector('#told textarea').value === 'phrase 1'")
    controls = "button:not(.mg-phrase):visible, input:visible, a:visible"
    for control in page.player.locator(controls).all():
        box = control.bounding_box()
        assert box["height"] >= 30, control.get_attribute("class")
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390, control.get_attribute("class")
    before = float(page.data("bar"))
    page.player.locator(".mg-scroll").evaluate(PINCH)
    assert float(page.data("bar")) == pytest.approx(before * 2, rel=0.02)


# Files


def test_stems_are_made_when_asked_for(visit, tmp_path) -> None:
    page = visit()
    page.press("short")
    with zipfile.ZipFile(page.take("stems", tmp_path)) as archive:
        names = sorted(archive.namelist())
        archive.extractall(tmp_path)
    assert names == [f"musegen-short-{part}.flac" for part in ("bass", "drums", "lead")]
    sounds = [soundfile.read(tmp_path / name, dtype="float32")[0] for name in names]
    mix, _ = soundfile.read(page.take("audio", tmp_path), dtype="float32")
    assert np.abs(sum(sounds) - mix).max() < 1e-3  # played together they are the mix


def test_the_wav_says_that_it_has_all_parts(playing) -> None:
    label = playing.player.locator(".mg-wav")
    assert label.inner_text() == "WAV"
    playing.button("Bass").click()
    assert label.inner_text() == "WAV, all parts"
