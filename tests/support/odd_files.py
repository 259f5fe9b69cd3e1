"""Strategies of Hypothesis for MIDI files as odd programs write them, byte by byte.

`odd_files` draws a file and the notes in it that any player plays: zero lengths, missing ends,
running status, texts in any bytes, odd events between notes, and damage that hides no note.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import assume
from hypothesis import strategies as st

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
