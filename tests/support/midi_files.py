"""MIDI files as other programs write them, for the tests.

`odd_files`, a strategy of Hypothesis, draws files as odd programs write them, byte by byte: zero
lengths, missing ends, running status, texts in any bytes, odd events, harmless damage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import pretty_midi
from hypothesis import assume
from hypothesis import strategies as st

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


DIVISIONS = (24, 96, 120, 480, 960, 32_767)
TEXTS = (
    *(word.encode() for word in ("Flöte", "Lead", "")),
    "Flöte".encode("latin-1"),
    "Мелодия".encode("cp1251"),
    "ピアノ".encode("cp932"),
    "钢琴".encode("gb18030"),
    b"\xff\xfe\x80",
    b"a\r\n\0b",
)
# Events that change no note, whether they are valid or not.
ODD_EVENTS = (
    b"\xff\x58\x02\x04\x02",
    b"\xff\x58\x04\x00\x02\x18\x08",
    b"\xff\x59\x02\xee\x00",
    b"\xff\x59\x01\x01",
    b"\xff\x51\x03\x00\x00\x00",
    b"\xff\x51\x02\x07\x07",
    b"\xff\x54\x05\xff\x00\x00\x00\x00",
    b"\xff\x60\x03abc",
    b"\xff\x7f\x00",
    b"\xf0\x05\x43\x10\xff\xff\xf7",
    b"\xf0\x00",
    b"\xf7\x02\xf3\x01",
    b"\xfe",
)


@dataclass(frozen=True)
class OddFile:
    """The bytes of a file, and its notes: ticks, channels from 0, and pitches.

    `seconds` is the length of a tick.
    """

    data: bytes
    notes: frozenset[tuple[int, int, int]]
    seconds: float


def number(value: int) -> bytes:
    """Write a number of variable length."""
    out = [value & 127]
    while value := value >> 7:
        out.append(value & 127 | 128)
    return bytes(reversed(out))


_note = st.tuples(
    st.integers(0, 40),  # sixteenths
    st.integers(0, 15),  # channel
    st.integers(36, 84),  # pitch
    st.sampled_from([0, 0, 1, 2, 8, None]),  # length in sixteenths; None: it never ends
)


@st.composite
def _tracks(draw: st.DrawFn, step: int) -> tuple[bytes, set[tuple[int, int, int]]]:
    """Return the events of a track, without its end, and its notes."""
    rows = draw(st.lists(_note, max_size=12, unique_by=lambda note: note[:3]))
    ends_first = draw(st.booleans())
    events = [(0, 0, b"\xff\x03" + number(len(text)) + text) for text in draw(_texts)]
    for start, channel, pitch, length in rows:
        events.append((start * step, 2, bytes([0x90 | channel, pitch, draw(_velocities)])))
        if length is not None:
            order = 3 if length == 0 else 1 if ends_first else 2
            end = bytes([0x80 | channel, pitch, 0]) if draw(st.booleans()) else None
            event = end or bytes([0x90 | channel, pitch, 0])
            events.append(((start + length) * step, order, event))
    for event in draw(st.lists(st.sampled_from(ODD_EVENTS), max_size=3)):
        events.append((draw(st.integers(0, 40)) * step, 4, event))
    data, now, status = b"", 0, None
    is_running = draw(st.booleans())
    for tick, _, event in sorted(events, key=lambda event: event[:2]):
        body = event[1:] if is_running and event[0] == status else event
        data += number(tick - now) + body
        now = tick
        if event[0] < 0xF0:
            status = event[0]
    return data, {(start * step, channel, pitch) for start, channel, pitch, _ in rows}


_texts = st.lists(st.sampled_from(TEXTS), max_size=2)
_velocities = st.sampled_from([1, 90, 127, 200])  # the last one is out of range


@st.composite
def odd_files(draw: st.DrawFn) -> OddFile:
    """Draw a file with at least one note."""
    division = draw(st.sampled_from(DIVISIONS))
    parts = draw(st.lists(_tracks(division // 4), min_size=1, max_size=3))
    end = draw(st.sampled_from([b"\x00\xff\x2f\x00", b"\x8f\xff\xff\x7f\xff\x2f\x00", b""]))
    chunks: list[bytes] = []
    for events, _ in parts:
        body = events + (end or b"\x00\xff\x2f\x00" if events else b"\x00\xff\x2f\x00")
        size = draw(st.sampled_from([len(body), len(body), 0, 7, len(body) + 300]))
        chunks.append(b"MTrk" + size.to_bytes(4, "big") + body)
        chunks.append(draw(st.sampled_from([b"", b"", b"XFIH\0\0\0\4abcd"])))
    if not end:  # the last event of the file is cut off
        chunks[-2:] = [chunks[-2][:-4]]
    declared = draw(st.sampled_from([len(parts), 0, 1, 99]))
    header = b"MThd\0\0\0\6" + b"".join(
        n.to_bytes(2, "big") for n in (draw(st.sampled_from([0, 1, 1, 9])), declared, division)
    )
    before = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\0\x04song" + bytes(122)]))
    notes = frozenset(note for _, some in parts for note in some)
    assume(notes)
    return OddFile(before + header + b"".join(chunks), notes, 0.5 / division)
