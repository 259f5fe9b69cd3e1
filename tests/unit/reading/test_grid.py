"""Choosing the grid: the tempo map of the file, shifted, or found from the notes."""

import numpy as np
import pretty_midi
import pytest
from support.examples import DATA
from support.recordings import recording, steady, tune

from musegen.datasets.pop909 import read_song
from musegen.errors import MusicError
from musegen.midi import load_midi
from musegen.reading import read_midi_with_report
from musegen.reading.grid import Grid, choose_grid, grid_fit, map_grid
from musegen.reading.onsets import Onsets

SONGS = ("001", "034", "105", "155", "312", "478", "604", "756")


def drifting(tempo, share=0.06, seconds=40.0):
    """Times at a tempo that swells and shrinks by a share of itself."""
    return lambda step: (
        (at := step * 15 / tempo) + share * seconds / (2 * np.pi) * np.sin(2 * np.pi * at / seconds)
    )


def right(found, true):
    """Share of notes on the step that they were written on, counted from one common place."""
    off = np.asarray(found) - np.asarray(true)
    return np.mean(off == np.median(off))


@pytest.mark.parametrize("tempo", [67.3, 83.0, 97.7, 108.1])
@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_the_beat_of_a_recording_is_found(tmp_path, tempo, jitter):
    notes = tune()
    path = recording(tmp_path / "live.mid", notes, steady(tempo, 1.23), jitter)
    piece, report = read_midi_with_report(path)
    assert report.grid == "found"
    assert np.mean([phrase.tempo for phrase in piece.phrases]) == pytest.approx(tempo, rel=0.005)
    midi = load_midi(path)
    grid = choose_grid(midi, Onsets.from_instruments(midi.instruments))
    heard = sorted(midi.instruments[0].notes, key=lambda note: (note.start, note.pitch))
    if not jitter:
        steps = np.floor(grid.positions([note.start for note in heard]) + 0.5)
        assert right(steps, notes[:, 0]) == 1
    # Bars begin where they did, and the silence before the first is gone.
    found = piece.notes[["onset", "pitch"]].tolist()
    written = set(map(tuple, notes[:, :2].tolist()))
    assert len(written & set(found)) > 0.97 * len(written)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_found_beat_can_be_read_at_half_and_double_the_tempo(tmp_path, factor):
    notes = tune()
    path = recording(tmp_path / "live.mid", notes, steady(97.7, 1.23))
    usual, before = read_midi_with_report(path)
    piece, report = read_midi_with_report(path, tempo_factor=factor)
    assert (report.grid, report.tempo_factor) == ("found", factor)
    assert report.tempo_factors == (0.5, 1, 2)
    said = {0.5: "half", 2.0: "double"}[factor]
    assert f"beats a minute, {said} the tempo that was found." in report.lines[1]
    assert piece.tempo == pytest.approx(97.7 * factor, rel=0.005)
    assert piece.bars == pytest.approx(usual.bars * factor, abs=1)
    # The same music in the same time; its bars may begin elsewhere.
    bar = 4 * 60 / piece.tempo
    assert piece.seconds == pytest.approx(usual.seconds, abs=1.01 * bar)
    kept = piece.notes["onset"] / factor % 16
    if factor > 1:
        assert len(piece.notes) == len(usual.notes)
        assert set(kept % 1) == {0}
    else:
        assert len(usual.notes) * 0.7 < len(piece.notes) <= len(usual.notes)
        assert report.duplicates + len(piece.notes) == before.duplicates + len(usual.notes)


@pytest.mark.parametrize(("tempo", "factors"), [(67.3, (1, 2)), (105.0, (0.5, 1, 2))])
def test_only_usual_tempos_are_offered(tmp_path, tempo, factors):
    path = recording(tmp_path / "live.mid", tune(), steady(tempo))
    _, report = read_midi_with_report(path)
    assert report.tempo_factors == factors
    with pytest.raises(
        MusicError, match=r"the tempo of live\.mid cannot be multiplied by 4: choose"
    ):
        read_midi_with_report(path, tempo_factor=4)


def test_the_beat_of_the_file_cannot_be_multiplied(tmp_path):
    path = recording(tmp_path / "own.mid", tune(), steady(83.0), tempo=83.0)
    assert read_midi_with_report(path)[1].tempo_factors == (1,)
    with pytest.raises(MusicError, match=r"the beat of own\.mid is the file's own"):
        read_midi_with_report(path, tempo_factor=2)


def test_a_drifting_tempo_is_followed(tmp_path):
    notes = tune(32)
    path = recording(tmp_path / "live.mid", notes, drifting(92.0), jitter=0.01)
    piece, report = read_midi_with_report(path)
    assert report.grid == "found"
    written = set(map(tuple, notes[:, :2].tolist()))
    assert len(written & set(piece.notes[["onset", "pitch"]].tolist())) > 0.97 * len(written)
    slow, fast = report.tempos
    assert slow < 90 < 94 < fast
    assert report.lines[0].startswith("The notes are not on the file's beat")
    assert "beats a minute, estimated." in report.lines[1]
    assert piece.seconds == pytest.approx(32 * 16 * 15 / 92, abs=2.5)


def test_a_song_that_starts_off_the_beat_is_moved_to_it(tmp_path):
    notes = tune()
    late = 2.5 * 16 * 15 / 97 + 0.4 * 15 / 97
    piece, report = read_midi_with_report(
        recording(tmp_path / "late.mid", notes, steady(97.0, late), tempo=97.0)
    )
    assert report.grid == "shifted"
    assert piece.tempo == pytest.approx(97, rel=1e-3)
    onset = piece.notes["onset"]
    assert onset.min() % 16 == 0
    assert set(zip((onset - onset.min()).tolist(), piece.notes["pitch"].tolist(), strict=True)) == (
        set(map(tuple, notes[:, :2].tolist()))
    )
    assert report.max_shift < 0.002
    assert report.lines[0].startswith("All notes are off the file's beat by the same time, so")
    assert piece.seconds_at(onset.min()) - late == pytest.approx(report.start_shift, abs=0.002)


