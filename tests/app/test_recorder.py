"""Singing into the page, in a real browser with a pretended microphone."""

from __future__ import annotations

import base64
import io

import pytest
import soundfile
from support.recordings import RATE, hum
from support.visits import Visit, serious_findings

TUNE = [67, 69, 71, 72, 74, 72, 71, 67]
MICROPHONE = """async (wav) => {
    const bytes = Uint8Array.from(atob(wav), (letter) => letter.charCodeAt(0));
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext();
        const source = context.createBufferSource();
        source.buffer = await context.decodeAudioData(bytes.buffer.slice(0));
        const microphone = context.createMediaStreamDestination();
        source.connect(microphone);
        source.onended = () => document.querySelector(".mg-record").click();
        source.start();
        return microphone.stream;
    };
}"""
REFUSED = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("", "NotAllowedError");
    };
}"""


@pytest.fixture(scope="module")
def remix(page) -> Visit:
    page.tab("Remix")
    return page


def test_a_tune_that_is_sung_becomes_the_lead_and_a_band_plays_to_it(remix) -> None:
    wav = io.BytesIO()
    soundfile.write(wav, hum(TUNE, [4] * 8, tempo=120), RATE, format="WAV")
    remix.page.evaluate(MICROPHONE, base64.b64encode(wav.getvalue()).decode())
    with remix.new_piece(heard=False):
        remix.page.get_by_role("button", name="Sing or hum a tune").click()
    sung = remix.piece()
    assert sung.parts == ("lead",)
    assert sung.notes["pitch"].tolist() == TUNE
    with remix.new_piece(heard=False):
        remix.page.locator("#accompany").click()
    band = remix.piece()
    assert set(band.parts) > {"lead"}  # of which others, the seed decides
    same = ["onset", "pitch", "velocity"]
    assert band.only(["lead"]).notes[same].tolist() == sung.notes[same].tolist()


def test_a_refused_microphone_is_told_and_what_plays_stays(remix) -> None:
    before = remix.data("id")
    remix.page.evaluate(REFUSED)
    remix.page.get_by_role("button", name="Sing or hum a tune").click()
    remix.page.get_by_text("The microphone was not allowed").wait_for()
    assert remix.data("id") == before
    assert serious_findings(remix, "#recorder") == []
