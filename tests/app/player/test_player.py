"""The player in a real browser: layout, focus, sound and accessibility. It needs no model.

What needs no browser is tested in tests/js.
"""

from __future__ import annotations

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
# Whether the greatest level of a part, or of the whole mix, over a while is within limits.
IS_LEVEL = """async ([part, least, most]) => {
    const mixer = document.querySelector('.mg-player').mixer;
    const meter = mixer.context.createAnalyser();
    (part ? mixer.channels.get(part) : mixer.output).connect(meter);
    meter.fftSize = 2048;
    const samples = new Float32Array(meter.fftSize);
    let level = 0;
    for (const end = performance.now() + 300; performance.now() < end;) {
        await new Promise((done) => setTimeout(done, 20));
        meter.getFloatTimeDomainData(samples);
        for (const sample of samples) level = Math.max(level, Math.abs(sample));
    }
    meter.disconnect();
    window.level = level;
    return level >= least && level <= most;
}"""
# Addresses of the modules that the page has loaded so far.
LOADED = """performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
    .filter((path) => path.startsWith('/modules/'))"""
LOUD = 0.01
SILENT = 0.001


def song(phrases: int) -> Piece:
    """Parts that sound without a pause, so that it can be measured at any time whether they do."""
    rows = [(step, "lead", 72 + step % 5, 4, 100) for step in range(0, 32, 4)]
    rows += [(step, "bass", 36, 8, 100) for step in range(0, 32, 8)]
    rows += [(step, "drums", 42, 1, 100) for step in range(0, 32, 2)]
    return Piece((Phrase(make_notes(rows), tempo=240.0),) * phrases)


def harmony() -> Piece:
    """Eight bars with a chord each: C, F, G and C, twice."""
    rows = [
        (16 * bar, part, low + root + above, 16, 90)
        for bar, root in enumerate((0, 5, 7, 0) * 2)
        for part, low, above in (
            ("chords", 60, 0),
            ("chords", 60, 4),
            ("chords", 60, 7),
            ("bass", 36, 0),
        )
    ]
    return Piece.from_notes(make_notes(rows), [0] * 4, [120.0] * 4)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("player")
    files = {"short": song(4), "long": song(32), "morph": song(8), "melody": song(4).only(["lead"])}
    files["harmony"] = harmony()
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


@pytest.fixture(scope="module")
def shared(address, browser) -> Iterator[Visit]:
    """One page for the tests of this file, which leave its controls as they find them."""
    with open_visits(address, browser, "#short") as open_page:
        yield open_page()


@pytest.fixture
def playing(shared) -> Visit:
    """A short piece, repeated."""
    shared.press("short")
    repeat = shared.button("Repeat the piece")
    if repeat.get_attribute("aria-pressed") == "false":
        repeat.click()
    shared.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    empty(shared)
    return shared


def paused(page: Visit, name: str) -> Visit:
    page.press(name)
    page.wait(f"{MIXER}.playing")
    page.page.keyboard.press("Space")
    return page


def wait_for_level(page: Visit, part: str, least: float = 0, most: float = 2) -> float:
    """Wait until a part, or the whole mix, is as loud as this; return how loud it is."""
    page.wait(IS_LEVEL, [part, least, most])
    return page.page.evaluate("window.level")


def wait_for_sounding(page: Visit, sounding: str, silent: str) -> None:
    for part in sounding.split():
        wait_for_level(page, part, LOUD)
    for part in silent.split():
        wait_for_level(page, part, 0, SILENT)


def empty(page: Visit) -> None:
    page.page.locator("#event textarea").fill("")
    page.page.evaluate("document.activeElement.blur()")


def wait_for_event(page: Visit, expected: dict) -> None:
    """Wait until this is what the player sent to Python last; then empty the line."""
    page.wait(
        """expected => {
            const { value } = document.querySelector('#event textarea');
            const came = value && JSON.parse(value);
            return came && Object.keys({ ...came, ...expected }).every(
                (key) => JSON.stringify(came[key]) === JSON.stringify(expected[key]));
        }""",
        expected,
    )
    empty(page)


def is_off(page: Visit, name: str) -> bool:
    return page.button(name).get_attribute("aria-disabled") == "true"


