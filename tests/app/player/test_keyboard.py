"""Playing along, MIDI devices and dragging, in a real browser with pretended devices."""

from __future__ import annotations

import urllib.request

import pytest
from support.visits import MIXER, Visit, serious_findings

METER = f"""() => {{
    const {{ context, output }} = {MIXER};
    const analyser = context.createAnalyser();
    output.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    window.peak = () => {{
        analyser.getFloatTimeDomainData(samples);
        return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    }};
}}"""
OWN_SOUND = f"{MIXER}.sound?.score"  # and not what the server plays until then
LOUD, SILENT = "peak() > 0.001", "peak() < 0.0001"
DEVICES = """() => {
    const port = (id, name, type, more) => ({ id, name, type, state: "connected", ...more });
    const send = (data, time) => window.sent.push([...data]);
    window.sent = [];
    window.keys = port("k", "Keys", "input");
    const access = {
        inputs: new Map([["k", window.keys]]),
        outputs: new Map([["s", port("s", "Synth", "output", { send })]]),
    };
    navigator.requestMIDIAccess = async () => access;
}"""
DRAG = """() => {
    const dataTransfer = new DataTransfer();
    const event = new DragEvent("dragstart", { dataTransfer, bubbles: true });
    document.querySelector('[data-file="midi"]').dispatchEvent(event);
    return dataTransfer.getData("DownloadURL");
}"""


@pytest.fixture(scope="module")
def keyboard(page) -> Visit:
    """The page with a piece that is paused, and the keyboard unfolded."""
    page.draw(5, bars=4, heard=True)
    page.wait(OWN_SOUND)
    page.page.evaluate(f"{MIXER}.pause()")
    page.page.evaluate(METER)
    page.wait(SILENT)
    assert not page.player.locator(".mg-keyboard").is_visible()
    page.button("Keyboard").click()
    return page


def test_keys_of_the_computer_and_of_the_page_sound_while_they_are_held(keyboard) -> None:
    keyboard.page.keyboard.down("KeyZ")
    keyboard.wait(LOUD)
    assert keyboard.button("C4").get_attribute("aria-pressed") == "true"
    keyboard.page.keyboard.up("KeyZ")
    keyboard.wait(SILENT)
    keyboard.button("An octave higher").click()
    keyboard.button("E5").hover(position={"x": 5, "y": 90})
    keyboard.page.mouse.down()
    keyboard.wait(LOUD)
    keyboard.page.mouse.up()
    keyboard.wait(SILENT)
    keyboard.button("An octave lower").click()
    assert not keyboard.mixer("playing")
    assert serious_findings(keyboard, ".mg-keyboard") == []


def test_a_midi_keyboard_plays_and_a_midi_device_gets_the_music(keyboard) -> None:
    keyboard.page.evaluate(DEVICES)
    keyboard.button("MIDI devices").click()
    keyboard.wait("document.querySelector('.mg-status').textContent.startsWith('Play on Keys')")
    keyboard.page.evaluate("keys.onmidimessage({ data: Uint8Array.of(0x90, 67, 100) })")
    keyboard.wait(LOUD)
    assert keyboard.button("G4").get_attribute("aria-pressed") == "true"
    keyboard.page.evaluate("keys.onmidimessage({ data: Uint8Array.of(0x80, 67, 0) })")
    keyboard.wait(SILENT)

    keyboard.player.locator(".mg-midi-out select").select_option("Synth")
    keyboard.player.locator(".mg-play").click()
    keyboard.wait("sent.filter(([status]) => status === 0x99).length > 4")
    keyboard.page.evaluate(f"{MIXER}.pause()")
    keyboard.wait("sent.at(-1)[0] >> 4 === 0xb")  # all notes off
    drums = {row[1] for row in keyboard.page.evaluate("sent") if row[0] == 0x99}
    piece = keyboard.piece()
    assert drums <= set(piece.only(("drums",)).notes["pitch"].tolist())


def test_the_midi_file_can_be_dragged_out_of_the_page(keyboard) -> None:
    keyboard.player.locator('[data-file="midi"]').hover()
    keyboard.wait("document.querySelector('[data-file=\"midi\"]').draggable")
    kind, name, address = keyboard.page.evaluate(DRAG).split(":", 2)
    assert (kind, name) == ("audio/midi", "musegen-seed5-4bars.mid")
    with urllib.request.urlopen(address) as answer:
        assert answer.read(4) == b"MThd"
