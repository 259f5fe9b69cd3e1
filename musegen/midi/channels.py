"""What the channels of a MIDI file are set to at each time: instrument, volume and pedal."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from musegen.midi.events import Track

__all__ = ["Channel", "Instrument", "Levels", "Pedal", "Timeline", "read_channels"]

_T = TypeVar("_T")

_DRUMS = 9  # the channel of drums, counted from 0
# Controllers.
_BANK, _VOLUME, _PAN, _EXPRESSION, _PEDAL = 0, 7, 10, 11, 64
_ALL_SOUND_OFF, _RESET = 120, 121
_DEFAULT_VOLUME, _LOUDEST = 100, 127  # of General MIDI
_PEDAL_DOWN = 64  # from this value on

_ON_CHANNEL_10 = "it is on channel 10"
_BY_BANK = "its bank is one of drum kits"
_BY_MESSAGE = "a message in the file makes its channel one of drums"
# Banks of drums and of melodies by the standard that a file announces; Yamaha's XG has 126 and 127,
# General MIDI 2 has 120 and 121. Files that announce none may follow either, and Roland's GS, which
# makes drums by messages alone, uses these numbers for other things.
_XG, _GS, _OTHER = "XG", "GS", ""
_DRUM_BANKS = {_XG: (126, 127), _GS: (), _OTHER: (120, 127)}
_MELODY_BANKS = {_XG: (), _GS: (), _OTHER: (121,)}


@dataclass(frozen=True)
class Instrument:
    """A program, 0 to 127, and why its channel plays drums: a clause, empty if it does not."""

    program: int = 0
    drums: str = ""


class Timeline(Generic[_T]):
    """A value that changes at some ticks."""

    def __init__(self, first: _T) -> None:
        self._ticks, self._values = [0], [first]

    def set(self, tick: int, value: _T) -> None:
        """Change the value from a tick on; ticks rise."""
        if value != self._values[-1]:
            self._ticks.append(tick)
            self._values.append(value)

    def at(self, tick: int) -> _T:
        """Return the value at a tick, after all changes there."""
        return self._values[bisect_right(self._ticks, tick) - 1]


class Levels:
    """How loud a channel is: volume times expression, 1 at most."""

    def __init__(self) -> None:
        self._ticks, self._values, self._sums = [0], [_DEFAULT_VOLUME / _LOUDEST], [0.0]

    def set(self, tick: int, volume: int, expression: int) -> None:
        """Change the level from a tick on; ticks rise."""
        value = volume * expression / _LOUDEST**2
        if value != self._values[-1]:
            self._sums.append(self._sum(tick))
            self._ticks.append(tick)
            self._values.append(value)

    def mean(self, start: int, end: int) -> float:
        """Return the mean level from one tick to a later one, or at a tick."""
        if len(self._values) == 1:
            return self._values[0]
        if end <= start:
            return self._values[bisect_right(self._ticks, start) - 1]
        return (self._sum(end) - self._sum(start)) / (end - start)

    def _sum(self, tick: int) -> float:
        index = bisect_right(self._ticks, tick) - 1
        return self._sums[index] + self._values[index] * (tick - self._ticks[index])


class Pedal:
    """When the sustain pedal of a channel is down."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, int, int]] = []  # it goes down, up, down …

    def set(self, place: tuple[int, int, int], is_down: bool) -> None:
        """Move the pedal at a tick, as event of a track; places rise."""
        if is_down != (len(self._changes) % 2 == 1):
            self._changes.append(place)

    def held_until(self, place: tuple[int, int, int], last: int) -> int:
        """Return the tick at which a note ends whose key is released at a place.

        It is `last` where the pedal stays down.
        """
        index = bisect_right(self._changes, place)
        if index % 2 == 0:
            return place[0]
        return self._changes[index][0] if index < len(self._changes) else last


@dataclass
class Channel:
    """Settings of a channel over time."""

    instrument: Timeline[Instrument]
    levels: Levels = field(default_factory=Levels)
    pedal: Pedal = field(default_factory=Pedal)
    has_bends: bool = False
    has_pan: bool = False


def read_channels(tracks: Sequence[Track]) -> list[Channel]:
    """Read the settings of all sixteen channels, which hold for the notes of all tracks.

    At one tick, settings come before notes, wherever they are in the file.
    """
    reader = _Reader()
    events = [
        (tick, not _announced(message), number, index, message)
        for number, track in enumerate(tracks)
        for index, (tick, message) in enumerate(track.events)
        if 0xB0 <= message[0] < 0xD0 or 0xE0 <= message[0] <= 0xF0
    ]
    for tick, _, number, index, message in sorted(events):
        reader.read(message, (tick, number, index))
    return [channel.timeline for channel in reader.channels]


