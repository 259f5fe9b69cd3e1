"""MIDI files as other programs write them, for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import pretty_midi

TICKS = 480  # a quarter note


@dataclass(frozen=True)
class Voice:
    """A track: notes are ``(pitch, start, end)`` in quarter notes, or the same with a velocity."""

    notes: Sequence[tuple]
    name: str = ""
    program: int = 0
    channel: int = 1
    meta: Sequence[tuple[float, mido.MetaMessage]] = ()


def midi_file(
    path: Path,
    *voices: Voice,
    kind: int = 1,
    meta: Sequence[tuple[float, mido.MetaMessage]] = (),
) -> Path:
    """Write a file of any type; a file of type 0 has all voices in one track.

    Parameters
    ----------
    path : Path
    *voices : Voice
    kind : int
        Type of the file.
    meta : sequence of tuple
        Messages of the whole file (tempos, meters, keys) with their times in quarter notes.
    """
    tracks = [list(_events(voice)) for voice in voices]
    about = [(beat, 0, message) for beat, message in meta]
    if kind == 0:
        tracks = [about + [event for track in tracks for event in track]]
    elif about:
        tracks.insert(0, about)
    file = mido.MidiFile(type=kind, ticks_per_beat=TICKS)
    file.tracks = [_track(events) for events in tracks]
    file.save(path)
    return path


def _events(voice: Voice) -> Iterable[tuple]:
    channel = voice.channel - 1
    if voice.name:
        yield 0, 0, mido.MetaMessage("track_name", name=voice.name)
    yield 0, 1, mido.Message("program_change", channel=channel, program=voice.program)
    yield from ((beat, 0, message) for beat, message in voice.meta)
    for pitch, start, end, *velocity in voice.notes:
        level = velocity[0] if velocity else 90
        yield start, 3, mido.Message("note_on", channel=channel, note=pitch, velocity=level)
        yield end, 2, mido.Message("note_off", channel=channel, note=pitch)


def _track(events: Iterable[tuple]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for beat, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(beat * TICKS)
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def tempo(bpm: float) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=round(6e7 / bpm))


def meter(beats: int, unit: int) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=beats, denominator=unit)


def scale(first: int, count: int = 8, start: float = 0, beats: float = 1) -> list[tuple]:
    """Notes up and down a scale, one every `beats` quarter notes."""
    steps = (0, 2, 4, 5, 7, 5, 4, 2)
    return [
        (first + steps[i % 8], start + i * beats, start + (i + 1) * beats) for i in range(count)
    ]


def triads(first: int, bars: int = 2) -> list[tuple]:
    """A triad in each bar."""
    return [(first + i, 4 * bar, 4 * bar + 4) for bar in range(bars) for i in (0, 4, 7)]


def foreign_file(path, *instruments, tempo=120.0, meters=()):
    """Write a file as another program would: ``(program, name, is_drum, notes)`` a track.

    A note is ``(pitch, start, end)`` in beats, or the same with a velocity.
    """
    midi = pretty_midi.PrettyMIDI(initial_tempo=tempo)
    for numerator, denominator, beat in meters:
        midi.time_signature_changes.append(
            pretty_midi.TimeSignature(numerator, denominator, beat * 60 / tempo)
        )
    for program, name, is_drum, notes in instruments:
        track = pretty_midi.Instrument(program, is_drum, name)
        for pitch, start, end, *velocity in notes:
            times = (start * 60 / tempo, end * 60 / tempo)
            track.notes.append(pretty_midi.Note(*(velocity or [80]), pitch, *times))
        midi.instruments.append(track)
    midi.write(str(path))
    return path


END = b"\x00\xff\x2f\x00"
QUARTER_C = b"\x00\x90\x3c\x50" + b"\x83\x60\x80\x3c\x00"  # a quarter is 480 ticks: 83 60


def raw_midi(*tracks, division=480, kind=1):
    """Return the bytes of a Standard MIDI File made of raw tracks."""
    head = b"MThd" + b"\0\0\0\6" + kind.to_bytes(2) + len(tracks).to_bytes(2) + division.to_bytes(2)
    return head + b"".join(b"MTrk" + len(track).to_bytes(4) + track for track in tracks)


BEAT = [(36, 0, 0.5), (38, 1, 1.5), (36, 2, 2.5), (38, 3, 3.5)]


def small_song(path: Path, **options) -> Path:
    """Write a file with a lead, chords, a bass and drums, two of them of no class."""
    return midi_file(
        path,
        Voice(scale(72), "Lead Vocal", 53, 1),
        Voice(triads(60), "", 24, 2),
        Voice(scale(36), "Bass", 33, 3),
        Voice([*BEAT, (73, 0, 0.5), (75, 2, 2.5)], "", 0, 10),
        **options,
    )
