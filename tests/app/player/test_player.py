"""The player in a real browser: what it plays, shows and tells. It needs no model."""

from __future__ import annotations

import itertools
import json
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.visits import MIXER, Visit, await_server, free_port, open_visits, serious_findings

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
    files = {"short": song(4), "long": song(32), "morph": song(8), "melody": song(4).only(["lead"])}
    for name, piece in files.items():
        piece.write_midi(folder / f"{name}.mid")
    port = free_port()
    command = [
        sys.executable,
        str(Path(__file__).parents[2] / "support" / "player_page.py"),
        str(port),
    ]
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


def told(page: Visit) -> dict:
    """What the player told Python last; the line is emptied for what comes next."""
    page.wait("document.querySelector('#told textarea').value")
    line = page.page.locator("#told textarea")
    said = json.loads(line.input_value())
    line.fill("")
    return said


def is_off(page: Visit, name: str) -> bool:
    return page.button(name).get_attribute("aria-disabled") == "true"


def wait_for_version(page: Visit, number: int) -> None:
    """Wait until a take is shown and heard; they are counted from 0 as they are made."""
    page.wait(
        """number => {
            const { version, state, busy } = document.querySelector('.mg-player').dataset;
            return version === String(number) && state === 'ready' && !busy;
        }""",
        number,
    )


def announce(page: Visit, event: str, detail: dict | None = None) -> None:
    """Tell the page what Python would tell it."""
    page.page.evaluate(
        "([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))",
        [f"musegen:{event}", detail],
    )


def phrase(page: Visit, number: int):
    """A phrase's cell, counted from 1 as on the page."""
    return page.player.locator(".mg-phrase").nth(number - 1)


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
    mix, rate = soundfile.read(page.download("wav", tmp_path), dtype="float32")
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
    playing.page.keyboard.press("Space")  # plays: who clicks with a mouse does not mean the cell
    playing.wait(f"{MIXER}.playing")
    assert told(playing) == {"index": 2}
    cells.nth(2).press("ArrowRight")
    playing.page.keyboard.press("Enter")
    assert told(playing) == {"index": 3}
    playing.page.locator("#long").click()
    assert told(playing) == {"index": None}


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
    said = page.player.locator(".mg-announcement")
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
    phrase(page, 2).press("k")
    page.button("More").click()
    announce(page, "progress", {"share": 0.5, "text": "Half of it"})
    assert serious_findings(page, ".mg-player") == []
    page.button("More").click()
    page.button("History").click()
    assert serious_findings(page, ".mg-history") == []


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
    assert told(page) == {"index": 1}
    controls = "button:not(.mg-phrase):visible, input:visible, a:visible"
    for control in page.player.locator(controls).all():
        box = control.bounding_box()
        assert box["height"] >= 30, control.get_attribute("class")
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390, control.get_attribute("class")
    before = float(page.data("bar"))
    page.player.locator(".mg-scroll").evaluate(PINCH)
    assert float(page.data("bar")) == pytest.approx(before * 2, rel=0.02)


# Changes


def test_a_phrase_is_drawn_again_and_heard(playing) -> None:
    phrase(playing, 3).click()
    told(playing)
    piece, notes = playing.data("id"), playing.data("notes")
    playing.button("Redraw").click()
    assert told(playing) == {"do": "fill", "phrases": [2], "models": ["song", "drums"]}
    wait_for_version(playing, 1)
    assert (playing.data("id"), playing.data("notes")) == (piece, notes)
    assert "fill" in playing.text("details")
    assert phrase(playing, 3).get_attribute("aria-pressed") == "true"
    assert playing.mixer("playing")
    assert 2 * SECONDS - 0.1 <= playing.seconds < 3 * SECONDS  # from where it was changed


def test_a_loop_goes_on_while_its_phrase_is_drawn_again(playing) -> None:
    phrase(playing, 2).click()
    playing.button("Loop phrase").click()
    playing.page.evaluate(
        f"""() => {{
            window.still = 0;
            window.watcher = setInterval(() => {{ if (!{MIXER}.playing) window.still += 1; }}, 10);
        }}"""
    )
    playing.button("Redraw").click()
    wait_for_version(playing, 1)
    assert playing.page.evaluate("(clearInterval(window.watcher), window.still)") == 0
    assert SECONDS <= playing.seconds <= 2 * SECONDS


