"""Files of which something was lost or wrong once; each is right now."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from support.examples import CASES, written
from support.sounds import TIM, needs_fluidsynth, peak_db

from musegen.cli import main
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
    assert piece.parts == ("drums",)
    assert report.losses[-1].startswith("64 hits of other percussion are played by the nearest")


def each_lasts_a_step(piece: Piece, report: Report) -> None:
    assert (piece.only(["lead"]).notes["duration"] == 1).all()


def each_lasts_up_to_the_next(piece: Piece, report: Report) -> None:
    assert (np.diff(piece.notes["onset"]) == piece.notes["duration"][:-1]).all()


def the_key_is_estimated(piece: Piece, report: Report) -> None:
    assert report.key_source == "notes"


def the_default_tempo_is_said(piece: Piece, report: Report) -> None:
    assert report.tempos == (120, 120)
    assert report.losses == (
        "1 tempo is zero or too short and left out: the one before holds, or 120.",
    )


def there_are_two_tracks(piece: Piece, report: Report) -> None:
    assert [track.part for track in report.tracks] == ["lead", "bass"]


def it_lasts_six_minutes(piece: Piece, report: Report) -> None:
    assert round(piece.seconds) == 360


def the_name_is_russian(piece: Piece, report: Report) -> None:
    assert report.tracks[0].name == "Мелодия гитара"


def nothing_else(piece: Piece, report: Report) -> None:
    pass


CHECKS: dict[str, Callable[[Piece, Report], None]] = {
    "01-swing-flam": swing_is_kept,
    "03-twelve-eight-ballad": triplets_are_kept,
    "09-zero-length-run": each_lasts_a_step,
    "11-no-note-offs": each_lasts_up_to_the_next,
    "12-pedal-chord": chords_ring,
    "14-muted-track": the_muted_track_is_left_out,
    "15-bend-guitar": bends_are_spoken_of,
    "16-rubato-default-tempo": no_beat_is_claimed,
    "19-drums-xg-channel-1": the_first_track_is_drums,
    "21-drums-gs-channel-16": the_first_track_is_drums,
    "25-key-18-flats": the_key_is_estimated,
    "29-tempo-zero": the_default_tempo_is_said,
    "35-track-length-short-then-more": there_are_two_tracks,
    "38-ppq-32767": it_lasts_six_minutes,
    "45-first-note-at-bar-141": music_begins_at_once,
    "46-programs-in-first-track": the_channels_have_their_programs,
    "47-mojibake-cp1251": the_name_is_russian,
    "49-ritardando": the_last_bars_slow_down,
    "51-percussion-no-class": all_hits_are_played,
}

# How many notes the piece of each file has, by the number of the file.
NOTES = {1: 128, 3: 448, 5: 96, 6: 64, 9: 136, 11: 33, 12: 16, 14: 32, 15: 32, 16: 450, 19: 160}
NOTES |= {21: 160, 24: 32, 25: 32, 27: 32, 29: 32, 31: 32, 32: 32, 33: 32, 35: 64, 36: 32, 38: 600}
NOTES |= {40: 32, 41: 33, 45: 64, 46: 88, 47: 32, 49: 32, 51: 64, 56: 32}

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
@pytest.mark.parametrize("number", NOTES)
def test_the_file_is_read_right(number):
    (folder,) = CASES.glob(f"{number:02}-*")
    piece, report = read(folder.name)
    assert len(piece.notes) == NOTES[number]
    CHECKS.get(folder.name, nothing_else)(piece, report)


@needs_cases
def test_there_is_no_other_file():
    assert sorted(int(folder.name[:2]) for folder in CASES.iterdir()) == list(NOTES)


@needs_cases
@needs_fluidsynth
@pytest.mark.parametrize("name", ["12-pedal-chord", "45-first-note-at-bar-141", "56-upper"])
def test_the_file_sounds(name, tmp_path):
    (file,) = CASES.glob(f"{name}*/in.mid")
    out = tmp_path / "X.WAV"
    assert main(["render", str(file), "--out", str(out), "--soundfont", str(TIM)]) == 0
    sound, rate = soundfile.read(out)
    assert peak_db(sound[round(1.4 * rate) : round(1.6 * rate)]) > -25


@needs_cases
@pytest.mark.parametrize("name", EXACT)
def test_the_piece_has_the_times_of_the_file(name, tmp_path):
    has_the_times_of_the_file(name, *read(name), tmp_path)
