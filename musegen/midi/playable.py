"""MIDI files as a synthesizer plays them: all of their own events, without long silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from musegen.errors import MusicError
from musegen.midi.events import DEFAULT_TEMPO, Track, is_tempo, read_tempo, write_tracks
from musegen.midi.load import display_text, join_patterns, read_bytes
from musegen.midi.repair import Repaired, repair
from musegen.midi.sounding_notes import read_notes

__all__ = ["Playable", "lengthen", "load_playable"]

_MAX_SECONDS = 3600  # the sound of an hour takes 1.3 GB of memory
_BAR = 4  # beats
# Silence before the first note that is played. Some files have a bar or two in front, which the
# music needs to begin in time with others; more is waited for in vain.
_MAX_SILENCE = 5.0  # seconds
_TAIL = 4  # beats that are kept after the last note: a file may go on for hours
_SILENCE = ((64, 0), (123, 0))  # the pedal is up, all notes are off


@dataclass(frozen=True)
class Playable:
    """A Standard MIDI File for a synthesizer.

    Attributes
    ----------
    data : bytes
    seconds : float
        Length of the music.
    end : float
        End of the last note, in seconds.
    repairs : tuple of str
        What was repaired, one sentence each.
    """

    data: bytes
    seconds: float
    end: float
    repairs: tuple[str, ...] = ()


def load_playable(path: str | Path, bars: int | None = None) -> Playable:
    """Load a file with all of its tracks, programs, controllers and bends.

    Damage is repaired. Whole bars of silence are left out before the first note if they last over
    five seconds, and after the last note.

    Parameters
    ----------
    path : str or Path
    bars : int, optional
        Of four quarter notes each: what comes later is left out.

    Raises
    ------
    MusicError
        If the file is missing, empty, not MIDI, has no notes, or is over an hour long.
    """
    name = display_text(Path(path).name)
    repaired = repair(read_bytes(path), name)
    if repaired.midi_type == 2:
        repaired = _as_type_1(repaired)
    notes = [note for one in read_notes(repaired.tracks).instruments for note in one.notes]
    if not notes:
        raise MusicError(f"{name} has no notes in it: choose another file")
    clock = _Clock(repaired.tracks, repaired.division)
    bar = _BAR * repaired.division
    first, last = min(note[0] for note in notes), max(note[1] for note in notes)
    start = first // bar * bar if clock.seconds(first) > _MAX_SILENCE else 0
    end = last if bars is None else min(last, start + bars * bar)
    seconds = clock.seconds(end) - clock.seconds(start)
    if seconds > _MAX_SECONDS:
        raise MusicError(f"{name} is over an hour long: cut it shorter")
    cut = _cut(repaired, start, end, is_shortened=end < last)
    return Playable(cut, seconds, seconds, repaired.repairs)


def _cut(repaired: Repaired, start: int, end: int, is_shortened: bool) -> bytes:
    """Return the bytes of a file from a tick to another; settings from before stay."""
    stop = end if is_shortened else end + _TAIL * repaired.division
    tracks = repaired.tracks
    if not start and max(track.last_tick for track in tracks) <= stop:
        return repaired.data
    kept = [
        replace(
            track,
            events=[
                (max(0, tick - start), message) for tick, message in track.events if tick < stop
            ],
            end_tick=stop - start,
        )
        for track in tracks
    ]
    if is_shortened:
        off = [
            (stop - start, bytes([0xB0 | channel, *message]))
            for channel in range(16)
            for message in _SILENCE
        ]
        kept[-1].events.extend(off)
    return write_tracks(kept, repaired.division, repaired.midi_type)


def _as_type_1(repaired: Repaired) -> Repaired:
    """Let the patterns of a type 2 file follow one another, which synthesizers play at once."""
    tracks = join_patterns(repaired.tracks, repaired.division)
    data = write_tracks(tracks, repaired.division, 1)
    return replace(repaired, data=data, tracks=tracks, midi_type=1)


def lengthen(data: bytes, seconds: float) -> bytes:
    """Make a file last longer, by an event at its end that has no effect."""
    repaired = repair(data, "the file")
    clock = _Clock(repaired.tracks, repaired.division)
    first, *others = repaired.tracks
    last = max(tick for track in repaired.tracks for tick, _ in track.events)
    nothing = bytes([0xB0, 3, 0])  # an undefined controller
    later = last + clock.ticks(last, seconds)
    first = replace(first, events=[*first.events, (later, nothing)])
    return write_tracks([first, *others], repaired.division, repaired.midi_type)


class _Clock:
    """Converts ticks to seconds."""

    def __init__(self, tracks: Sequence[Track], division: int) -> None:
        self._division = division
        changes = [
            (tick, read_tempo(message))
            for track in tracks
            for tick, message in track.events
            if is_tempo(message)
        ]
        self._tempos = [(0, DEFAULT_TEMPO), *sorted(changes, key=lambda change: change[0])]

    def seconds(self, tick: int) -> float:
        """Return the time of a tick."""
        total = 0
        nexts = [*(at for at, _ in self._tempos[1:]), tick]
        for (at, tempo), until in zip(self._tempos, nexts, strict=True):
            total += max(0, min(until, tick) - at) * tempo
        return total / 1e6 / self._division

    def ticks(self, tick: int, seconds: float) -> int:
        """Return how many ticks so many seconds last at the tempo of a tick."""
        tempo = [tempo for at, tempo in self._tempos if at <= tick][-1]
        return round(seconds * 1e6 / tempo * self._division)