def is_pressed(page: Visit, name: str) -> bool:
    return page.button(name).get_attribute("aria-pressed") == "true"


def wait_for_version(page: Visit, number: int) -> None:
    """Wait until a version is shown and heard; they are counted as they are made."""
    page.wait(
        """number => {
            const { version, state, busy } = document.querySelector('.mg-player').dataset;
            return version === String(number) && state === 'ready' && !busy;
        }""",
        number,
    )


def version(page: Visit) -> int:
    return int(page.data("version"))


def send(page: Visit, message: str, detail: dict | None = None) -> None:
    """Send a message to the player as the page does."""
    page.page.evaluate(
        "([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))",
        [f"musegen:{message}", detail],
    )


# Loading


def test_modules_come_from_an_address_that_changes_with_them(shared) -> None:
    names = ["player/player.js", "player/mixer.js", "shared/zoom.js"]
    shared.wait(
        f"names => names.every((name) => {LOADED}.some((path) => path.endsWith(name)))", names
    )
    found = shared.page.evaluate(LOADED)
    folders = {name.split("/")[2] for name in found}
    assert len(folders) == 1
    script = shared.page.request.get(shared.page.url.split("?")[0].rstrip("/") + found[0])
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in (found[0].replace(folders.pop(), "0" * 16), found[0] + "x", "/modules/x/../x"):
        assert shared.page.request.get(shared.page.url.rstrip("/") + other).status == 404


def test_nothing_is_lost_that_comes_before_the_modules(browser, address) -> None:
    context = browser.new_context()
    page = Visit(context.new_page())
    held, is_open = [], []
    page.page.route(
        "**/modules/**", lambda route: route.continue_() if is_open else held.append(route)
    )
    page.page.goto(address)
    page.page.locator("#short").click()
    send(page, "busy")
    send(page, "progress", {"share": 0.25, "text": "Phrase 2 of 8"})
    is_open.append(True)
    for route in held:
        route.continue_()
    page.wait_for_sound(None)
    assert page.text("title") == "short"
    context.close()


# Mixing


def test_a_muted_part_is_silent_at_once_without_the_server(playing) -> None:
    asked = []

    def note(request) -> None:
        asked.append(request.url)

    wait_for_level(playing, "lead", LOUD)
    playing.page.on("request", note)
    playing.button("Lead").click()
    assert not is_pressed(playing, "Lead")
    wait_for_sounding(playing, "bass", "lead")
    drawn = int(playing.player.locator(".mg-roll").get_attribute("data-drawn"))
    assert 0 < drawn < int(playing.data("notes"))
    playing.button("Lead").click()
    wait_for_level(playing, "lead", LOUD)
    assert asked == []
    playing.page.remove_listener("request", note)


def test_solo_leaves_one_part(playing) -> None:
    solo = playing.button("Solo bass")
    for press in (
        lambda: playing.button("Bass").click(modifiers=["Shift"]),
        lambda: solo.press("Enter"),
        solo.click,
    ):
        press()
        assert is_pressed(playing, "Solo bass")
        if press == solo.click:
            wait_for_sounding(playing, "bass", "lead drums")
        solo.click()
        assert not is_pressed(playing, "Solo bass")
    wait_for_level(playing, "lead", LOUD)


def test_volume_turns_a_part_down_and_stays_with_other_instruments(playing) -> None:
    full = wait_for_level(playing, "bass", LOUD)
    slider = playing.player.get_by_role("slider", name="Volume of bass")
    slider.press("Home")
    for _ in range(50):
        slider.press("ArrowRight")
    wait_for_level(playing, "bass", full / 4 * 0.6, full / 4 * 1.4)  # half the way: a quarter
    slider.press("Home")
    playing.button("Drums").click()
    sound, piece = playing.data("sound"), playing.data("id")
    playing.page.locator("#other").click()
    playing.wait("old => document.querySelector('.mg-player').dataset.sound !== old", sound)
    assert playing.data("id") == piece
    assert playing.mixer("playing")
    wait_for_sounding(playing, "lead", "bass drums")
    playing.button("Drums").click()
    slider.fill("100")


