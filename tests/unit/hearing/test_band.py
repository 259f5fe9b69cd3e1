"""A band plays to melodies, which stay note for note."""

import numpy as np
import pytest
from support.recordings import TUNES

from musegen.hearing import read_music
from musegen.music import Piece
from musegen.music.notes import make_notes


@pytest.mark.parametrize("semitones", [0, -5])
@pytest.mark.parametrize("name", TUNES)
def test_a_melody_given_as_midi_is_untouched(tiny_mg, tmp_path, name, semitones):
    pitches, steps = TUNES[name]
    onsets = np.cumsum([0, *steps])
    rows = [
        (int(onset), "lead", pitch + semitones, length, 80 + length)
        for onset, pitch, length in zip(onsets[:-1], pitches, steps, strict=True)
        if pitch
    ]
    bars = -(-int(onsets[-1]) // 16)
    phrases = -(-bars // 2)
    tune = Piece.from_notes(make_notes(rows), [0] * phrases, [100.0] * phrases, bars=bars)
    tune.write_midi(tmp_path / "tune.mid")
    read, _ = read_music(tmp_path / "tune.mid")
    band = tiny_mg.accompany(read, keep=("lead",), seed=1)
    assert len(band.parts) > 1
    assert np.array_equal(band.only(["lead"]).notes, read.notes)
    assert [tuple(row)[:3] for row in read.notes[["onset", "pitch", "velocity"]].tolist()] == [
        (onset - rows[0][0] // 16 * 16, pitch, velocity) for onset, _, pitch, _, velocity in rows
    ]
