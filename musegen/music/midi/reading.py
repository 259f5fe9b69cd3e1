"""Other people's MIDI files, and our own, read as pieces."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.music.errors import MusicError, MusicWarning
from musegen.music.instruments import DRUM_PITCHES, drum_class
from musegen.music.keys import estimate_key, key_fits
from musegen.music.midi.loading import load_midi
from musegen.music.notes import (
    DRUMS,
    NOTE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    sort_notes,
    tidy_notes,
)
from musegen.music.parts import Track, assign_parts, split_bass
from musegen.music.piece import Piece

__all__ = ["drum_notes", "file_keys", "read_midi", "ticks", "track_notes"]

_MAX_STEPS = 60 * 240 * STEPS_PER_BEAT  # an hour at 240 beats a minute
# A key signature is believed when its key fits the notes nearly as well as the best one does:
# programs write C major where nobody chose a key.
_KEY_MARGIN = 0.15


def ticks(midi: pretty_midi.PrettyMIDI, seconds: Sequence[float]) -> np.ndarray:
    """Ticks of some times, shape ``(n,)``, int64."""
    return np.array([midi.time_to_tick(second) for second in seconds], np.int64)


def track_notes(midi: pretty_midi.PrettyMIDI, instrument: pretty_midi.Instrument) -> Track:
    """A track's notes on the grid of steps, each at least a step long."""
    step = midi.resolution / STEPS_PER_BEAT
    start = ticks(midi, [note.start for note in instrument.notes]) / step
    end = ticks(midi, [note.end for note in instrument.notes]) / step
    onset = np.floor(start + 0.5).astype(np.int64)
    return Track(
        name=instrument.name,
        program=int(instrument.program),
        onset=onset,
        pitch=np.array([note.pitch for note in instrument.notes], np.int64),
        duration=np.maximum(1, np.floor(end + 0.5).astype(np.int64) - onset),
        velocity=np.array([note.velocity for note in instrument.notes], np.int64).clip(1, 127),
    )


def drum_notes(midi: pretty_midi.PrettyMIDI, instruments: Sequence) -> np.ndarray:
    """Drum tracks as notes of the nine classes, with their timing offsets.

    Of several hits of one class on one step the loudest stays. Pitches that belong to no class
    (cowbells, whistles) are left out.

    Returns
    -------
    numpy.ndarray
        Dtype `NOTE`; pitches are those of `DRUM_PITCHES`.
    """
    step = midi.resolution / STEPS_PER_BEAT
    hits: dict[tuple[int, int], tuple] = {}
    for instrument in instruments:
        for note in instrument.notes:
            kind = drum_class(note.pitch)
            if kind is None:
                continue
            position = midi.time_to_tick(note.start) / step
            onset = int(np.floor(position + 0.5))
            hit = (onset, DRUMS, DRUM_PITCHES[kind], 1, max(1, note.velocity), position - onset)
            if (onset, kind) not in hits or hits[onset, kind][4] < hit[4]:
                hits[onset, kind] = hit
    return sort_notes(np.array(list(hits.values()), NOTE))