class _State:
    """What a channel is set to while its events are read."""

    def __init__(self, number: int) -> None:
        self.drums_by_default = _ON_CHANNEL_10 if number == _DRUMS else ""
        self.timeline = Channel(Timeline(Instrument(0, self.drums_by_default)))
        self.volume, self.expression = _DEFAULT_VOLUME, _LOUDEST
        self.program, self.bank, self.has_program = 0, 0, False
        self.reset_drums()

    def reset_drums(self) -> None:
        self.drums_by_message = self.drums_by_default
        self.drums_by_bank: str | None = None  # None if the bank does not decide

    def set_instrument(self, tick: int) -> None:
        by_bank = self.drums_by_bank
        drums = self.drums_by_message if by_bank is None else by_bank
        self.timeline.instrument.set(
            tick, Instrument(self.program, drums and (self.drums_by_default or drums))
        )


class _Reader:
    """Reads events in the order of time."""

    def __init__(self) -> None:
        self.channels = [_State(number) for number in range(16)]
        self.standard = _OTHER

    def read(self, message: bytes, place: tuple[int, int, int]) -> None:
        kind, tick = message[0] >> 4, place[0]
        if kind == 0xF:
            self._read_system(message, tick)
            return
        channel = self.channels[message[0] & 15]
        if kind == 0xC:
            channel.program, channel.has_program = message[1], True
            self._apply_bank(channel, tick)
        elif kind == 0xE:
            channel.timeline.has_bends |= message[1:] != b"\x00\x40"
        else:
            self._read_controller(channel, message[1], message[2], place)

    def _read_controller(
        self, channel: _State, number: int, value: int, place: tuple[int, int, int]
    ) -> None:
        timeline, tick = channel.timeline, place[0]
        if number == _BANK:
            channel.bank = value
            if not channel.has_program:  # else it holds from the next program on
                self._apply_bank(channel, tick)
        elif number == _VOLUME:
            channel.volume = value
        elif number == _EXPRESSION:
            channel.expression = value
        elif number == _PAN:
            timeline.has_pan |= value not in (63, 64)
        elif number == _PEDAL:
            timeline.pedal.set(place, value >= _PEDAL_DOWN)
        elif number in (_ALL_SOUND_OFF, _RESET):
            timeline.pedal.set(place, False)
            if number == _RESET:
                channel.expression = _LOUDEST
        if number in (_VOLUME, _EXPRESSION, _RESET):
            timeline.levels.set(tick, channel.volume, channel.expression)

    def _apply_bank(self, channel: _State, tick: int) -> None:
        channel.drums_by_bank = None
        if channel.bank in _DRUM_BANKS[self.standard]:
            channel.drums_by_bank = _BY_BANK
        elif channel.bank in _MELODY_BANKS[self.standard]:
            channel.drums_by_bank = ""
        channel.set_instrument(tick)

    def _read_system(self, message: bytes, tick: int) -> None:
        announced = _announced(message)
        if announced is not None:
            self.standard = announced
            for channel in self.channels:
                channel.reset_drums()
                channel.set_instrument(tick)
            return
        part = _part_mode(_body(message))
        if part is not None:
            number, is_drums = part
            channel = self.channels[number]
            channel.drums_by_message = _BY_MESSAGE if is_drums else ""
            channel.drums_by_bank = None
            channel.set_instrument(tick)


def _body(message: bytes) -> bytes:
    """Return a system exclusive message without its length and its end."""
    start = 1
    while message[start] > 127:
        start += 1
    return message[start + 1 :].removesuffix(b"\xf7")


def _announced(message: bytes) -> str | None:
    """Return the standard that a message switches a synthesizer to; None for other messages."""
    if message[0] != 0xF0:
        return None
    body = _body(message)
    if body[:1] == b"\x7e" and body[2:3] == b"\x09":  # General MIDI on or off
        return _OTHER
    if _is_roland(body) and body[4:7] in (b"\x40\x00\x7f", b"\x00\x00\x7f"):
        return _GS
    if _is_yamaha(body) and body[3:6] in (b"\x00\x00\x7e", b"\x00\x00\x7f"):
        return _XG
    return None


def _part_mode(body: bytes) -> tuple[int, bool] | None:
    """Return which channel, from 0, a message makes one of drums, or one of melodies."""
    if _is_roland(body) and body[4:5] == b"\x40" and body[5:6] and body[5] >> 4 == 1:
        part, address, data = body[5] & 15, body[6:7], body[7:-1] or body[7:]
        # Parts 1 to 9, 10 to 15 are channels 1 to 9, 11 to 16, and part 0 is channel 10.
        channel = 9 if part == 0 else part - 1 if part < 10 else part
        offset = 0x15
    elif _is_yamaha(body) and body[3:4] == b"\x08" and body[4:5] and body[4] < 16:
        channel, address, data = body[4], body[5:6], body[6:]
        offset = 0x07
    else:
        return None
    index = offset - address[0] if address else -1
    return (channel, data[index] > 0) if 0 <= index < len(data) else None


def _is_roland(body: bytes) -> bool:
    return body[:1] == b"\x41" and body[2:4] == b"\x42\x12"


def _is_yamaha(body: bytes) -> bool:
    return body[:1] == b"\x43" and body[1:2] >= b"\x10" and body[2:3] == b"\x4c"
