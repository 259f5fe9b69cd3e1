"""Reads MIDI files as pieces."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.errors import MusicError, MusicWarning
from musegen.midi.load import MidiFile, display_text, load_file
from musegen.music.instruments import drum_classes
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT, NoteArray, tidy_notes
from musegen.music.piece import Piece
from musegen.reading.bars import Bars, find_bars, lost_meters
from musegen.reading.grid import Grid, choose_grid
from musegen.reading.onsets import Onsets
from musegen.reading.report import Report
from musegen.reading.rhythm import describe_rhythm
from musegen.reading.signatures import find_keys, list_meters, phrase_tempos, pickup_steps
from musegen.reading.voices import choose_voices, voice_notes, voice_programs

__all__ = ["read_file", "read_midi", "read_midi_with_report"]

_MAX_STEPS = 60 * 240 * STEPS_PER_BEAT  # an hour at 240 beats a minute


def read_midi(path: str | Path, assign: Mapping[int, str | None] | None = None) -> Piece:
    """Read a MIDI file as a piece.

    Tracks become parts (`musegen.reading.assign_parts.choose_parts`). If no track is the bass, the
    lowest notes of the chords are. The beat is that of the file's tempo map, or is found from the
    notes if they do not fit it (`musegen.reading.grid.choose_grid`). The key is the file's if it
    fits the notes, else it is estimated. Notes keep their timing and beats their tempo, so that
    the piece sounds as the file does. Bars keep the meters of the time signatures. Silent bars
    before the first note are left out.

    Parameters
    ----------
    path : str or Path
        A Standard MIDI File of any type.
    assign : mapping of int to str or None, optional
        The parts of some tracks, by `TrackReport.index`; None leaves a track out. Other tracks get
        the same parts as without it.

    Raises
    ------
    MusicError
        If the file is missing, empty, not MIDI, has no notes, or is over an hour long; if `assign`
        has a track or a part that does not exist, or leaves nothing.

    Warns
    -----
    MusicWarning
        If the file has meters that are not kept, as `Report.lost_meters` says.
    """
    piece, report = read_midi_with_report(path, assign)
    if report.lost_meters:
        warnings.warn(
            f"{display_text(Path(path).name)} has bars of {', '.join(report.lost_meters)}: "
            "they are read as bars of four quarters",
            MusicWarning,
            stacklevel=2,
        )
    return piece


def read_midi_with_report(
    path: str | Path,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
) -> tuple[Piece, Report]:
    """Read a MIDI file as `read_midi` does, and report what was made of it instead of warning.

    Parameters
    ----------
    path, assign
        As for `read_midi`.
    tempo_factor : float
        0.5 or 2 reads a beat that was found from the notes at half or double its tempo, since the
        notes alone cannot decide. One of `Report.tempo_factors`.

    Raises
    ------
    MusicError
        As for `read_midi`, and if the tempo cannot be multiplied by the factor.
    """
    return read_file(load_file(path), assign, tempo_factor)


def read_file(
    file: MidiFile,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
    grid: Grid | None = None,
) -> tuple[Piece, Report]:
    """Read a file that is already loaded; see `read_midi_with_report`.

    The grid is chosen as `musegen.reading.grid.choose_grid` does, unless it is given.
    """
    name, midi = file.name, file.midi
    if not midi.instruments:
        raise MusicError(f"{name} has no notes in it: choose another file")
    onsets = Onsets.from_instruments(_heard(file, assign or {}))
    grid = grid or choose_grid(midi, onsets)
    tempo_factors = grid.factors
    if tempo_factor not in tempo_factors:
        raise MusicError(_no_such_factor(name, tempo_factor, grid))
    grid = grid.at_tempo(tempo_factor, onsets)
    pickup = pickup_steps(midi, grid) if grid.source == "map" else 0
    end = float(min(grid.positions(onsets.end.max()) + 1, _MAX_STEPS))
    # A beat that was found from the notes does not have the bars of the file.
    bars, late = (Bars(), 0) if grid.source == "found" else find_bars(midi, grid, pickup, end)
    grid = grid.moved(late)
    first = max(0, int(np.floor(grid.positions(onsets.start[0]) + 0.5)))
    silent = bars.bar_at(first)  # bars of the piece
    silent_bars = bars.count(silent)
    grid = grid.moved(-float(bars.bar_starts(silent + 1)[-1]))
    bars = bars.without_first(silent)
    until = np.ceil(max(0.0, min(float(grid.positions(onsets.end.max())), _MAX_STEPS)))
    beats = bars.beat_starts(int(bars.lay_out(until)) // STEPS_PER_BAR + 2)
    grid = grid.on_beats(np.unique(beats))

    voices = choose_voices(file, grid, bars, assign or {})
    raw = voice_notes(midi, grid, bars, voices)
    notes = tidy_notes(raw)
    if not len(notes):
        raise MusicError(f"every track of {name} is left out: give one of them a part")
    steps = int((notes["onset"] + notes["duration"]).max())
    if steps > _MAX_STEPS:
        raise MusicError(f"{name} is over an hour long: cut it shorter")

    length = max(1, -(-steps // STEPS_PER_BAR))
    phrases = -(-length // 2)
    keys, key_source = find_keys(midi, notes, phrases, grid, bars)
    tempos, beat_lengths, clamped = phrase_tempos(grid, phrases, bars)
    programs, changes = voice_programs(voices)
    piece = Piece.from_notes(
        notes, keys, tempos, programs, length, beat_lengths=beat_lengths, meters=bars.meters
    )
    piece = replace(piece, changes=changes)

    meters = list_meters(midi, skip=1 if pickup else 0)
    shifts = np.concatenate([voice.shifts(grid) for voice in voices])
    drums = [voice.track.pitch for voice in voices if voice.choice.part == "drums"]
    report = Report(
        midi_type=file.midi_type,
        tracks=tuple(voice.report() for voice in voices),
        grid=grid.source,
        start_shift=-float(grid.times(np.zeros(1))[0]),
        silent_bars=silent_bars,
        pickup=pickup if not silent_bars else 0,
        median_shift=float(np.median(shifts)) if len(shifts) else 0.0,
        max_shift=float(shifts.max(initial=0.0)),
        tempos=_slowest_and_fastest(piece),
        rhythm=describe_rhythm(notes["onset"] + notes["offset"]),
        clamped_tempos=clamped,
        tempo_factor=tempo_factor,
        tempo_factors=tempo_factors,
        meters=meters,
        lost_meters=lost_meters(meters, bars),
        key=keys[0],
        later_keys=tuple(dict.fromkeys(key for key in keys if key != keys[0])),
        key_source=key_source,
        unknown_drums=Counter(
            p for pitch in drums for p in pitch[drum_classes(pitch) < 0].tolist()
        ),
        duplicates=len(raw) - len(notes),
        shortened=_count_shortened(raw, notes),
        effects=file.effects,
        repairs=file.repairs,
        bars=bars.count(length),
        seconds=piece.seconds,
        file_seconds=float(onsets.end.max()),
    )
    return piece, report


def _heard(file: MidiFile, assign: Mapping[int, str | None]) -> list[pretty_midi.Instrument]:
    """Return the instruments that are not at volume 0; all if there are no others."""
    instruments = file.midi.instruments
    heard = [
        one
        for i, (one, is_muted) in enumerate(zip(instruments, file.is_muted, strict=True))
        if not is_muted or assign.get(i)
    ]
    return heard or instruments


def _slowest_and_fastest(piece: Piece) -> tuple[float, float]:
    """Return the slowest and the fastest tempo of a beat."""
    tempos = [
        phrase.tempo / length
        for phrase in piece.phrases
        for length in phrase.beat_lengths or (1.0,)
    ]
    return min(tempos), max(tempos)


def _no_such_factor(name: str, factor: float, grid: Grid) -> str:
    if grid.source not in ("found", "unknown"):
        return f"the beat of {name} is the file's own: it is not read at another tempo"
    choices = " or ".join(f"{choice:g}" for choice in grid.factors)
    return f"the tempo of {name} cannot be multiplied by {factor}: choose {choices}"


def _count_shortened(raw: NoteArray, notes: NoteArray) -> int:
    """Count the notes that `tidy_notes` shortened."""
    fields = ["part", "pitch", "onset", "offset", "duration"]
    as_read = set(raw[fields].tolist())
    return sum(note not in as_read for note in notes[fields].tolist())