def read_midi(path: str | Path) -> Piece:
    """Read a MIDI file as a piece.

    Tracks become parts (`musegen.music.parts.assign_parts`); where no track is the bass, the
    lowest notes of the chords are. The key is the file's where it fits the notes, else estimated
    from them. Tempo changes are kept, one tempo a phrase, so that the length in seconds stays.

    Parameters
    ----------
    path : str or Path
        A Standard MIDI File of any type.

    Returns
    -------
    Piece
        At least one phrase.

    Raises
    ------
    MusicError
        If the file is missing, empty, not MIDI, has no notes, or is over an hour long.

    Warns
    -----
    MusicWarning
        If the music is not wholly in 4/4: it is cut into phrases of 32 steps all the same.
    """
    midi = load_midi(path)
    name = Path(path).name
    pitched = [i for i in midi.instruments if i.notes and not i.is_drum]
    drums = [i for i in midi.instruments if i.notes and i.is_drum]
    if not pitched and not drums:
        raise MusicError(f"{name} has no notes in it: choose another file")

    tracks = [track_notes(midi, instrument) for instrument in pitched]
    parts = assign_parts(tracks)
    notes = [drum_notes(midi, drums)]
    programs = {"drums": int(drums[0].program)} if drums else {}
    for track, part in zip(tracks, parts, strict=True):
        labels = np.full(len(track.onset), PARTS.index(part))
        if part == "chords" and "bass" not in parts:
            labels[split_bass(track.onset, track.pitch)] = PARTS.index("bass")
        own = np.zeros(len(track.onset), NOTE)
        own["part"] = labels
        for field in ("onset", "pitch", "duration", "velocity"):
            own[field] = getattr(track, field)
        notes.append(own)
        programs.setdefault(part, track.program)
    every = tidy_notes(np.concatenate(notes))
    if not len(every):
        raise MusicError(f"{name} has no drums of the nine usual kinds and no other notes")

    steps = int((every["onset"] + every["duration"]).max())
    if steps > _MAX_STEPS:
        raise MusicError(f"{name} is over an hour long: cut it shorter")
    bars = max(1, -(-steps // STEPS_PER_BAR))
    phrases = -(-bars // 2)
    _warn_of_meter(midi, name)
    keys = file_keys(midi, every, phrases)
    return Piece.from_notes(every, keys, _tempos(midi, phrases), programs, bars)


def _warn_of_meter(midi: pretty_midi.PrettyMIDI, name: str) -> None:
    meters = {(s.numerator, s.denominator) for s in midi.time_signature_changes} - {(4, 4)}
    if meters:
        found = ", ".join(f"{n}/{d}" for n, d in sorted(meters))
        warnings.warn(
            f"{name} has bars of {found}: it is read on its own beats, eight quarters a phrase",
            MusicWarning,
            stacklevel=3,
        )


def _phrase_ticks(midi: pretty_midi.PrettyMIDI, phrases: int) -> np.ndarray:
    per_phrase = midi.resolution * STEPS_PER_PHRASE // STEPS_PER_BEAT
    return np.arange(phrases + 1) * per_phrase


def _tempos(midi: pretty_midi.PrettyMIDI, phrases: int) -> np.ndarray:
    """Mean tempo of each phrase, quarter notes a minute, from the file's tempo map."""
    edges = _phrase_ticks(midi, phrases)
    change_times, change_tempos = midi.get_tempo_changes()
    change_ticks = ticks(midi, change_times)
    tempos = []
    for start, end in itertools.pairwise(edges):
        inside = change_ticks[(change_ticks > start) & (change_ticks < end)]
        cuts = np.concatenate([[start], inside, [end]])
        at = np.searchsorted(change_ticks, cuts[:-1], side="right") - 1
        minutes = np.sum(np.diff(cuts) / midi.resolution / change_tempos[np.maximum(at, 0)])
        tempos.append((end - start) / midi.resolution / minutes)
    return np.clip(tempos, 10, 960)


def file_keys(midi: pretty_midi.PrettyMIDI, notes: np.ndarray, phrases: int) -> list[int]:
    """Key of each phrase: the file's where it fits the notes, else the one that fits best."""
    signed = _signed_keys(midi, phrases)
    fits = key_fits(notes)
    best = estimate_key(notes)
    if signed is None:
        return [best] * phrases
    if len(set(signed)) > 1 or fits[signed[0] + 5] >= fits[best + 5] - _KEY_MARGIN:
        return signed
    return [best] * phrases


def _signed_keys(midi: pretty_midi.PrettyMIDI, phrases: int) -> list[int] | None:
    """Key of each phrase by the file's key signatures; None where it has none."""
    changes = sorted(midi.key_signature_changes, key=lambda change: change.time)
    if not changes:
        return None
    half_step = midi.resolution / STEPS_PER_BEAT / 2
    at = ticks(midi, [change.time for change in changes])
    index = np.searchsorted(at, _phrase_ticks(midi, phrases)[:-1] + half_step, side="right") - 1
    keys = [_signature_key(change.key_number) for change in changes]
    return [keys[max(0, i)] for i in index]


def _signature_key(key_number: int) -> int:
    """`Phrase.key` of pretty_midi's key number: 0 to 11 major from C, 12 to 23 minor from C."""
    tonic = key_number if key_number < 12 else key_number + 3
    return (tonic + 5) % 12 - 5
