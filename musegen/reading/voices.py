"""Other people's MIDI files, and our own, read as pieces."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.errors import MusicError, MusicWarning
from musegen.midi.load import MidiFile, display_text, load_file
from musegen.music.instruments import DRUM_PITCHES, drum_classes
from musegen.music.keys import estimate_key, key_fits
from musegen.music.notes import (
    DRUMS,
    NOTE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    part_index,
    sort_notes,
    tidy_notes,
)
from musegen.music.piece import Piece
from musegen.reading.assign_parts import Choice, Track, choose_parts, names_drums, split_bass
from musegen.reading.grid import Grid, Onsets, choose_grid, map_grid
from musegen.reading.report import Report, TrackReport

__all__ = [
    "drum_notes",
    "file_keys",
    "read_file",
    "read_midi",
    "read_midi_with_report",
    "track_notes",
]

_MAX_STEPS = 60 * 240 * STEPS_PER_BEAT  # an hour at 240 beats a minute
# A key signature is believed when its key fits the notes nearly as well as the best one does:
# programs write C major where nobody chose a key.
_KEY_MARGIN = 0.15
_EFFECTS = 120  # programs from here on are noises: a bird, a gunshot
_CHANNEL_OF_DRUMS = 10
_MOSTLY_DRUMS = 0.8  # of the notes of a track named for drums: the rest are odd percussion


def track_notes(
    midi: pretty_midi.PrettyMIDI, instrument: pretty_midi.Instrument, grid: Grid | None = None
) -> Track:
    """A track's notes on a grid, the tempo map's if none is given, each at least a step long."""
    grid = grid or map_grid(midi)
    start = grid.positions([note.start for note in instrument.notes])
    end = grid.positions([note.end for note in instrument.notes])
    onset = np.maximum(0, np.floor(start + 0.5).astype(np.int64))
    return Track(
        name=instrument.name,
        program=int(instrument.program),
        onset=onset,
        pitch=np.array([note.pitch for note in instrument.notes], np.int64),
        duration=np.maximum(1, np.floor(end + 0.5).astype(np.int64) - onset),
        velocity=np.array([note.velocity for note in instrument.notes], np.int64).clip(1, 127),
    )


def drum_notes(
    midi: pretty_midi.PrettyMIDI, instruments: Sequence, grid: Grid | None = None
) -> np.ndarray:
    """Drum tracks as notes of the nine classes, with their timing offsets.

    Of several hits of one class on one step the loudest stays. Pitches that belong to no class
    (cowbells, whistles) are left out.

    Returns
    -------
    numpy.ndarray
        Dtype `NOTE`; pitches are those of `DRUM_PITCHES`.
    """
    grid = grid or map_grid(midi)
    hits: dict[tuple[int, int], tuple] = {}
    for instrument in instruments:
        positions = grid.positions([note.start for note in instrument.notes])
        for note, position in zip(instrument.notes, positions.tolist(), strict=True):
            kind = int(drum_classes(note.pitch))
            if kind < 0:
                continue
            onset = max(0, int(np.floor(position + 0.5)))
            offset = max(-0.5, position - onset)
            hit = (onset, DRUMS, DRUM_PITCHES[kind], 1, max(1, note.velocity), offset)
            if (onset, kind) not in hits or hits[onset, kind][4] < hit[4]:
                hits[onset, kind] = hit
    return sort_notes(np.array(list(hits.values()), NOTE))


def read_midi(path: str | Path, assign: Mapping[int, str | None] | None = None) -> Piece:
    """Read a MIDI file as a piece.

    Tracks become parts (`musegen.reading.assign_parts.choose_parts`); where no track is the bass, the
    lowest notes of the chords are. The beat is that of the file's tempo map, or found from the
    notes where they are not on it (`musegen.reading.grid.choose_grid`). The key is the file's
    where it fits the notes, else estimated from them. Tempo changes are kept, one tempo a phrase,
    so that the length in seconds stays.

    Parameters
    ----------
    path : str or Path
        A Standard MIDI File of any type.
    assign : mapping of int to str or None, optional
        Parts of some tracks, by `TrackReport.index`; None leaves a track out. Those not named are
        given a part as without it.

    Returns
    -------
    Piece
        At least one phrase.

    Raises
    ------
    MusicError
        If the file is missing, empty, not MIDI, has no notes, or is over an hour long; if `assign`
        names a track or a part that is not there, or leaves nothing.

    Warns
    -----
    MusicWarning
        If the music is not wholly in 4/4: it is cut into phrases of 32 steps all the same.
    """
    piece, report = read_midi_with_report(path, assign)
    others = [meter for meter in report.meters if meter != "4/4"]
    if others:
        warnings.warn(
            f"{display_text(Path(path).name)} has bars of {', '.join(others)}: "
            "it is read on its own beats, eight quarters a phrase",
            MusicWarning,
            stacklevel=2,
        )
    return piece


def read_midi_with_report(
    path: str | Path,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
) -> tuple[Piece, Report]:
    """Read a MIDI file as `read_midi` does, and say what was made of it, without warnings.

    Parameters
    ----------
    path, assign
        As for `read_midi`.
    tempo_factor : float
        0.5 or 2 to read a beat that was found from the notes at half or double its tempo, which
        notes alone cannot tell apart. One of `Report.tempo_factors`.

    Raises
    ------
    MusicError
        As `read_midi` does, and if the tempo cannot be multiplied so.
    """
    return read_file(load_file(path), assign, tempo_factor)


def read_file(
    file: MidiFile, assign: Mapping[int, str | None] | None = None, tempo_factor: float = 1.0
) -> tuple[Piece, Report]:
    """Read a file that is loaded already; see `read_midi_with_report`."""
    name, midi = file.name, file.midi
    if not midi.instruments:
        raise MusicError(f"{name} has no notes in it: choose another file")
    onsets = Onsets.of(midi.instruments)
    grid = choose_grid(midi, onsets)
    tempo_factors = grid.factors
    if tempo_factor not in tempo_factors:
        raise MusicError(_no_such_tempo(name, tempo_factor, grid))
    grid = grid.at_tempo(tempo_factor, onsets)
    pickup = 0
    if grid.source == "map":
        pickup = _pickup(midi, grid)
        grid = grid.moved(-pickup % STEPS_PER_BAR)

    voices = _voices(file, grid, assign or {})
    raw = _band(midi, grid, voices)
    notes = tidy_notes(raw)
    if not len(notes):
        if any(voice.choice.part for voice in voices):
            raise MusicError(f"{name} has no drums of the nine usual kinds and no other notes")
        raise MusicError(f"every track of {name} is left out: give one of them a part")
    steps = int((notes["onset"] + notes["duration"]).max())
    if steps > _MAX_STEPS:
        raise MusicError(f"{name} is over an hour long: cut it shorter")

    bars = max(1, -(-steps // STEPS_PER_BAR))
    phrases = -(-bars // 2)
    keys, key_source = _keys(midi, notes, phrases, grid)
    tempos = _tempos(grid, phrases)
    programs, changes = _programs(voices)
    piece = Piece.from_notes(notes, keys, tempos, programs, bars)
    piece = replace(piece, changes=changes)

    off = np.concatenate([voice.off(grid) for voice in voices])
    hits = [note for voice in voices if voice.choice.part == "drums" for note in voice.given.notes]
    report = Report(
        kind=file.midi_type,
        tracks=tuple(voice.report() for voice in voices),
        grid=grid.source,
        shift=-float(grid.times(np.zeros(1))[0]),
        pickup=pickup,
        moved=float(np.median(off)) if len(off) else 0.0,
        farthest=float(off.max(initial=0.0)),
        tempos=(float(tempos.min()), float(tempos.max())),
        tempo_factor=tempo_factor,
        tempo_factors=tempo_factors,
        meters=_meters(midi, after=1 if pickup else 0),
        key=keys[0],
        key_source=key_source,
        unclassed=Counter(hit.pitch for hit in hits if drum_classes(hit.pitch) < 0),
        doubled=len(raw) - len(notes),
        shortened=_shortened(raw, notes),
        lost=file.notes_without_length,
        bars=bars,
        seconds=piece.seconds,
        file_seconds=float(max(note.end for i in midi.instruments for note in i.notes)),
    )
    return piece, report


@dataclass(frozen=True)
class _Voice:
    """A track, what it plays, and the part it is given."""

    index: int
    given: pretty_midi.Instrument
    channel: int
    track: Track
    choice: Choice
    is_drums: bool
    is_chosen: bool

    def report(self) -> TrackReport:
        kept = 0
        if self.choice.part:
            sounds = self.track.pitch
            if self.choice.part == "drums":
                sounds = drum_classes(sounds)
            places = np.stack([self.track.onset, sounds])[:, sounds >= 0]
            kept = np.unique(places, axis=1).shape[1]
        return TrackReport(
            index=self.index,
            name=self.track.name,
            program=self.track.program,
            channel=self.channel,
            drums=self.is_drums,
            notes=len(self.given.notes),
            kept=kept,
            part=self.choice.part,
            reason=self.choice.reason,
            chosen=self.is_chosen,
        )

    def off(self, grid: Grid) -> np.ndarray:
        """Seconds that its onsets are moved by; of drums none, they keep what they are off."""
        if self.choice.part in (None, "drums"):
            return np.zeros(0)
        start = np.array([note.start for note in self.given.notes])
        return np.abs(grid.times(self.track.onset) - start)


def _voices(file: MidiFile, grid: Grid, assign: Mapping[int, str | None]) -> list[_Voice]:
    """All tracks with the parts that they are given; `assign` changes no others than it names."""
    given = file.midi.instruments
    for index, part in assign.items():
        if index not in range(len(given)):
            raise MusicError(f"there is no track {index}: the file has {len(given)}, from 0")
        if part is not None and part not in PARTS:
            raise MusicError(f"there is no part {part!r}: choose from {', '.join(PARTS)}")
    tracks = [replace(track_notes(file.midi, i, grid), name=display_text(i.name)) for i in given]
    drums = [
        i.is_drum or (names_drums(track.name) and _plays_drums(track))
        for i, track in zip(given, tracks, strict=True)
    ]
    # A track with several channels has one name, that of the song: it says nothing of a part.
    shared = Counter(number for number, _ in set(zip(file.tracks, file.channels, strict=True)))
    named = [
        track if shared[number] == 1 else replace(track, name="")
        for track, number in zip(tracks, file.tracks, strict=True)
    ]
    tuned = [i for i in range(len(given)) if not drums[i]]
    noises = [i for i in tuned if given[i].program >= _EFFECTS]
    if len(noises) == len(tuned):
        noises = []  # better a bird's tune than none
    choices: dict[int, Choice] = {
        i: Choice("drums", f"it is on channel {_CHANNEL_OF_DRUMS}")
        if given[i].is_drum
        else Choice("drums", f"it is named {tracks[i].name}")
        for i in range(len(given))
        if drums[i]
    }
    choices |= {i: Choice(None, "its instrument is a noise, not a voice") for i in noises}
    rest = [i for i in tuned if i not in noises]
    choices |= dict(zip(rest, choose_parts([named[i] for i in rest]), strict=True))
    chosen = {i: part for i, part in assign.items() if part != choices[i].part}
    choices |= {i: Choice(part, "you chose so") for i, part in chosen.items()}
    if not any(choice.part == "bass" for choice in choices.values()):
        for i, choice in choices.items():
            if choice.part == "chords" and split_bass(tracks[i].onset, tracks[i].pitch).any():
                choices[i] = Choice("chords", f"{choice.reason}, and its lowest notes the bass")
    return [
        _Voice(i, given[i], file.channels[i], tracks[i], choices[i], drums[i], i in chosen)
        for i in range(len(given))
    ]


def _no_such_tempo(name: str, factor: float, grid: Grid) -> str:
    if grid.source != "found":
        return f"the beat of {name} is the file's own: it is not read at another tempo"
    choices = " or ".join(f"{choice:g}" for choice in grid.factors)
    return f"the tempo of {name} cannot be read times {factor}: choose {choices}"


def _plays_drums(track: Track) -> bool:
    return np.mean(drum_classes(track.pitch) >= 0) >= _MOSTLY_DRUMS


def _band(midi: pretty_midi.PrettyMIDI, grid: Grid, voices: Sequence[_Voice]) -> np.ndarray:
    """Notes of all voices with their parts, not yet tidy."""
    notes = [
        drum_notes(midi, [voice.given for voice in voices if voice.choice.part == "drums"], grid)
    ]
    has_bass = any(voice.choice.part == "bass" for voice in voices)
    for voice in voices:
        part, track = voice.choice.part, voice.track
        if part in (None, "drums"):
            continue
        labels = np.full(len(track.onset), part_index(part))
        if part == "chords" and not has_bass:
            labels[split_bass(track.onset, track.pitch)] = PARTS.index("bass")
        own = np.zeros(len(track.onset), NOTE)
        own["part"] = labels
        for field in ("onset", "pitch", "duration", "velocity"):
            own[field] = getattr(track, field)
        notes.append(own)
    return np.concatenate(notes)


def _programs(voices: Sequence[_Voice]) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """Each part's program, and those that take over, by the phrase from which they do.

    Of several tracks that play a part at once, the one with the most notes gives its program.
    """
    programs: dict[str, int] = {}
    changes: dict[int, dict[str, int]] = {}
    for part in PARTS:
        own = [voice.track for voice in voices if voice.choice.part == part]
        if not own:
            continue
        own.sort(key=lambda track: int(track.onset.min()))
        if any(b.onset.min() <= a.onset.max() for a, b in itertools.pairwise(own)):
            programs[part] = max(own, key=lambda track: len(track.onset)).program
            continue
        programs[part] = own[0].program
        heard = [np.bincount(track.onset // STEPS_PER_PHRASE) for track in own]
        for before, after, track in zip(heard, heard[1:], own[1:], strict=False):
            first = int(np.flatnonzero(after)[0])
            # In a phrase that both play in, the one with more notes is heard.
            if first == len(before) - 1 and before[first] >= after[first]:
                first += 1
            if first < len(after):
                changes.setdefault(first, {})[part] = track.program
    return programs, changes


def _shortened(raw: np.ndarray, notes: np.ndarray) -> int:
    """How many of the notes are shorter than they were."""
    order = np.lexsort((-raw["duration"], raw["onset"], raw["pitch"], raw["part"]))
    _, first = np.unique(raw[order][["part", "pitch", "onset"]], return_index=True)
    tidy = np.lexsort((notes["onset"], notes["pitch"], notes["part"]))
    return int(np.sum(raw[order][first]["duration"] > notes[tidy]["duration"]))


def _pickup(midi: pretty_midi.PrettyMIDI, grid: Grid) -> int:
    """Steps of an incomplete first bar by the file's meters; 0 for none.

    Notation programs write one as a bar of a shorter meter, or begin the meter after it.
    """
    meters = sorted(midi.time_signature_changes, key=lambda meter: meter.time)
    starts = grid.positions([meter.time for meter in meters])
    later = np.flatnonzero(starts > 0)
    if not len(later):
        return 0
    line = starts[later[0]]
    if later[0]:
        before, after = (
            STEPS_PER_BAR * meters[i].numerator / meters[i].denominator
            for i in (later[0] - 1, later[0])
        )
        if line != before or before >= after:
            return 0
    return int(line) if line < STEPS_PER_BAR and line % 1 == 0 else 0


def _meters(midi: pretty_midi.PrettyMIDI, after: int = 0) -> tuple[str, ...]:
    """Names of the meters that a file has, the first `after` of them passed over."""
    changes = sorted(midi.time_signature_changes, key=lambda meter: meter.time)[after:]
    meters = sorted({(meter.numerator, meter.denominator) for meter in changes})
    return tuple(f"{beats}/{unit}" for beats, unit in meters)


def _tempos(grid: Grid, phrases: int) -> np.ndarray:
    """Mean tempo of each phrase, quarter notes a minute."""
    edges = grid.times(np.arange(phrases + 1) * STEPS_PER_PHRASE)
    return np.clip(60 * STEPS_PER_PHRASE / STEPS_PER_BEAT / np.diff(edges), 10, 960)


def file_keys(
    midi: pretty_midi.PrettyMIDI, notes: np.ndarray, phrases: int, grid: Grid | None = None
) -> list[int]:
    """Key of each phrase: the file's where it fits the notes, else the one that fits best."""
    return _keys(midi, notes, phrases, grid or map_grid(midi))[0]