def test_vary_goes_as_far_as_the_slider_says(playing) -> None:
    phrase(playing, 1).click()
    told(playing)
    playing.button("Vary").click()
    everything = ["song", "drums"]
    said = {"do": "vary", "phrases": [0], "similarity": 0.8, "models": everything}
    assert told(playing) == said
    wait_for_version(playing, 1)
    slider = playing.player.get_by_role("slider", name="How far")
    assert slider.get_attribute("aria-valuetext") == "20 %, a little"
    slider.fill("75")
    assert slider.get_attribute("aria-valuetext") == "75 %, a lot"
    playing.button("Vary").click()
    assert told(playing) == {**said, "similarity": 0.25}


def test_without_a_choice_all_that_is_not_locked_is_changed(playing) -> None:
    assert is_off(playing, "Lock")
    assert is_off(playing, "Copy to…")
    phrase(playing, 2).click()
    playing.button("Lock").click()
    assert phrase(playing, 2).get_attribute("aria-label") == "Phrase 2, A, bars 3 to 4, locked"
    assert playing.button("Lock").get_attribute("aria-pressed") == "true"
    for name in ("Redraw", "Vary"):
        assert is_off(playing, name)
        assert "Phrase 2 is locked" in playing.button(name).get_attribute("title")
    told(playing)
    playing.button("Redraw the rest").click()
    assert told(playing)["phrases"] == [0, 2, 3]
    wait_for_version(playing, 1)
    assert phrase(playing, 2).get_attribute("data-locked") == "true"  # it is the same piece
    playing.press("short")
    told(playing)
    assert playing.player.locator('[data-locked="true"]').count() == 0  # it is another one
    playing.button("Redraw").click()
    assert told(playing)["phrases"] == [0, 1, 2, 3]


def test_where_all_is_locked_nothing_is_drawn_again(playing) -> None:
    for number in range(1, 5):
        phrase(playing, number).press("k")  # the one that the keyboard is on
    assert playing.player.locator('[data-locked="true"]').count() == 4
    for name in ("Redraw", "Vary", "Redraw the rest"):
        assert is_off(playing, name)
    phrase(playing, 3).press("k")
    assert not is_off(playing, "Redraw the rest")


def test_the_key_locks_the_chosen_phrase(playing) -> None:
    phrase(playing, 3).click()
    playing.page.keyboard.press("k")
    assert phrase(playing, 3).get_attribute("data-locked") == "true"
    playing.page.keyboard.press("K")
    assert phrase(playing, 3).get_attribute("data-locked") == "false"
    playing.page.locator("#told textarea").press("k")  # who writes means the letter
    assert phrase(playing, 3).get_attribute("data-locked") == "false"


def test_a_phrase_is_copied_to_the_one_that_is_pressed_next(playing) -> None:
    phrase(playing, 4).click()
    playing.page.keyboard.press("k")
    phrase(playing, 1).click()
    told(playing)
    playing.button("Copy to…").click()
    assert "phrase 1 is copied to" in playing.text("status")
    playing.page.keyboard.press("Escape")
    assert "copied" not in playing.text("status")
    phrase(playing, 3).click()
    assert told(playing) == {"index": 2}  # chosen, as ever
    playing.button("Copy to…").click()
    phrase(playing, 4).click()
    assert "Phrase 4 is locked" in playing.text("status")
    phrase(playing, 2).click()
    assert told(playing) == {"do": "copy", "source": 2, "target": 1}
    wait_for_version(playing, 1)


def test_the_piece_is_continued(playing) -> None:
    before = playing.player.locator(".mg-phrase").count()
    playing.button("Continue").click()
    assert told(playing) == {"do": "extend", "bars": 8}
    wait_for_version(playing, 1)
    assert playing.player.locator(".mg-phrase").count() == before + 4
    assert playing.seconds >= 4 * SECONDS - 0.1  # what is new is heard


