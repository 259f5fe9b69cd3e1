"""Reads the events of a MIDI track from bytes that need not follow the standard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = [
    "DEFAULT_TEMPO",
    "Track",
    "encode_tempo",
    "encode_track",
    "is_tempo",
    "read_tempo",
    "read_track",
    "write_tracks",
]

DEFAULT_TEMPO = 500_000
"""Microseconds of a beat where a file names no tempo."""

# Damage that a reader of the report should know of; the keys of `Track.damage`.
_SKIPPED, _RANGE = "skipped bytes", "data bytes over 127"
_SYSEX, _META = "system exclusive messages", "meta events"
_TEMPO, _METER, _KEY = "tempos", "meters", "keys"
_SHORT_METER, _NO_MODE = "short meters", "keys without a mode"

_TEMPO_STATUS = b"\xff\x51"
_MAX_PAYLOAD = 1_000_000  # bytes of a text or a system exclusive message: mido reads no more
_MAX_TRACKS = 32_767  # of a file: mido reads their number as a signed one
_MAX_UNIT = 6  # a meter counts in notes of 1 / 2**6, a sixty-fourth, at the shortest
# Bytes after the status of system messages, which belong into a cable and not into a file.
_SYSTEM_DATA = {0xF1: 1, 0xF2: 2, 0xF3: 1}


@dataclass
class Track:
    """The events of a track, all of them valid.

    Attributes
    ----------
    events : list of tuple of int and bytes
        Ticks from the start of the track, and messages with their status byte, in the order of
        the file; without the end of the track.
    size : int
        Bytes that were read.
    end_tick : int
        Tick of the end of the track, or of the last event.
    has_end : bool
        Whether an end of the track was read.
    is_cut : bool
        Whether the bytes end in the middle of an event.
    damage : Counter
        How often something was repaired, by its kind.
    nonsense : int
        Bytes that suggest that these are not events at all.
    must_rewrite : bool
        Whether mido would fail at these bytes or misread them.
    """

    events: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0
    end_tick: int = 0
    has_end: bool = False
    is_cut: bool = False
    damage: Counter[str] = field(default_factory=Counter)
    nonsense: int = 0
    must_rewrite: bool = False

    @property
    def last_tick(self) -> int:
        """Tick of the end of the track, or of its last event if that is later."""
        return max(self.end_tick, self.events[-1][0] if self.events else 0)


def is_tempo(message: bytes) -> bool:
    """Whether an event sets the tempo."""
    return message.startswith(_TEMPO_STATUS)


def read_tempo(message: bytes) -> int:
    """Return the microseconds of a beat that a tempo event sets."""
    return int.from_bytes(message[3:6], "big")


def encode_tempo(tempo: int) -> bytes:
    """Return an event that sets the tempo, in microseconds of a beat."""
    return _TEMPO_STATUS + b"\x03" + tempo.to_bytes(3, "big")


def read_track(data: bytes) -> Track:
    """Read events up to the end of the track, or to the end of the bytes.

    It reads what FluidSynth reads, and more: running status goes on after system exclusive and
    meta events, data bytes over 127 are brought into range, and bytes that cannot be an event are
    skipped. Meta events that are short or out of range are left out.
    """
    track = Track()
    append = track.events.append
    position, tick, size = 0, 0, len(data)
    status, running, is_known = 0, b"", False
    try:
        while position < size:
            delta = data[position]
            position += 1
            if delta > 127:
                delta, position = _read_number(data, position - 1, track)
            tick += delta
            first = data[position]
            if first > 127:
                position += 1
                if first >= 0xF0:
                    position = _read_system(data, position, first, tick, delta, track)
                    if track.has_end:
                        break
                    is_known &= first == 0xFF
                    continue
                status, running, is_known = first, data[position - 1 : position], True
            elif not is_known:  # mido does not know the running status either
                if not status:
                    position += 1
                    track.damage[_SKIPPED] += 1
                    track.nonsense += 1
                    continue
                track.must_rewrite = True
            end = position + (1 if 0xC0 <= status < 0xE0 else 2)
            message = running + data[position:end]
            if end > size:
                raise IndexError
            position = end
            if message[1] > 127 or message[-1] > 127:
                message = _bring_into_range(message, track)
            append((tick, message))
    except IndexError:
        track.is_cut = True
        position = size
    track.size, track.end_tick = position, tick
    track.must_rewrite |= track.is_cut or bool(track.damage)
    return track


def _read_number(data: bytes, position: int, track: Track) -> tuple[int, int]:
    """Read a number of variable length; one of over four bytes, which none has, counts as 0."""
    number, start = 0, position
    while True:
        byte = data[position]
        position += 1
        if position - start <= 4:
            number = number << 7 | byte & 127
        if byte < 128:
            break
    if position - start > 4:
        track.damage[_SKIPPED] += position - start
        track.nonsense += position - start
        return 0, position
    return number, position


def _read_system(
    data: bytes, position: int, status: int, tick: int, delta: int, track: Track
) -> int:
    """Read a meta event, a system exclusive message or another system message."""
    if status == 0xFF:
        kind = data[position]
        size, position = _read_number(data, position + 1, track)
        track.has_end = kind == 0x2F
        track.must_rewrite |= track.has_end and size > 0
        end = position if track.has_end else position + size
        if end > len(data):
            raise IndexError
        payload = _check_meta(kind, data[position:end], delta, track)
        if payload is not None:
            track.events.append((tick, b"\xff%c" % kind + _number(len(payload)) + payload))
        return min(position + size, len(data))
    if status in (0xF0, 0xF7):
        size, position = _read_number(data, position, track)
        end = position + size
        if end > len(data):  # its length is wrong, but its last byte is known
            end = data.find(b"\xf7", position) + 1
            if not end:
                raise IndexError
            track.damage[_SYSEX] += 1
        payload = data[position:end].removeprefix(b"\xf0").removesuffix(b"\xf7")
        if payload.isascii() and len(payload) < _MAX_PAYLOAD and status == 0xF0:
            payload += b"\xf7"
            track.events.append((tick, b"\xf0" + _number(len(payload)) + payload))
        else:
            track.must_rewrite = True  # none that is heard
        return end
    track.must_rewrite = True
    return position + _SYSTEM_DATA.get(status, 0)


def _check_meta(kind: int, payload: bytes, delta: int, track: Track) -> bytes | None:
    """Return what a meta event holds, repaired if need be; None to leave the event out."""
    size = len(payload)
    if kind == 0x51:
        if size < 3 or not any(payload[:3]):
            track.damage[_TEMPO] += 1
            return None
        return payload
    if kind == 0x58:
        if size < 2 or not payload[0] or payload[1] > _MAX_UNIT:
            track.damage[_METER] += 1
            return None
        if size < 4:
            track.damage[_SHORT_METER] += 1
            return payload[:2] + bytes([24, 8])
        return payload
    if kind == 0x59:
        if not size or (payload[0] + 128) % 256 - 128 not in range(-7, 8):
            track.damage[_KEY] += 1
            return None
        if size < 2 or payload[1] > 1:
            track.damage[_NO_MODE] += 1
            return bytes([payload[0], 0])
        return payload
    if kind == 0x54 and (size < 5 or payload[0] >> 5 > 3):
        track.damage[_META] += 1
        return None
    if (kind == 0x00 and size == 1) or (kind == 0x20 and not size) or size > _MAX_PAYLOAD:
        track.damage[_META] += 1
        return None
    if kind not in _KNOWN_META:
        track.must_rewrite |= delta > 0  # mido forgets the time of events that it does not know
        return None
    return None if kind == 0x2F else payload


_KNOWN_META = {*range(8), 0x09, 0x20, 0x21, 0x2F, 0x51, 0x54, 0x58, 0x59, 0x7F}


def _bring_into_range(message: bytes, track: Track) -> bytes:
    """Clip velocities that are too high, and take the lower seven bits of other data."""
    track.damage[_RANGE] += sum(byte > 127 for byte in message[1:])
    track.nonsense += message[1] > 127
    data = [byte & 127 for byte in message[1:]]
    if message[0] >> 4 in (8, 9) and message[2] > 127:
        data[1] = 127
    return bytes([message[0], *data])


def write_tracks(tracks: Iterable[Track], division: int, midi_type: int) -> bytes:
    """Write a Standard MIDI File of all tracks that are not empty."""
    bodies = [
        encode_track(track.events, track.end_tick)
        for track in tracks
        if track.events or track.end_tick
    ][:_MAX_TRACKS] or [encode_track([], 0)]
    numbers = ((6, 4), (midi_type, 2), (len(bodies), 2), (division, 2))
    head = b"MThd" + b"".join(number.to_bytes(size, "big") for number, size in numbers)
    return head + b"".join(bodies)


def encode_track(events: list[tuple[int, bytes]], end_tick: int) -> bytes:
    """Write events, sorted by tick, as a track chunk with an end."""
    parts, before = [], 0
    for tick, message in [*events, (max(end_tick, before), b"\xff\x2f\x00")]:
        tick = max(tick, before)
        parts += (_number(tick - before), message)
        before = tick
    body = b"".join(parts)
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def _number(value: int) -> bytes:
    """Write a number of variable length."""
    out = [value & 127]
    while value := value >> 7:
        out.append(value & 127 | 128)
    return bytes(reversed(out))
