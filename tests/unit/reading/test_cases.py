"""Files of which something was lost or wrong once; each is right now."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from support.examples import CASES, written

from musegen.midi import load_midi
from musegen.music.piece import Piece
from musegen.reading import Report, read_midi_with_report

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"the files are not in {CASES}")


def onsets(midi, late=0.0):
    """All onsets of a file in seconds, rising, moved by `late`."""
    return np.sort([note.start + late for track in midi.instruments for note in track.notes])


def part_onsets(piece: Piece, part: str) -> list[float]:
    """The onsets of a part in steps, rounded to a few milliseconds."""
    return piece.only([part]).play_times()[0].round(2).tolist()


def has_the_times_of_the_file(name: str, piece: Piece, report: Report, tmp_path) -> None:
    file = onsets(load_midi(next((CASES / name).glob("in.*"))), report.start_shift)
    again = onsets(load_midi(written(piece, tmp_path / "again.mid")))
    assert again == pytest.approx(file, abs=0.002)


def swing_is_kept(piece: Piece, report: Report) -> None:
    assert part_onsets(piece, "lead") == part_onsets(piece, "drums")
    assert "Offbeats are swung, at 67 % of the beat: kept." in report.lines


def triplets_are_kept(piece: Piece, report: Report) -> None:
    assert set(part_onsets(piece, "chords")) <= set(part_onsets(piece, "drums"))
    assert "Triplets are kept as they are played." in report.lines


def no_beat_is_claimed(piece: Piece, report: Report) -> None:
    assert report.lines[0] == (
        "No steady beat was found in the notes. They keep their own time, and bars are counted at "
        "120 beats a minute; 60 can be chosen instead."
    )
    assert report.tempo_factors == (0.5, 1.0)


def music_begins_at_once(piece: Piece, report: Report) -> None:
    assert piece.notes["onset"][0] == 0
    assert piece.bars == 16
    assert "The first 140 bars of the file are silent and are left out." in report.lines


def the_last_bars_slow_down(piece: Piece, report: Report) -> None:
    beats = np.diff(piece.seconds_at(np.arange(piece.steps - 32, piece.steps + 1, 4)))
    assert (np.diff(beats) > 0).all()
    assert report.tempos == pytest.approx((36, 120), abs=0.1)


def chords_ring(piece: Piece, report: Report) -> None:
    assert (piece.notes["duration"] == 16).all()


def the_muted_track_is_left_out(piece: Piece, report: Report) -> None:
    assert [track.part for track in report.tracks] == ["lead", None]
    assert report.tracks[1].reason == "its volume is 0"


def bends_are_spoken_of(piece: Piece, report: Report) -> None:
    assert "Left out: pitch bends on channel 1." in report.losses


def the_first_track_is_drums(piece: Piece, report: Report) -> None:
    assert [track.part for track in report.tracks] == ["drums", "lead"]


def the_channels_have_their_programs(piece: Piece, report: Report) -> None:
    assert [track.part for track in report.tracks] == ["lead", "bass", "chords"]
    assert [piece.programs[part] for part in ("lead", "bass", "chords")] == [73, 33, 48]


def all_hits_are_played(piece: Piece, report: Report) -> None:
    assert (piece.parts, len(piece.notes)) == (("drums",), 64)
    assert report.losses[-1].startswith("64 hits of other percussion are played by the nearest")


CHECKS: dict[str, Callable[[Piece, Report], None]] = {
    "01-swing-flam": swing_is_kept,
    "03-twelve-eight-ballad": triplets_are_kept,
    "12-pedal-chord": chords_ring,
    "14-muted-track": the_muted_track_is_left_out,
    "15-bend-guitar": bends_are_spoken_of,
    "16-rubato-default-tempo": no_beat_is_claimed,
    "19-drums-xg-channel-1": the_first_track_is_drums,
    "21-drums-gs-channel-16": the_first_track_is_drums,
    "45-first-note-at-bar-141": music_begins_at_once,
    "46-programs-in-first-track": the_channels_have_their_programs,
    "49-ritardando": the_last_bars_slow_down,
    "51-percussion-no-class": all_hits_are_played,
}

# Every note of these files is in the piece, at its time.
EXACT = (
    "01-swing-flam",
    "03-twelve-eight-ballad",
    "16-rubato-default-tempo",
    "45-first-note-at-bar-141",
    "49-ritardando",
)


def read(name: str) -> tuple[Piece, Report]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read_midi_with_report(next((CASES / name).glob("in.*")))


@needs_cases
@pytest.mark.parametrize("name", CHECKS)
def test_the_file_is_read_right(name):
    CHECKS[name](*read(name))


@needs_cases
@pytest.mark.parametrize("name", EXACT)
def test_the_piece_has_the_times_of_the_file(name, tmp_path):
    has_the_times_of_the_file(name, *read(name), tmp_path)