def test_a_model_is_kept(playing) -> None:
    playing.button("Keep song").click()
    playing.button("Redraw").click()
    assert told(playing)["models"] == ["drums"]
    wait_for_version(playing, 1)
    playing.button("Keep drums").click()
    for name in ("Redraw", "Vary", "Redraw the rest"):
        assert is_off(playing, name)
    playing.press("melody")
    assert not playing.button("Keep song").is_visible()  # there is nothing to choose between
    playing.button("Redraw").click()
    assert told(playing)["models"] == ["song"]


def colour(page: Visit, share: float) -> list[int]:
    """Colour of the strip under the ruler, at a share of the roll's width."""
    return page.page.evaluate(
        """share => {
            const roll = document.querySelector('.mg-roll');
            const copy = new OffscreenCanvas(roll.width, roll.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(roll, 0, 0);
            const x = 54 + (roll.width - 54) * share;
            return [...context.getImageData(x, 29, 1, 1).data];
        }""",
        share,
    )


def test_a_morph_shows_its_way_and_gives_its_steps(visit) -> None:
    page = visit()
    page.press("morph")
    page.page.keyboard.press("Space")
    page.page.wait_for_timeout(200)
    assert colour(page, 0.1)[:3] == [255, 138, 101]
    assert colour(page, 0.9)[:3] == [110, 168, 254]
    assert colour(page, 0.4) == [207, 148, 152, 255]
    assert not page.button("Make this step the piece").is_visible()
    phrase(page, 4).press("k")
    phrase(page, 4).click()
    told(page)
    page.button("Make this step the piece").click()
    assert told(page) == {"do": "cut", "first": 2, "phrases": 2}
    wait_for_version(page, 1)
    assert page.player.locator(".mg-phrase").count() == 2
    assert page.player.locator('[data-locked="true"]').count() == 0
    assert not page.button("Make this step the piece").is_visible()


# Undo and history


def test_undo_and_redo(playing) -> None:
    assert is_off(playing, "Undo")
    assert is_off(playing, "Redo")
    first = playing.text("details")
    phrase(playing, 2).click()
    playing.page.keyboard.press("k")
    phrase(playing, 1).click()
    playing.button("Redraw").click()
    wait_for_version(playing, 1)
    piece = playing.data("id")
    playing.button("Undo").click()
    wait_for_version(playing, 0)
    assert (playing.text("details"), playing.data("id")) == (first, piece)
    assert phrase(playing, 2).get_attribute("data-locked") == "true"
    playing.page.keyboard.press("Control+Shift+Z")
    wait_for_version(playing, 1)
    assert "fill" in playing.text("details")
    playing.page.keyboard.press("Control+z")
    wait_for_version(playing, 0)
    playing.page.keyboard.press("Control+y")
    wait_for_version(playing, 1)
    playing.page.locator("#told textarea").press("Control+z")  # its own
    playing.page.wait_for_timeout(300)
    assert playing.data("version") == "1"
    playing.button("Undo").click()
    wait_for_version(playing, 0)
    playing.button("Continue").click()  # another way from here: the old one is gone
    wait_for_version(playing, 1)
    assert is_off(playing, "Redo")


def test_undo_goes_back_to_the_piece_before(visit) -> None:
    page = visit()
    page.press("short")
    page.press("long")
    page.button("Undo").click()
    wait_for_version(page, 0)
    assert page.text("title") == "short"
    assert not is_off(page, "Redo")


def test_a_sound_that_comes_too_late_is_left(playing) -> None:
    playing.page.evaluate(
        """() => {
            const player = document.querySelector('.mg-player');
            const titles = new MutationObserver(() => {
                window.shown.push(player.querySelector('.mg-details').textContent);
            });
            window.shown = [];
            titles.observe(player.querySelector('.mg-details'), { childList: true });
        }"""
    )
    for edits in range(1, 4):  # each while the last one's sound is still on its way
        playing.button("Redraw").click()
        playing.wait(
            """edits => {
                const player = document.querySelector('.mg-player');
                const { version, busy } = player.dataset;
                return Number(version) === edits && !busy;
            }""",
            edits,
        )
    wait_for_version(playing, 3)
    lengths = [len(shown) for shown in playing.page.evaluate("window.shown")]
    assert lengths == sorted(lengths)


