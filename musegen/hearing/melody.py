"""Makes pieces of recordings of one voice: pitch, notes, beat, and from there as a MIDI file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.errors import MusicError
from musegen.hearing.notes import HeardNotes, cut_notes
from musegen.hearing.pitch import track_pitch
from musegen.hearing.sound_files import read_sound
from musegen.limits import TEMPOS, check_range
from musegen.midi.load import MidiFile, display_text
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.notes import STEPS_PER_BEAT
from musegen.music.piece import Piece
from musegen.reading.grid import find_grid
from musegen.reading.onsets import Onsets
from musegen.reading.read import read_file
from musegen.reading.report import Report

__all__ = ["transcribe_file", "transcribe_melody"]

_SILENCE = -60.0  # decibels below full scale; a voice near the microphone has -30
_STEADY = 0.65  # steadiness of a voice that sings; speech has .45
_ONE_VOICE = 0.78  # of the loud time with one pitch; two voices have .65, a breathy one .88
_LEAD_FROM = 57  # median pitch of a lead: lower voices are put up by octaves, above the band


def transcribe_melody(
    samples: np.ndarray, rate: int, tempo: float | None = None, quantize: float = 1.0
) -> Piece:
    """Make a piece with a lead of a recording of one voice that sings, hums or whistles.

    Tuning, tempo, bar lines and key are found from what is heard. A low voice is put up by octaves
    to where leads are.

    Parameters
    ----------
    samples : numpy.ndarray
        Shape ``(samples,)`` or ``(samples, channels)``, in [-1, 1].
    rate : int
        Samples a second.
    tempo : float, optional
        About how fast it is sung, in quarter notes a minute: it decides between a tempo, its half
        and its double, which the notes alone cannot.
    quantize : float
        0 keeps notes where they were sung, as far as a sixteenth can; 1 puts them on sixteenths.

    Raises
    ------
    MusicError
        If no voice is heard, or speech, or several voices; or if a value is out of range.
    """
    return _transcribe(samples, rate, "this recording", tempo=tempo, quantize=quantize)[0]


def transcribe_file(
    path: str | Path,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
    tempo: float | None = None,
    quantize: float = 1.0,
) -> tuple[Piece, Report]:
    """Make a piece of a sound file as `transcribe_melody` does, and report what was heard.

    Parameters
    ----------
    path : str or Path
        WAV, FLAC, OGG or MP3, at most three minutes long.
    assign, tempo_factor
        As in `musegen.reading.read_midi_with_report`.
    tempo, quantize
        As in `transcribe_melody`.

    Raises
    ------
    MusicError
        As `transcribe_melody` does, and if the file cannot be read.
    """
    samples, rate = read_sound(path)
    name = display_text(Path(path).name)
    return _transcribe(samples, rate, name, assign, tempo_factor, tempo, quantize)


def _transcribe(
    samples: np.ndarray,
    rate: int,
    name: str,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
    tempo: float | None = None,
    quantize: float = 1.0,
) -> tuple[Piece, Report]:
    check_range(quantize, "quantize", 0, 1)
    if tempo is not None:
        check_range(tempo, "tempo", *TEMPOS)
    heard = _hear(samples, rate, name)
    octaves = max(0, int(np.ceil((_LEAD_FROM - np.median(heard.pitch)) / 12)))
    file = _to_file(heard, octaves, name)
    grid = find_grid(Onsets.from_instruments(file.midi.instruments), tempo)
    piece, report = read_file(file, assign, tempo_factor, grid)
    again = _at_one_tempo(piece, quantize)
    return again, replace(
        report,
        heard=_describe(heard, octaves),
        tempos=(again.tempo, again.tempo),
        median_shift=(1 - quantize) * report.median_shift,
        max_shift=(1 - quantize) * report.max_shift,
    )


def _hear(samples: np.ndarray, rate: int, name: str) -> HeardNotes:
    no_voice = MusicError(
        f"no voice is heard in {name}: sing, hum or whistle louder, nearer to the microphone"
    )
    if len(samples) < rate // 10:
        raise no_voice
    track = track_pitch(samples, rate)
    if np.percentile(track.level, 95) < _SILENCE:
        raise no_voice
    heard = cut_notes(track)
    if not len(heard.start):
        raise no_voice
    if heard.steadiness < _STEADY:
        raise MusicError(
            f"the voice in {name} holds no notes, as in speech: sing or hum the tune, "
            "one note after another"
        )
    if heard.voiced < _ONE_VOICE:
        raise MusicError(
            f"{name} has more than one voice in it, or much noise: one voice is expected, "
            "without accompaniment"
        )
    return heard


def _to_file(heard: HeardNotes, octaves: int, name: str) -> MidiFile:
    lead = pretty_midi.Instrument(DEFAULT_PROGRAMS["lead"], name="lead")
    lead.notes = [
        pretty_midi.Note(int(velocity), int(pitch) + 12 * octaves, float(start), float(end))
        for start, end, pitch, velocity in zip(
            heard.start, heard.end, heard.pitch, heard.velocity, strict=True
        )
    ]
    midi = pretty_midi.PrettyMIDI()
    midi.instruments = [lead]
    return MidiFile(name, midi, 1, channels=(1,), tracks=(0,), drums=("",), is_muted=(False,))


def _at_one_tempo(piece: Piece, quantize: float) -> Piece:
    """Return a piece at its mean tempo, for a band that keeps time, with smaller timing offsets."""
    tempo = round(60 * piece.steps / STEPS_PER_BEAT / piece.seconds, 1)
    phrases = []
    for phrase in piece.phrases:
        notes = np.array(phrase.notes)
        notes["offset"] *= 1 - quantize
        phrases.append(replace(phrase, notes=notes, tempo=tempo, beat_lengths=()))
    return replace(piece, phrases=tuple(phrases))


def _describe(heard: HeardNotes, octaves: int) -> str:
    count = len(heard.start)
    notes = f"{count} notes of one voice were heard" if count > 1 else "One note was heard"
    cents = round(abs(heard.cents))
    tuned = ""
    if cents >= 5:
        side = "above" if heard.cents > 0 else "below"
        tuned = f", {cents} cents {side} concert pitch, which is corrected"
    moved = "an octave" if octaves == 1 else f"{octaves} octaves"
    up = f"; they are put up by {moved}" if octaves else ""
    return f"{notes}{tuned}{up}; the beat was found from them."
