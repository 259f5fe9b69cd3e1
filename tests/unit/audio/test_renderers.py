"""What can go wrong with a renderer is an error of one line; a script stands in for FluidSynth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.midi_files import Voice, midi_file, scale
from support.sounds import (
    BAND,
    RATE,
    TIM,
    damaged_soundfont,
    has_ended,
    needs_fluidsynth,
    peak_db,
    piece_of,
)

from musegen.audio import fluidsynth_problem, render, render_file
from musegen.errors import AudioError
from musegen.midi import load_playable


@needs_fluidsynth
def test_settings_of_the_user_for_fluidsynth_change_nothing(band, tmp_path, monkeypatch):
    (tmp_path / ".fluidsynth").write_text("gain 0.0001\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert np.array_equal(render(piece_of(BAND), TIM)[0], band)


@needs_fluidsynth
def test_a_damaged_soundfont_is_an_error(tmp_path):
    with pytest.raises(AudioError, match=r"FluidSynth cannot load damaged\.sf2"):
        render(piece_of(BAND), damaged_soundfont(tmp_path))


def test_the_error_message_of_fluidsynth_is_reported(fake_fluidsynth, temp):
    fake_fluidsynth("echo 'fluidsynth: error: out of luck' >&2; exit 1")
    with pytest.raises(AudioError, match=r"failed with .*: error: out of luck") as caught:
        render(piece_of(BAND), TIM)
    assert "\n" not in str(caught.value)
    assert list(temp.iterdir()) == []


def test_fluidsynth_that_writes_no_file_is_an_error(fake_fluidsynth):
    fake_fluidsynth("exit 0")
    with pytest.raises(AudioError, match="FluidSynth failed"):
        render(piece_of(BAND), TIM)


def test_fluidsynth_that_hangs_is_stopped_with_all_that_it_started(fake_fluidsynth, temp, tmp_path):
    process = tmp_path / "pid"
    fake_fluidsynth(f"sleep 3600 & echo $! > {process}; wait")
    for timeout in (0.5, 2, 8, 32):  # on a busy computer it may take some seconds to start
        with pytest.raises(AudioError, match=f"not done after {timeout:g} s"):
            render(piece_of(BAND), TIM, timeout=timeout)
        assert list(temp.iterdir()) == []
        if process.exists():
            break
    assert has_ended(int(process.read_text()))


@pytest.mark.parametrize("left", ["part", "no release", "too short", "nothing"])
def test_an_incomplete_file_is_an_error(left, fake_fluidsynth, temp, tmp_path):
    whole = tmp_path / "whole.wav"
    seconds = 1 if left == "too short" else 3
    soundfile.write(whole, np.full((seconds * RATE, 2), 0.1), RATE, "FLOAT")
    source = {
        "part": f"head -c 90000 {whole}",
        "no release": f"head -c 1000000 {whole}",
        "too short": f"cat {whole}",
        "nothing": ":",
    }
    fake_fluidsynth(f'{source[left]} > "$wav"')
    with pytest.raises(AudioError, match="unfinished"):
        render(piece_of(BAND), TIM)
    assert list(temp.iterdir()) == []


def test_options_come_before_the_files(fake_fluidsynth, tmp_path):
    # FluidSynth for Windows takes every word after the first file for a file.
    fake_fluidsynth("exit 1")
    script = tmp_path / "bin" / "fluidsynth"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\nexit 1\n')
    with pytest.raises(AudioError):
        render(piece_of(BAND), TIM)
    *options, soundfont, midi = (tmp_path / "words").read_text().splitlines()
    assert Path(soundfont) == TIM.resolve()
    assert midi.endswith(".mid")
    assert {"-ni", "-F", "-r"} <= set(options)


@needs_fluidsynth
def test_no_problem_where_fluidsynth_is_installed():
    assert fluidsynth_problem() is None


def test_the_problem_says_how_to_install_it(no_fluidsynth):
    problem = fluidsynth_problem()
    for command in ("apt-get install fluidsynth", "brew install fluid-synth", "choco install"):
        assert command in problem
    assert "\n" not in problem


def test_without_fluidsynth_the_embedded_renderer_plays(no_fluidsynth, temp, capfd):
    sound, rate = render(piece_of(BAND), TIM)
    assert rate == RATE
    assert sound.dtype == np.float32
    assert sound.shape[1] == 2
    assert 2.0 <= len(sound) / RATE <= 6.0
    assert np.abs(sound[2 * RATE : 2 * RATE + 1000]).max() > 0.01, "the release was cut off"
    assert -3 <= peak_db(sound) <= -0.5
    assert capfd.readouterr() == ("", "")
    assert list(temp.iterdir()) == []


def test_the_embedded_renderer_plays_in_tune(no_fluidsynth):
    # It plays at 48 kHz: read as 44.1 kHz the A would be at 404 Hz.
    sound, _ = render(piece_of([(0, "lead", 69, 32, 100)], lead=73), TIM)
    spectrum = np.abs(np.fft.rfft(sound[: 2 * RATE, 0]))
    assert np.argmax(spectrum) / 2 == pytest.approx(440, abs=4)


def test_the_embedded_renderer_plays_files_too(no_fluidsynth, tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)))
    sound, _ = render_file(load_playable(path), TIM)
    assert 4.0 <= len(sound) / RATE <= 8.0
    assert np.abs(sound[4 * RATE : 4 * RATE + 1000]).max() > 0.01, "the release was cut off"


def test_a_damaged_soundfont_is_an_error_of_the_embedded_renderer(no_fluidsynth, tmp_path):
    with pytest.raises(AudioError, match=r"midirenderer failed with damaged\.sf2"):
        render(piece_of(BAND), damaged_soundfont(tmp_path))