def test_the_wav_says_that_it_has_all_parts(playing) -> None:
    label = playing.player.locator('[data-file="wav"]')
    assert label.inner_text() == "WAV"
    playing.button("Bass").click()
    assert label.inner_text() == "WAV, all parts"
    playing.button("Bass").click()
    assert label.inner_text() == "WAV"


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


def test_pieces_of_the_sound_leave_no_seam(shared, tmp_path) -> None:
    page = shared
    page.press("short")
    page.wait(f"{MIXER}.playing")
    heard = np.array(page.page.evaluate(RECORD, 7.0), np.float32)
    mix, rate = soundfile.read(page.download("wav", tmp_path), dtype="float32")
    # Silence comes first: the beginning tells by how much. A seam is four seconds after it.
    lag = int(np.argmax(np.correlate(heard[: 2 * rate], mix[:rate, 0], "valid")))
    heard = heard[lag : lag + 5 * rate]
    assert len(heard) > 4.5 * rate
    assert np.abs(heard - mix[: len(heard), 0]).max() < 0.001  # 14 bits, thrice


# Phrases and keys


def test_a_phrase_is_chosen_played_and_sent(playing) -> None:
    cells = playing.player.get_by_role("group", name="Phrases").get_by_role("button")
    assert cells.count() == 4
    assert cells.nth(2).get_attribute("aria-label") == "Phrase 3, B, bars 5 to 6"
    playing.page.keyboard.press("Space")
    cells.nth(2).click()
    assert playing.seconds == pytest.approx(2 * SECONDS, abs=0.01)
    pressed = [cells.nth(i).get_attribute("aria-pressed") for i in range(4)]
    assert pressed == ["false", "false", "true", "false"]
    playing.page.keyboard.press("Space")  # plays: after a click it is not for the cell
    playing.wait(f"{MIXER}.playing")
    wait_for_event(playing, {"index": 2})
    cells.nth(2).press("ArrowRight")
    playing.page.keyboard.press("Enter")
    wait_for_event(playing, {"index": 3})
    playing.page.locator("#melody").click()
    wait_for_event(playing, {"index": None})
    playing.wait_for_sound(None)


def test_phrases_stand_under_the_roll_and_scroll_with_it(visit) -> None:
    page = paused(visit(width=390), "long")
    scroller = page.player.locator(".mg-scroll")
    scroller.evaluate("scroller => { scroller.scrollLeft = 700; }")
    page.wait("document.querySelector('.mg-rail').scrollLeft === 700")
    scroll = scroller.bounding_box()
    per_phrase = scroller.evaluate("scroller => scroller.scrollWidth") / 32
    cell = page.phrase(9).bounding_box()
    assert cell["x"] == pytest.approx(scroll["x"] + 8 * per_phrase - 700, abs=1.5)
    assert cell["width"] == pytest.approx(per_phrase, abs=1.5)


def test_chords_stand_over_the_roll_and_the_one_that_plays_is_lit(visit) -> None:
    page = paused(visit(width=390), "harmony")
    changes = ((1, "C"), (2, "F"), (3, "G"), (4, "C"), (6, "F"), (7, "G"), (8, "C"))
    names = [f"Bar {bar}: {name}" for bar, name in changes]
    assert page.page.locator(".mg-chord").all_text_contents() == names
    assert page.page.locator(".mg-chord[data-shown=true]").count() == len(names)
    page.page.locator(".mg-scroll").evaluate("scroller => { scroller.scrollLeft = 90; }")
    page.wait("document.querySelector('.mg-chord-rail').scrollLeft === 90")
    page.page.locator(".mg-scroll").focus()
    for key, name in (("End", "Bar 8: C"), ("Home", "Bar 1: C"), ("ArrowRight", "Bar 2: F")):
        page.page.keyboard.press(key)
        lit = f"document.querySelector('.mg-chord[aria-current]')?.textContent === '{name}'"
        page.wait(lit)