def test_history_outlives_the_page(visit) -> None:
    page = visit()
    page.press("short")
    page.press("long")
    page.press("long")
    page.page.reload()
    page.page.wait_for_selector(".mg-history", state="attached")
    page.page.locator("#alone").wait_for()
    page.press("melody")
    page.button("History").click()
    dialog = page.page.get_by_role("dialog", name="History")
    entries = dialog.get_by_role("listitem")
    assert [entry.locator("b").inner_text() for entry in entries.all()] == [
        "melody",
        "long",
        "short",
    ]
    before = page.data("id")
    entries.last.get_by_role("button").press("Enter")
    page.wait_for_sound(before)
    assert page.text("title") == "short"
    page.button("History").click()
    page.page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.button("History").click()
    dialog.get_by_role("button", name="Clear history").click()
    assert entries.count() == 0
    assert page.page.evaluate("localStorage.getItem('musegen-history')") == "[]"


def test_history_takes_text_as_text_and_leaves_what_it_cannot_read(visit) -> None:
    page = visit()
    good = {"recipe": "r", "title": "<img src=x onerror=alert(1)>", "details": ["<b>"], "when": 1}
    bad = [{"recipe": 1}, None, {**good, "details": "no list"}]
    page.page.evaluate(
        "list => localStorage.setItem('musegen-history', JSON.stringify(list))", [good, *bad]
    )
    page.press("short")
    page.button("History").click()
    dialog = page.page.get_by_role("dialog", name="History")
    assert dialog.get_by_role("listitem").count() == 2
    assert dialog.locator("img").count() == 0
    assert "<img" in dialog.get_by_role("listitem").last.inner_text()


def test_history_is_short_and_does_without_its_place(visit) -> None:
    page = visit()
    many = [{"recipe": str(i), "title": str(i), "details": [], "when": i} for i in range(60)]
    page.page.evaluate(
        "list => localStorage.setItem('musegen-history', JSON.stringify(list))", many
    )
    page.press("short")
    kept = page.page.evaluate("JSON.parse(localStorage.getItem('musegen-history'))")
    assert len(kept) == 50
    assert kept[0]["title"] == "short"
    page.page.evaluate(
        """() => {
            const refuse = () => { throw new DOMException('full', 'QuotaExceededError'); };
            Storage.prototype.setItem = refuse;
            Storage.prototype.getItem = refuse;
        }"""
    )
    page.press("long")
    page.button("History").click()
    assert "Nothing is kept" in page.page.get_by_role("dialog", name="History").inner_text()


# What goes on


def test_progress_is_shown_and_can_be_stopped(playing) -> None:
    bar = playing.player.get_by_role("progressbar")
    cancel = playing.button("Cancel")
    assert not bar.is_visible()
    assert not cancel.is_visible()
    announce(playing, "busy")
    assert playing.text("status") == "Composing …"
    assert is_off(playing, "Redraw")
    announce(playing, "progress", {"share": 0.4, "text": "Phrase 3 of 8"})
    assert bar.get_attribute("aria-valuenow") == "40"
    assert playing.text("status") == "Phrase 3 of 8"
    playing.page.locator("#told textarea").fill("")
    cancel.click()
    assert told(playing) == {}
    announce(playing, "idle")
    assert not bar.is_visible()
    assert not cancel.is_visible()
    assert playing.text("status") == ""
    assert not is_off(playing, "Redraw")
    announce(playing, "progress", {"share": 0.5, "text": "too late"})
    assert not bar.is_visible()


def test_a_sound_that_was_stopped_can_be_asked_for_again(visit) -> None:
    page = visit()
    page.page.locator("#alone").click()
    page.wait("document.querySelector('.mg-player').dataset.state === 'drawn'")
    assert page.text("status") == "Rendering the sound …"
    assert page.button("Cancel").is_visible()
    announce(page, "idle")
    assert not page.button("Cancel").is_visible()
    assert "press play" in page.text("status")
    page.button("Play").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")


# The whole mix first


def test_the_mix_is_heard_before_its_parts(visit) -> None:
    page = visit()
    page.page.locator("#alone").click()
    page.wait("document.querySelector('.mg-player').dataset.state === 'drawn'")
    page.page.locator("#mix").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    assert page.text("status") == "Adding the parts …"
    assert level(page, "mix") > 0.01
    page.button("Bass").click()
    mix = page.data("sound")
    page.page.locator("#apart").click()
    page.wait("mix => document.querySelector('.mg-player').dataset.sound !== mix", mix)
    assert page.mixer("playing")
    assert page.text("status") == ""
    page.page.wait_for_timeout(300)
    assert level(page, "lead") > 0.01
    assert max(level(page, "mix"), level(page, "bass")) < 1e-3


