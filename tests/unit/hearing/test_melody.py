"""Hummed, sung and whistled melodies become pieces."""

import numpy as np
import pytest
import soundfile
from support.recordings import RATE, TUNES, hum, speak

import musegen
from musegen.audio import write_audio
from musegen.errors import MusicError
from musegen.hearing import read_music, transcribe_file, transcribe_melody

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def share_right(piece, pitches, steps) -> float:
    """Return the share of the notes that have their pitch and step; bar lines may be elsewhere."""
    onsets = np.cumsum([0, *steps])[:-1]
    sung = {note for note in zip(onsets, pitches, strict=True) if note[1]}
    heard = piece.notes
    return max(
        len(sung & set(zip(heard["onset"] + shift, heard["pitch"], strict=True))) / len(sung)
        for shift in range(-16, 17)
    )


@pytest.mark.parametrize(("name", "cents"), [*zip(TUNES, (30, -30, 15, -30, 30), strict=True)])
def test_a_hummed_tune_has_its_notes_on_their_steps(name, cents):
    pitches, steps = TUNES[name]
    tempo = 90 if name == "jacques" else 104
    recording = hum(pitches, steps, tempo=tempo, cents=cents, vibrato=50, breath=0.04)
    piece = transcribe_melody(recording, RATE, tempo=tempo)
    assert piece.parts == ("lead",)
    assert piece.tempo == pytest.approx(tempo, rel=0.01)
    assert share_right(piece, pitches, steps) >= 0.9


def test_a_note_that_is_sung_again_is_another_note():
    piece = musegen.transcribe_melody(hum([60] * 8, [4] * 8), RATE)
    assert len(piece.notes) == 8


def test_a_low_voice_is_put_up_to_where_leads_are(tmp_path):
    write_recording(tmp_path / "low.wav", hum([pitch - 24 for pitch in SCALE], [4] * 8))
    piece, report = transcribe_file(tmp_path / "low.wav")
    assert piece.notes["pitch"].tolist() == SCALE
    assert "put up by 2 octaves" in report.lines[0]


def test_timing_is_kept_as_far_as_one_wishes():
    recording = hum(SCALE, [4] * 8, jitter=0.03)
    strict, loose, free = (
        np.abs(transcribe_melody(recording, RATE, 96, quantize=q).notes["offset"]).max()
        for q in (1, 0.5, 0)
    )
    assert strict == 0
    assert 0 < loose < free


def test_the_tempo_can_be_halved(tmp_path):
    write_recording(tmp_path / "scale.flac", hum(SCALE, [4] * 8))
    found, report = transcribe_file(tmp_path / "scale.flac")
    assert 0.5 in report.tempo_factors
    half, _ = read_music(tmp_path / "scale.flac", tempo_factor=0.5)
    assert half.tempo == pytest.approx(found.tempo / 2, rel=0.01)


def test_a_second_voice_speech_and_silence_are_told():
    third = hum([pitch + 4 for pitch in SCALE], [4] * 8, seed=1)
    for recording, message in (
        (hum(SCALE, [4] * 8) + third, "one voice is expected"),
        (speak(8), "as in speech"),
        (np.zeros(8 * RATE), "no voice is heard"),
        (np.random.default_rng(0).normal(0, 0.05, 8 * RATE), "no voice is heard"),
        (np.zeros(10), "no voice is heard"),
    ):
        with pytest.raises(MusicError, match=message):
            transcribe_melody(recording, RATE)


def test_a_file_that_is_no_sound_or_too_long_is_told(tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MusicError, match=r"text\.wav is no sound that can be read"):
        transcribe_file(tmp_path / "text.wav")
    write_recording(tmp_path / "long.wav", np.zeros(181 * 8000), 8000)
    with pytest.raises(MusicError, match=r"long\.wav is over 3 minutes long"):
        transcribe_file(tmp_path / "long.wav")
    soundfile.write(tmp_path / "many.wav", np.zeros((100, 8)), 8000)
    with pytest.raises(MusicError, match=r"many\.wav has 8 channels"):
        transcribe_file(tmp_path / "many.wav")


def write_recording(path, samples, rate=RATE):
    write_audio(path, samples[:, None].astype(np.float32), rate)