def test_a_phrase_is_looped(playing) -> None:
    playing.phrase(2).click()
    playing.button("Loop phrase").click()
    assert is_pressed(playing, "Loop phrase")
    assert playing.player.locator('.mg-phrase[data-looped="true"]').count() == 1
    playing.page.evaluate(
        f"""() => {{
            window.places = [];
            window.watcher = setInterval(() => window.places.push({MIXER}.position / 44100), 50);
        }}"""
    )
    playing.wait("window.places.some((place, i, all) => place < all[i - 1])")  # it came round
    places = playing.page.evaluate("(clearInterval(window.watcher), window.places)")
    assert min(places) >= SECONDS - 0.05
    assert max(places) <= 2 * SECONDS + 0.05
    wait_for_level(playing, "", LOUD)
    playing.page.keyboard.press("l")
    assert not is_pressed(playing, "Loop phrase")
    playing.wait(f"{MIXER}.position > {2 * SECONDS + 0.2} * 44100")


def test_keys_move_and_play(shared) -> None:
    shared.press("long")
    shared.wait(f"{MIXER}.playing")
    piece = shared.data("id")
    shared.page.keyboard.press("Space")
    shared.wait(f"!{MIXER}.playing")
    assert shared.data("id") == piece  # the button that was clicked did not take the space bar
    slider = shared.player.get_by_role("slider", name="Position")
    for keys, bar in (("Home PageUp", 3), ("ArrowRight", 4), ("ArrowLeft", 3), ("End", 64)):
        for key in keys.split():
            slider.press(key)
        assert slider.get_attribute("aria-valuetext").startswith(f"bar {bar} of 64")
        if keys == "ArrowLeft":
            assert shared.seconds == pytest.approx(SECONDS, abs=0.01)
    slider.press("Home")
    slider.press(" ")
    shared.wait(f"{MIXER}.playing && {MIXER}.position > 0")


def test_the_end_is_the_end(shared) -> None:
    shared.press("short")
    if is_pressed(shared, "Repeat the piece"):
        shared.button("Repeat the piece").click()
    shared.wait(f"{MIXER}.playing")
    shared.player.get_by_role("slider", name="Position").press("End")
    shared.wait(f"!{MIXER}.playing")
    assert shared.seconds == pytest.approx(shared.mixer("length") / 44100)
    shared.wait("document.querySelector('.mg-player').dataset.playing === 'false'")
    shared.button("Play").click()
    shared.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    assert shared.seconds < 4


def test_a_click_on_the_roll_or_the_overview_moves_the_position(shared) -> None:
    paused(shared, "short")
    for name, share in (("scroll", 0.5), ("overview", 0.75)):
        box = shared.player.locator(f".mg-{name}").bounding_box()
        shared.page.mouse.click(box["x"] + box["width"] * share, box["y"] + 20)
        assert shared.seconds == pytest.approx(share * 4 * SECONDS, abs=0.1)


def test_zoom(shared) -> None:
    page = paused(shared, "long")

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


def test_the_note_under_the_pointer_is_named(shared) -> None:
    paused(shared, "short")
    box = shared.player.locator(".mg-scroll").bounding_box()
    names = set()
    for y in range(40, int(box["height"]), 5):
        shared.page.mouse.move(box["x"] + 5, box["y"] + y)
        tip = shared.player.locator(".mg-tip")
        if tip.is_visible():
            names.add(tip.locator("b").inner_text())
    assert {"C5", "C2", "Closed hi-hat"} <= names


# Everyone


def test_a_loaded_piece_is_announced_to_screen_readers(playing) -> None:
    said = playing.player.locator(".mg-announcement")
    assert said.get_attribute("role") == "status"
    assert "short, 8 bars, is ready to play: lead: " in said.text_content()


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)]
)
def test_axe_has_no_serious_finding(playing, width, dark) -> None:
    playing.page.set_viewport_size({"width": width, "height": 800})
    playing.page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
    playing.phrase(1).click()
    playing.button("Loop phrase").click()
    playing.button("Solo bass").click()
    playing.phrase(2).press("k")
    playing.button("More").click()
    send(playing, "progress", {"share": 0.5, "text": "Half of it"})
    assert serious_findings(playing, ".mg-player") == []
    playing.button("More").click()
    playing.button("History").click()
    assert serious_findings(playing, ".mg-history") == []
    playing.page.keyboard.press("Escape")
    playing.button("Solo bass").click()
    playing.button("Loop phrase").click()
    playing.page.evaluate("document.body.classList.remove('dark')")
    playing.page.set_viewport_size({"width": 1280, "height": 800})


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
    wait_for_level(page, "lead", 0, SILENT)
    page.phrase(2).tap()
    wait_for_event(page, {"index": 1})
    controls = "button:not(.mg-phrase, .mg-chord):visible, input:visible, a:visible"
    for control in page.player.locator(controls).all():
        box = control.bounding_box()
        assert box["height"] >= 30, control.get_attribute("class")
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390, control.get_attribute("class")
    before = float(page.data("bar"))
    page.player.locator(".mg-scroll").evaluate(PINCH)
    assert float(page.data("bar")) == pytest.approx(before * 2, rel=0.02)