def test_who_does_not_hear_all_parts_waits_for_them(visit) -> None:
    page = visit()
    page.press("short")
    page.button("Bass").click()
    before = page.data("id")
    page.page.locator("#alone").click()
    page.wait("id => document.querySelector('.mg-player').dataset.id !== id", before)
    page.page.locator("#mix").click()
    page.wait("document.querySelector('.mg-status').textContent === 'Adding the parts …'")
    page.page.wait_for_timeout(500)
    assert page.mixer("length") == 0
    page.page.locator("#apart").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    assert level(page, "bass") < 1e-3


# Files


def take(page: Visit, kind: str, folder: Path) -> Path:
    """Download a file; most of them are behind More."""
    if not page.player.locator(f'[data-file="{kind}"]').is_visible():
        page.button("More").click()
    return page.download(kind, folder)


def test_files_are_made_when_asked_for(visit, tmp_path) -> None:
    page = visit()
    page.press("short")
    with zipfile.ZipFile(take(page, "stems", tmp_path)) as archive:
        names = sorted(archive.namelist())
        archive.extractall(tmp_path)
    assert names == [f"musegen-short-{part}.flac" for part in ("bass", "drums", "lead")]
    sounds = [soundfile.read(tmp_path / name, dtype="float32")[0] for name in names]
    mix, _ = soundfile.read(take(page, "wav", tmp_path), dtype="float32")
    assert np.abs(sum(sounds) - mix).max() < 1e-3  # played together they are the mix
    made = [take(page, kind, tmp_path).name for kind in ("midi", "flac", "mp3", "ogg", "npy")]
    assert made == [f"musegen-short.{ending}" for ending in ("mid", "flac", "mp3", "ogg", "npy")]


def test_one_file_is_made_at_a_time(visit) -> None:
    page = visit()
    page.press("short")
    page.page.evaluate(
        "() => document.addEventListener('musegen:file', (e) => e.stopImmediatePropagation(), true)"
    )
    wav = page.button("WAV")
    wav.click()
    assert wav.get_attribute("aria-busy") == "true"
    assert page.text("status") == "Making the WAV …"
    assert is_off(page, "MIDI")
    announce(page, "idle")
    assert wav.get_attribute("aria-busy") is None
    assert not is_off(page, "MIDI")


def test_the_picture_has_the_whole_piece(visit, tmp_path) -> None:
    page = visit(width=390)
    widths = {}
    for name in ("short", "long"):
        page.press(name)
        path = take(page, "png", tmp_path)
        assert path.name == f"musegen-{name}.png"
        data = path.read_bytes()
        widths[name], height = struct.unpack(">II", data[16:24])
        assert height == 2 * 640
    assert widths["short"] == 2 * 1200
    assert widths["long"] >= 2 * 64 * 44


def test_more_files_by_keyboard(visit) -> None:
    page = visit()
    page.press("short")
    more = page.button("More")
    more.press("Enter")
    assert more.get_attribute("aria-expanded") == "true"
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Tab")  # behind Copy link
    assert page.page.evaluate("document.activeElement.dataset.file") == "flac"
    page.page.keyboard.press("Escape")
    assert more.get_attribute("aria-expanded") == "false"
    assert page.page.evaluate("document.activeElement.textContent") == "More"


def test_the_wav_says_that_it_has_all_parts(playing) -> None:
    label = playing.player.locator('[data-file="wav"]')
    assert label.inner_text() == "WAV"
    playing.button("Bass").click()
    assert label.inner_text() == "WAV, all parts"


def test_the_player_fits_a_laptop(visit) -> None:
    page = visit()
    page.page.add_style_tag(content="#player { max-width: 798px; }")  # beside the panel
    page.press("morph")
    phrase(page, 2).click()
    page.wait("document.querySelector('[data-do=cut]').offsetHeight > 0")
    assert page.player.bounding_box()["height"] <= 720