@pytest.mark.parametrize("tempo", [120.0, 83.0])
def test_notes_on_the_files_own_grid_stay_on_it(tmp_path, tempo):
    notes = tune()
    path = recording(tmp_path / "own.mid", notes, steady(tempo), jitter=0.015, tempo=tempo)
    piece, report = read_midi_with_report(path)
    assert report.grid == "map"
    assert piece.tempo == pytest.approx(tempo, rel=1e-5)
    written = set(map(tuple, notes[:, :2].tolist()))
    assert len(written & set(piece.notes[["onset", "pitch"]].tolist())) > 0.97 * len(written)


@pytest.mark.parametrize("every", [4 / 3, 2 / 3, 1 / 2, 4 / 5, 1 / 8])
def test_triplets_and_short_notes_fit_the_grid_of_the_file(tmp_path, every):
    notes = np.array([(every * i, 60 + i % 12, 1) for i in range(200)])
    path = tmp_path / "triplets.mid"
    midi = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=120)
    midi.instruments.append(pretty_midi.Instrument(0))
    for step, pitch, _ in notes:
        midi.instruments[0].notes.append(pretty_midi.Note(80, int(pitch), step / 8, step / 8 + 0.1))
    midi.write(str(path))
    assert read_midi_with_report(path)[1].grid == "map"


def test_random_notes_stay_on_the_grid_of_the_file():
    rng = np.random.default_rng(0)
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    for seed in range(10):
        start = np.sort(np.random.default_rng(seed).uniform(0, 60, 200))
        pitch = rng.integers(40, 80, 200)
        onsets = Onsets(start, start + 0.2, pitch, np.zeros(200, bool))
        grid = choose_grid(midi, onsets)
        assert grid.source == "unknown"
        assert grid.positions([60.0]) == map_grid(midi).positions([60.0])


def test_drums_alone_keep_their_timing_if_the_file_sets_a_tempo():
    start = np.arange(100) * 0.113
    midi = pretty_midi.PrettyMIDI(initial_tempo=97)
    onsets = Onsets(start, start + 0.1, np.full(100, 42), np.ones(100, bool))
    assert choose_grid(midi, onsets).source == "map"


def test_a_file_of_many_hours_is_not_searched_for_a_beat():
    start = np.arange(100) * 100_000.123
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    onsets = Onsets(start, start + 1, np.full(100, 60), np.zeros(100, bool))
    assert choose_grid(midi, onsets).source == "map"


def test_positions_and_times_are_inverse_functions():
    grid = Grid(np.array([0.0, 1.0, 3.0]), np.array([0.0, 8.0, 16.0]))
    assert grid.positions([-0.5, 0.5, 2.0, 5.0]).tolist() == [-4.0, 4.0, 12.0, 24.0]
    assert grid.times([-4.0, 4.0, 12.0, 24.0]).tolist() == [-0.5, 0.5, 2.0, 5.0]


def test_positions_on_a_tempo_map_are_whole_ticks():
    midi = pretty_midi.PrettyMIDI(resolution=96, initial_tempo=97.3)
    ticks = np.arange(0, 5000, 7)
    seconds = [midi.tick_to_time(int(tick)) for tick in ticks]
    assert (map_grid(midi).positions(seconds) * 24 == ticks).all()


def test_the_fit_is_1_on_steps_and_triplets_and_low_between_them():
    assert grid_fit(np.arange(20.0)) == pytest.approx(1)
    assert grid_fit(np.arange(20) * 4 / 3) == pytest.approx(1)
    assert grid_fit(np.arange(100) + 0.5).real < 0.1
    assert grid_fit(np.zeros(0)) == 0


# Real performances: POP909 has the times, POP909-CL the beats that people checked.


def song_files(song):
    free = DATA / "pop909" / "POP909" / song / f"{song}.mid"
    checked = DATA / "pop909_cl" / "POP909_processed" / f"{song}.mid"
    if not (free.exists() and checked.exists()):
        pytest.skip("POP909 and POP909-CL are not here")
    return free, checked


def pairs(found, truth):
    """Onsets of the same notes in two readings, by the order of each pitch's notes."""
    rows = []
    for pitch in np.unique(truth["pitch"]):
        own, true = (np.sort(notes["onset"][notes["pitch"] == pitch]) for notes in (found, truth))
        if len(own) == len(true):
            rows += zip(true.tolist(), own.tolist(), strict=True)
    return np.array(sorted(rows))


@pytest.mark.filterwarnings("ignore::musegen.errors.MusicWarning")
@pytest.mark.parametrize("song", SONGS)
def test_real_performances_are_read_on_the_corrected_beat(tmp_path, song):
    free, checked = song_files(song)
    bare = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=120)
    bare.instruments = load_midi(free).instruments
    bare.write(str(tmp_path / "bare.mid"))
    piece, report = read_midi_with_report(tmp_path / "bare.mid")
    assert report.grid == "found"
    true, found = pairs(piece.notes, read_song(free, checked).notes).T
    assert len(true) > 100
    # At the checked tempo, or twice or half of it, which no note tells.
    level = np.polyfit(true, found, 1)[0]
    assert np.abs(np.log2(level) - np.rint(np.log2(level))) < 0.02
    off = found - true * 2.0 ** np.rint(np.log2(level))
    stretches = np.array_split(off, max(1, len(off) // 60))
    assert np.mean([np.mean(part == np.median(part)) for part in stretches]) > 0.9