def test_the_player_fits_a_laptop(visit) -> None:
    page = visit()
    page.page.add_style_tag(content="#player { max-width: 798px; }")  # beside the panel
    page.press("morph")
    page.phrase(2).click()
    page.wait("document.querySelector('[data-do=cut]').offsetHeight > 0")
    assert page.player.bounding_box()["height"] <= 720


# Edits


def test_a_phrase_is_redrawn_in_its_loop_without_a_pause(playing) -> None:
    playing.phrase(3).click()
    playing.button("Loop phrase").click()
    playing.page.evaluate(
        f"""() => {{
            window.pauses = 0;
            window.watcher = setInterval(() => {{ if (!{MIXER}.playing) window.pauses += 1; }}, 10);
        }}"""
    )
    empty(playing)
    piece, notes, number = playing.data("id"), playing.data("notes"), version(playing)
    playing.button("Redraw").click()
    wait_for_event(playing, {"do": "fill", "phrases": [2]})
    wait_for_version(playing, number + 1)
    assert (playing.data("id"), playing.data("notes")) == (piece, notes)
    assert "fill" in playing.text("details")
    assert playing.phrase(3).get_attribute("aria-pressed") == "true"
    assert 2 * SECONDS - 0.1 <= playing.seconds < 3 * SECONDS  # from where it was changed
    assert playing.page.evaluate("(clearInterval(window.watcher), window.pauses)") == 0
    playing.button("Loop phrase").click()


def test_vary_goes_as_far_as_the_slider_says(playing) -> None:
    slider = playing.player.get_by_role("slider", name="How far")
    assert slider.get_attribute("aria-valuetext") == "20 %, a little"
    slider.fill("75")
    assert slider.get_attribute("aria-valuetext") == "75 %, a lot"
    number = version(playing)
    playing.button("Vary").click()
    every = {"do": "vary", "phrases": [0, 1, 2, 3], "similarity": 0.25}
    wait_for_event(playing, every)
    wait_for_version(playing, number + 1)
    slider.fill("20")


def test_locks_are_shown_and_keep_their_phrases(playing) -> None:
    assert is_off(playing, "Lock")
    assert is_off(playing, "Copy to…")
    playing.phrase(2).click()
    playing.button("Lock").click()
    assert playing.phrase(2).get_attribute("aria-label") == "Phrase 2, A, bars 3 to 4, locked"
    assert is_pressed(playing, "Lock")
    for name in ("Redraw", "Vary"):
        assert is_off(playing, name)
        assert "Phrase 2 is locked" in playing.button(name).get_attribute("title")
    empty(playing)
    number = version(playing)
    playing.button("Redraw the rest").click()
    wait_for_event(playing, {"do": "fill", "phrases": [0, 2, 3]})
    wait_for_version(playing, number + 1)
    assert playing.phrase(2).get_attribute("data-locked") == "true"  # it is the same piece
    for i in (1, 3, 4):
        playing.phrase(i).press("k")  # the phrase with the focus
    assert playing.player.locator('[data-locked="true"]').count() == 4
    assert is_off(playing, "Redraw the rest")
    playing.page.locator("#event textarea").press("k")  # in a text it is a letter
    assert playing.player.locator('[data-locked="true"]').count() == 4
    playing.phrase(3).click()
    playing.page.keyboard.press("K")
    assert playing.phrase(3).get_attribute("data-locked") == "false"
    playing.press("short")
    assert playing.player.locator('[data-locked="true"]').count() == 0  # it is another piece
    empty(playing)


