"""Voices: the tracks of a file with the parts that they play."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pretty_midi

from musegen.errors import MusicError
from musegen.midi.load import MidiFile, display_text
from musegen.music.instruments import drum_classes, nearest_drum_classes
from musegen.music.notes import NOTE, PARTS, STEPS_PER_PHRASE, NoteArray, part_index
from musegen.reading.assign_parts import Choice, choose_parts, is_drum_name, split_bass
from musegen.reading.bars import Bars
from musegen.reading.grid import Grid
from musegen.reading.quantize import Track, quantize_drums, quantize_track
from musegen.reading.report import TrackReport

__all__ = ["Voice", "choose_voices", "voice_notes", "voice_programs"]

_FIRST_EFFECT = 120  # programs from here on are sound effects, such as a bird or a gunshot
_MOSTLY_DRUMS = 0.8  # share of drum pitches in a track named as drums; others may be percussion


@dataclass(frozen=True)
class Voice:
    """A track, its notes in steps, and the part that it plays.

    `is_chosen` tells whether the user chose another part than `choose_voices` would.
    """

    index: int
    instrument: pretty_midi.Instrument
    channel: int
    track: Track
    choice: Choice
    is_drums: bool
    is_chosen: bool

    def report(self) -> TrackReport:
        """Describe the voice for users."""
        kept = 0
        if self.choice.part:
            pitch = self.track.pitch
            if self.choice.part == "drums":
                pitch = nearest_drum_classes(pitch)
            places = np.stack([self.track.onset, self.track.offset, pitch])
            kept = np.unique(places, axis=1).shape[1]
        return TrackReport(
            index=self.index,
            name=self.track.name,
            program=self.track.program,
            channel=self.channel,
            drums=self.is_drums,
            notes=len(self.instrument.notes),
            kept=kept,
            part=self.choice.part,
            reason=self.choice.reason,
            chosen=self.is_chosen,
        )

    def shifts(self, grid: Grid) -> np.ndarray:
        """Return by how many seconds each onset is off its step; empty for drums."""
        if self.choice.part in (None, "drums"):
            return np.zeros(0)
        start = np.array([note.start for note in self.instrument.notes])
        return np.abs(grid.times(np.floor(grid.positions(start) + 0.5)) - start)


def choose_voices(
    file: MidiFile, grid: Grid, bars: Bars, assign: Mapping[int, str | None]
) -> list[Voice]:
    """Choose a part for each track; `assign` has the user's choices and changes no other track.

    Raises
    ------
    MusicError
        If `assign` has a track or a part that does not exist.
    """
    instruments = file.midi.instruments
    for index, part in assign.items():
        if index not in range(len(instruments)):
            raise MusicError(f"there is no track {index}: the file has {len(instruments)}, from 0")
        if part is not None:
            part_index(part)
    tracks = [
        _lay_out(quantize_track(file.midi, one, grid), bars, display_text(one.name))
        for one in instruments
    ]
    named = _named(file, tracks)
    is_drums = [
        one.is_drum or (is_drum_name(track.name) and _has_drum_pitches(track))
        for one, track in zip(instruments, named, strict=True)
    ]
    choices = _choose(file, tracks, is_drums)
    chosen = {i: part for i, part in assign.items() if part != choices[i].part}
    choices |= {
        i: Choice(part, "you chose this part" if part else "you chose this")
        for i, part in chosen.items()
    }
    if not any(choice.part == "bass" for choice in choices.values()):
        for i, choice in choices.items():
            if choice.part == "chords" and split_bass(tracks[i].chord, tracks[i].pitch).any():
                choices[i] = Choice("chords", f"{choice.reason}, and its lowest notes the bass")
    return [
        Voice(i, one, file.channels[i], tracks[i], choices[i], is_drums[i], i in chosen)
        for i, one in enumerate(instruments)
    ]


def _lay_out(track: Track, bars: Bars, name: str) -> Track:
    """Return a track with its notes in the bars of a piece, and another name."""
    onset = bars.lay_out(track.onset)
    end = bars.lay_out(track.onset + track.duration - 1) + 1
    return replace(track, name=name, onset=onset, duration=end - onset)


def _choose(file: MidiFile, tracks: Sequence[Track], is_drums: Sequence[bool]) -> dict[int, Choice]:
    """Choose a part for each track without a choice of the user."""
    instruments = file.midi.instruments
    choices: dict[int, Choice] = {}
    for i, track in enumerate(tracks):
        if file.is_muted[i] and not all(file.is_muted):
            choices[i] = Choice(None, "its volume is 0")
        elif is_drums[i]:
            choices[i] = Choice("drums", file.drums[i] or f"it is named {track.name}")
    pitched = [i for i in range(len(tracks)) if i not in choices]
    effects = [i for i in pitched if instruments[i].program >= _FIRST_EFFECT]
    if len(effects) < len(pitched):  # a file with nothing else keeps its sound effects
        choices |= {i: Choice(None, "its instrument is a sound effect") for i in effects}
        pitched = [i for i in pitched if i not in effects]
    named = _named(file, tracks)
    return choices | dict(zip(pitched, choose_parts([named[i] for i in pitched]), strict=True))


def _named(file: MidiFile, tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks without names that name no part.

    A track of the file with several channels has the name of the song.
    """
    channels = Counter(number for number, _ in set(zip(file.tracks, file.channels, strict=True)))
    return [
        track if channels[number] == 1 else replace(track, name="")
        for track, number in zip(tracks, file.tracks, strict=True)
    ]


def _has_drum_pitches(track: Track) -> bool:
    return float(np.mean(drum_classes(track.pitch) >= 0)) >= _MOSTLY_DRUMS


def voice_notes(
    midi: pretty_midi.PrettyMIDI, grid: Grid, bars: Bars, voices: Sequence[Voice]
) -> NoteArray:
    """Return the notes of all voices with their parts, not tidy yet."""
    drums = [voice.instrument for voice in voices if voice.choice.part == "drums"]
    hits = quantize_drums(midi, drums, grid)
    hits["onset"] = bars.lay_out(hits["onset"])
    notes = [hits]
    has_bass = any(voice.choice.part == "bass" for voice in voices)
    for voice in voices:
        part, track = voice.choice.part, voice.track
        if part is None or part == "drums":
            continue
        own = np.zeros(len(track.onset), NOTE)
        own["part"] = part_index(part)
        if part == "chords" and not has_bass:
            own["part"][split_bass(track.chord, track.pitch)] = PARTS.index("bass")
        for field in ("onset", "pitch", "duration", "velocity", "offset"):
            own[field] = getattr(track, field)
        notes.append(own)
    return np.concatenate(notes)


def voice_programs(voices: Sequence[Voice]) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """Return `Piece.programs` and `Piece.changes` for voices.

    If several tracks play a part at the same time, the one with the most notes gives the program.
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
        counts = [np.bincount(track.onset // STEPS_PER_PHRASE) for track in own]
        for before, after, track in zip(counts, counts[1:], own[1:], strict=False):
            first = int(np.flatnonzero(after)[0])
            # In a phrase with notes of both, the track with more notes gives the program.
            if first == len(before) - 1 and before[first] >= after[first]:
                first += 1
            if first < len(after):
                changes.setdefault(first, {})[part] = track.program
    return programs, changes