def _keys(
    midi: pretty_midi.PrettyMIDI, notes: np.ndarray, phrases: int, grid: Grid
) -> tuple[list[int], str]:
    """Those of `file_keys`, and whether they are from the ``"file"`` or the ``"notes"``."""
    signed = _signed_keys(midi, phrases, grid)
    fits = key_fits(notes)
    best = estimate_key(notes)
    if signed is None:
        return [best] * phrases, "notes"
    if len(set(signed)) > 1 or fits[signed[0] + 5] >= fits[best + 5] - _KEY_MARGIN:
        return signed, "file"
    return [best] * phrases, "notes"


def _signed_keys(midi: pretty_midi.PrettyMIDI, phrases: int, grid: Grid) -> list[int] | None:
    """Key of each phrase by the file's key signatures; None where it has none."""
    changes = sorted(midi.key_signature_changes, key=lambda change: change.time)
    if not changes:
        return None
    at = grid.positions([change.time for change in changes])
    index = np.searchsorted(at, np.arange(phrases) * STEPS_PER_PHRASE + 0.5, side="right") - 1
    keys = [_signature_key(change.key_number) for change in changes]
    return [keys[max(0, i)] for i in index]


def _signature_key(key_number: int) -> int:
    """`Phrase.key` of pretty_midi's key number: 0 to 11 major from C, 12 to 23 minor from C."""
    tonic = key_number if key_number < 12 else key_number + 3
    return (tonic + 5) % 12 - 5