def test_a_phrase_is_copied_to_the_one_that_is_pressed_next(playing) -> None:
    playing.phrase(4).click()
    playing.page.keyboard.press("k")
    playing.phrase(1).click()
    playing.button("Copy to…").click()
    assert "phrase 1 is copied to" in playing.text("status")
    assert playing.phrase(1).evaluate("cell => cell === document.activeElement")
    playing.page.keyboard.press("Escape")
    assert "copied" not in playing.text("status")
    playing.phrase(3).click()
    playing.button("Copy to…").click()
    assert playing.player.locator('[data-target="true"]').count() == 2
    playing.phrase(4).click()
    assert "Phrase 4 is locked" in playing.text("status")
    number = version(playing)
    empty(playing)
    playing.phrase(2).click()
    wait_for_event(playing, {"do": "copy", "source": 2, "target": 1})
    wait_for_version(playing, number + 1)


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


def test_a_morph_shows_its_way_and_gives_its_steps(shared) -> None:
    paused(shared, "morph")
    shared.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    )
    assert colour(shared, 0.1)[:3] == [255, 138, 101]
    assert colour(shared, 0.9)[:3] == [110, 168, 254]
    assert colour(shared, 0.4) == [207, 148, 152, 255]
    cut = shared.button("Make this step the piece")
    assert not cut.is_visible()
    shared.phrase(4).press("k")
    shared.phrase(4).click()
    empty(shared)
    number = version(shared)
    cut.click()
    wait_for_event(shared, {"do": "cut", "first": 2, "phrases": 2})
    wait_for_version(shared, number + 1)
    assert shared.player.locator(".mg-phrase").count() == 2
    assert shared.player.locator('[data-locked="true"]').count() == 0
    assert not cut.is_visible()


# Undo and history


def test_undo_and_redo_by_button_and_keys(visit) -> None:
    page = visit()
    page.press("short")
    assert is_off(page, "Undo")
    assert is_off(page, "Redo")
    first = page.text("details")
    page.phrase(2).click()
    page.page.keyboard.press("k")
    page.button("Redraw the rest").click()
    wait_for_version(page, 1)
    piece = page.data("id")
    page.button("Undo").click()
    wait_for_version(page, 0)
    assert (page.text("details"), page.data("id")) == (first, piece)
    assert page.phrase(2).get_attribute("data-locked") == "true"
    for keys, number in (("Control+Shift+Z", 1), ("Control+z", 0), ("Control+y", 1)):
        page.page.keyboard.press(keys)
        wait_for_version(page, number)
    assert "fill" in page.text("details")
    page.page.locator("#event textarea").press("Control+z")  # in a text it is the text's own
    assert page.data("busy") is None
    assert page.data("version") == "1"


def test_history_outlives_the_page(visit) -> None:
    page = visit()
    page.page.evaluate(
        "list => localStorage.setItem('musegen-history', JSON.stringify(list))",
        [{"recipe": "r", "title": "<img src=x onerror=alert(1)>", "details": ["<b>"], "when": 1}],
    )
    page.press("short")
    page.press("long")
    page.page.reload()
    page.page.wait_for_selector(".mg-history", state="attached")
    page.press("melody")
    page.button("History").click()
    dialog = page.page.get_by_role("dialog", name="History")
    entries = dialog.get_by_role("listitem")
    titles = [entry.locator("b").inner_text() for entry in entries.all()]
    assert titles == ["melody", "long", "short", "<img src=x onerror=alert(1)>"]
    assert dialog.locator("img").count() == 0
    before = page.data("id")
    entries.nth(2).get_by_role("button").press("Enter")
    page.wait_for_sound(before)
    assert page.text("title") == "short"
    page.button("History").click()
    page.page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.button("History").click()
    dialog.get_by_role("button", name="Clear history").click()
    assert entries.count() == 0
    assert page.page.evaluate("document.activeElement.textContent") == "Close"
    assert page.page.evaluate("localStorage.getItem('musegen-history')") == "[]"


# Messages


