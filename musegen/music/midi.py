"""Standard MIDI Files in and out, through pretty_midi. No other file knows what MIDI is."""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import pretty_midi

from musegen.files import write_beside
from musegen.music.errors import MusicError, MusicWarning
from musegen.music.instruments import DRUM_PITCHES, drum_class
from musegen.music.keys import estimate_key, key_fits
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

__all__ = [
    "MAX_BYTES",
    "drum_notes",
    "file_keys",
    "load_midi",
    "read_midi",
    "ticks",
    "to_pretty_midi",
    "track_notes",
    "write_midi",
]

MAX_BYTES = 2_000_000  # an hour of dense MIDI is less; reading this much takes five seconds
_RESOLUTION = 480  # ticks a quarter note: a step is 120, fine enough for a drummer's timing
_TICKS_PER_STEP = _RESOLUTION // STEPS_PER_BEAT
_MAX_STEPS = 60 * 240 * STEPS_PER_BEAT  # an hour at 240 beats a minute
# A key signature is believed when its key fits the notes nearly as well as the best one does:
# programs write C major where nobody chose a key.
_KEY_MARGIN = 0.15
_RMID_HEADER = 20  # bytes of RIFF wrapping before the MIDI file proper
# mido reads numbers of any length, in time that grows as its square: none is longer than 4 bytes,
# and no text of a song has so many letters in a row outside ASCII.
_MAX_HIGH_BYTES = 4096


def load_midi(path: str | Path) -> pretty_midi.PrettyMIDI:
    """Read a Standard MIDI File.

    Raises
    ------
    MusicError
        If it is missing, empty, too large or not MIDI.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MusicError(f"cannot read {path}: {error.strerror or error}") from None
    if not data:
        raise MusicError(f"{path.name} is empty: give a MIDI file (.mid)")
    if data.startswith(b"RIFF") and data[8:12] == b"RMID":
        data = data[_RMID_HEADER:]
    if not data.startswith(b"MThd"):
        raise MusicError(f"{path.name} is not a MIDI file: give a Standard MIDI File (.mid)")
    if len(data) > MAX_BYTES:
        raise MusicError(f"{path.name} is over {MAX_BYTES / 1e6:.0f} MB: give a shorter MIDI file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pretty_midi's remarks on track types
            return _parse(data)
    except EOFError:
        raise MusicError(f"{path.name} ends too soon, it is damaged: save it anew") from None
    except Exception as error:  # mido raises what its parser trips over: OSError, KeyError …
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MusicError(f"{path.name} is a damaged MIDI file ({reason}): save it anew") from None


def _parse(data: bytes) -> pretty_midi.PrettyMIDI:
    low = np.flatnonzero(np.frombuffer(data, np.uint8) < 0x80)
    if np.diff(low, append=len(data)).max() > _MAX_HIGH_BYTES:
        raise ValueError("a stretch of it is not MIDI")
    file = mido.MidiFile(file=io.BytesIO(data))
    if file.ticks_per_beat <= 0:
        raise ValueError("its time is in video frames, not in beats")
    # Tracks without any event are harmless, but pretty_midi fails on them.
    file.tracks = [track for track in file.tracks if track]
    if not file.tracks:
        raise ValueError("it has no tracks")
    return pretty_midi.PrettyMIDI(mido_object=file)


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


def to_pretty_midi(piece: Piece) -> pretty_midi.PrettyMIDI:
    """A piece as a `pretty_midi.PrettyMIDI`: a track for each part and instrument with notes."""
    midi = pretty_midi.PrettyMIDI(resolution=_RESOLUTION, initial_tempo=piece.tempo)
    _set_tempos(midi, piece)
    midi.time_signature_changes.append(pretty_midi.TimeSignature(4, 4, 0.0))
    last_key = None
    for i, phrase in enumerate(piece.phrases):
        if phrase.key != last_key:
            time = float(piece.seconds_at(i * STEPS_PER_PHRASE))
            midi.key_signature_changes.append(pretty_midi.KeySignature(phrase.key % 12, time))
            last_key = phrase.key

    notes = piece.notes
    start = np.maximum(0, notes["onset"] + notes["offset"].astype(np.float64))
    end = np.maximum(start + 0.25, notes["onset"] + notes["duration"])
    start_tick = np.round(start * _TICKS_PER_STEP).astype(int)
    end_tick = np.round(end * _TICKS_PER_STEP).astype(int)
    band = [piece.programs_at(i) for i in range(len(piece))]
    for name in piece.parts:
        own = np.flatnonzero(notes["part"] == PARTS.index(name))
        heard = np.array([band[at][name] for at in notes["onset"][own] // STEPS_PER_PHRASE])
        # A part that changes its instrument has a track for each.
        for program in dict.fromkeys(heard.tolist()):
            instrument = pretty_midi.Instrument(program, is_drum=name == "drums", name=name)
            for i in own[heard == program]:
                instrument.notes.append(
                    pretty_midi.Note(
                        velocity=int(notes["velocity"][i]),
                        pitch=int(notes["pitch"][i]),
                        start=midi.tick_to_time(int(start_tick[i])),
                        end=midi.tick_to_time(int(end_tick[i])),
                    )
                )
            midi.instruments.append(instrument)
    return midi


def _set_tempos(midi: pretty_midi.PrettyMIDI, piece: Piece) -> None:
    # pretty_midi has no public way to change the tempo after the start.
    per_phrase = STEPS_PER_PHRASE * _TICKS_PER_STEP
    scales: list[tuple[int, float]] = []
    for i, phrase in enumerate(piece.phrases):
        if not i or phrase.tempo != piece.phrases[i - 1].tempo:
            # The tempo as the file will hold it: whole microseconds a quarter note.
            microseconds = round(6e7 / phrase.tempo)
            # A hair more, for pretty_midi cuts off what is after the point when it writes.
            scales.append((i * per_phrase, microseconds * (1 + 1e-12) / 1e6 / _RESOLUTION))
    midi._tick_scales = scales
    midi._update_tick_to_time((len(piece) + 1) * per_phrase)


def write_midi(piece: Piece, path: str | Path) -> None:
    """Write a piece as a Standard MIDI File, whole or not at all.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with write_beside(path) as beside:
        to_pretty_midi(piece).write(str(beside))