def test_progress_is_shown_and_can_be_cancelled(playing) -> None:
    bar = playing.player.get_by_role("progressbar")
    cancel = playing.button("Cancel")
    assert not bar.is_visible()
    assert not cancel.is_visible()
    send(playing, "busy")
    assert playing.text("status") == "Composing …"
    assert is_off(playing, "Redraw")
    send(playing, "progress", {"share": 0.4, "text": "Phrase 3 of 8"})
    assert bar.get_attribute("aria-valuenow") == "40"
    assert playing.text("status") == "Phrase 3 of 8"
    empty(playing)
    cancel.press("Enter")
    wait_for_event(playing, {})
    cancel.focus()
    send(playing, "idle")
    assert not bar.is_visible()
    assert not cancel.is_visible()
    assert playing.page.evaluate("document.activeElement.className") == "mg-scroll"
    assert playing.text("status") == ""
    assert not is_off(playing, "Redraw")
    send(playing, "progress", {"share": 0.5, "text": "too late"})
    assert not bar.is_visible()


def test_the_sound_can_be_requested_again_and_its_mix_is_heard_first(visit) -> None:
    page = visit()
    page.page.locator("#alone").click()
    page.wait("document.querySelector('.mg-player').dataset.state === 'drawn'")
    assert page.text("status") == "Rendering the sound …"
    assert page.button("Cancel").is_visible()
    send(page, "idle")
    assert not page.button("Cancel").is_visible()
    assert "press play" in page.text("status")
    page.button("Play").click()
    assert page.text("status") == "Rendering the sound …"
    page.page.locator("#mix").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    before = page.data("id")
    page.page.locator("#alone").click()
    page.wait("id => document.querySelector('.mg-player').dataset.id !== id", before)
    page.page.locator("#mix").click()
    page.wait(f"{MIXER}.playing && {MIXER}.position > 0")
    wait_for_level(page, "mix", LOUD)
    assert page.button("Bass").is_disabled()
    assert page.text("status") == ""


# Files


def test_files_are_made_when_they_are_requested(shared, tmp_path) -> None:
    shared.press("short")
    with zipfile.ZipFile(shared.download("stems", tmp_path)) as archive:
        names = sorted(archive.namelist())
        archive.extractall(tmp_path)
    assert names == [f"musegen-short-{part}.flac" for part in ("bass", "drums", "lead")]
    sounds = [soundfile.read(tmp_path / name, dtype="float32")[0] for name in names]
    mix, _ = soundfile.read(shared.download("wav", tmp_path), dtype="float32")
    assert np.abs(sum(sounds) - mix).max() < 1e-3  # played together they are the mix
    made = [shared.download(kind, tmp_path).name for kind in ("midi", "flac", "mp3", "ogg", "npy")]
    assert made == [f"musegen-short.{ending}" for ending in ("mid", "flac", "mp3", "ogg", "npy")]


def test_one_file_is_made_at_a_time(visit) -> None:
    page = visit()
    page.press("short")
    page.page.evaluate(
        """() => document.addEventListener(
            'musegen:file', (e) => window.arrives || e.stopImmediatePropagation(), true)"""
    )
    wav = page.button("WAV")
    wav.click()
    assert wav.get_attribute("aria-busy") == "true"
    assert page.text("status") == "Making the WAV …"
    assert is_off(page, "MIDI")
    send(page, "idle")  # another request has failed
    assert wav.get_attribute("aria-busy") == "true"
    page.page.evaluate("() => { window.arrives = true; }")
    send(page, "file")
    assert wav.get_attribute("aria-busy") is None
    assert not is_off(page, "MIDI")


def test_the_picture_has_the_whole_piece(shared, tmp_path) -> None:
    widths = {}
    for name in ("short", "long"):
        shared.press(name)
        path = shared.download("png", tmp_path)
        assert path.name == f"musegen-{name}.png"
        data = path.read_bytes()
        widths[name], height = struct.unpack(">II", data[16:24])
        assert height == 2 * 640
    assert widths["short"] == 2 * 1200
    assert widths["long"] >= 2 * 64 * 44


def test_more_files_by_keyboard(playing) -> None:
    more = playing.button("More")
    if more.get_attribute("aria-expanded") == "true":
        more.click()
    more.press("Enter")
    assert more.get_attribute("aria-expanded") == "true"
    for _ in range(3):  # behind Copy link and Sheet music
        playing.page.keyboard.press("Tab")
    assert playing.page.evaluate("document.activeElement.dataset.file") == "flac"
    playing.page.keyboard.press("Escape")
    assert more.get_attribute("aria-expanded") == "false"
    assert playing.page.evaluate("document.activeElement.textContent") == "More"
