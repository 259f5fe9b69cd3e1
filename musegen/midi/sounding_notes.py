"""The notes of a MIDI file as they sound: with pedal, volume and the instruments of channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from musegen.midi.channels import Channel, Instrument, read_channels
from musegen.midi.events import Track
from musegen.midi.note_ends import first_after, take_ended

__all__ = ["ControllerEffects", "InstrumentNotes", "SoundingNotes", "read_notes"]

# Instruments of a file: orchestras have a hundred. Each takes a quarter of a millisecond later, and
# a small file may have 170,000.
_MOST_INSTRUMENTS = 1000


@dataclass
class InstrumentNotes:
    """The notes of a program on a channel of a track.

    Attributes
    ----------
    track, channel : int
        The track from 0, the channel from 1 to 16.
    instrument : musegen.midi.channels.Instrument
    name : str
        The name of the track, each byte of it a letter, as in Latin-1.
    notes : list of tuple of int
        Start and end in ticks, pitch and velocity.
    is_muted : bool
        Whether the volume is 0 in all notes. Their velocities are those of the file then.
    """

    track: int
    channel: int
    instrument: Instrument
    name: str
    notes: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_muted: bool = False


@dataclass
class ControllerEffects:
    """What pedal, volume, pitch bends and panning of a file do to its notes.

    Attributes
    ----------
    held, faded, silent : int
        How many notes the pedal holds, how many are softer because of a volume that changes, and
        how many at volume 0 are left out of instruments that are heard otherwise.
    bent, panned : set of int
        Channels, from 1, with pitch bends, and with sound from the left or right.
    """

    held: int = 0
    faded: int = 0
    silent: int = 0
    bent: set[int] = field(default_factory=set)
    panned: set[int] = field(default_factory=set)


@dataclass
class SoundingNotes:
    """The notes of a file, by track, channel and program, in the order of tracks and channels.

    `is_merged` tells whether they are by channel and program alone.
    """

    instruments: list[InstrumentNotes] = field(default_factory=list)
    is_merged: bool = False
    effects: ControllerEffects = field(default_factory=ControllerEffects)


@dataclass(frozen=True)
class _Note:
    """A note as its track has it. `off` is the index of the event that ends it."""

    channel: int
    pitch: int
    velocity: int
    start: int
    end: int
    off: int
    name: str


def read_notes(
    tracks: Sequence[Track], are_independent: bool = False, as_written: bool = False
) -> SoundingNotes:
    """Read the notes of a file.

    A note is of the instrument that its channel has, on whatever track it was set, when the note
    starts. A key that is released while the sustain pedal is down sounds until the pedal is up, or
    its pitch starts again. Where volume and expression change, they act on the velocities: the
    loudest note of an instrument keeps its own. If there are over a thousand instruments, those of
    one channel and program are one.

    Parameters
    ----------
    tracks : sequence of Track
        Each note has an end.
    are_independent : bool
        Whether the tracks are patterns with channels of their own, as in files of type 2.
    as_written : bool
        Whether pedal and volume have no effect.
    """
    sounding = SoundingNotes()
    if are_independent:
        for number, track in enumerate(tracks):
            _read_group([track], number, as_written, sounding)
    else:
        _read_group(tracks, 0, as_written, sounding)
    sounding.instruments.sort(key=lambda instrument: (instrument.track, instrument.channel))
    if len(sounding.instruments) > _MOST_INSTRUMENTS:
        sounding.instruments, sounding.is_merged = _merge(sounding.instruments), True
    return sounding


def _merge(instruments: Sequence[InstrumentNotes]) -> list[InstrumentNotes]:
    """Put the notes of one program on one channel together, whatever tracks they are on."""
    merged: dict[tuple[int, int, bool, bool], InstrumentNotes] = {}
    for one in instruments:
        key = one.channel, one.instrument.program, bool(one.instrument.drums), one.is_muted
        if key in merged:
            merged[key].notes += one.notes
        else:
            merged[key] = one
    return list(merged.values())


def _read_group(
    tracks: Sequence[Track], first: int, as_written: bool, sounding: SoundingNotes
) -> None:
    """Read tracks that share their channels."""
    channels = read_channels(tracks)
    by_track = [_pair(track.events) for track in tracks]
    starts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for notes in by_track:
        for note in notes:
            starts[note.channel, note.pitch].append(note.start)
    for ticks in starts.values():
        ticks.sort()
    last = max((note.end for notes in by_track for note in notes), default=0)
    groups: dict[tuple[int, int, int, bool], tuple[InstrumentNotes, list[float]]] = {}
    for number, notes in enumerate(by_track):
        for note in notes:
            channel = channels[note.channel]
            instrument = channel.instrument.at(note.start)
            key = number, note.channel, instrument.program, bool(instrument.drums)
            if key not in groups:
                made = InstrumentNotes(first + number, note.channel + 1, instrument, note.name)
                groups[key] = made, []
            end = note.end
            if not (instrument.drums or as_written):
                end = channel.pedal.held_until((note.end, number, note.off), last)
                end = min(end, first_after(note.end - 1, starts[note.channel, note.pitch], end))
            sounding.effects.held += end > note.end
            made, levels = groups[key]
            made.notes.append((note.start, end, note.pitch, note.velocity))
            # A drum fades by itself, whenever its note ends.
            levels.append(
                channel.levels.mean(note.start, note.start if instrument.drums else note.end)
            )
    for made, levels in groups.values():
        if not as_written:
            _apply_levels(made, levels, sounding.effects)
        _list_channel(made.channel, channels[made.channel - 1], sounding.effects)
    sounding.instruments += [made for made, _ in groups.values()]


def _pair(events: Sequence[tuple[int, bytes]]) -> list[_Note]:
    """Pair starts and ends of notes, in the order of the ends."""
    notes: list[_Note] = []
    sounding: dict[int, list[tuple[int, int]]] = {}
    name = ""
    for index, (tick, message) in enumerate(events):
        status = message[0]
        if status >= 0xA0:
            if message[:2] == b"\xff\x03":
                name = _text(message)
            continue
        key = (status & 15) << 7 | message[1]
        if status >= 0x90 and message[2]:
            sounding.setdefault(key, []).append((tick, message[2]))
            continue
        for start, velocity in take_ended(sounding, key, tick):
            notes.append(_Note(key >> 7, key & 127, velocity, start, tick, index, name))
    return notes


def _text(message: bytes) -> str:
    start = 2
    while message[start] > 127:
        start += 1
    return message[start + 1 :].decode("latin-1")


def _apply_levels(made: InstrumentNotes, levels: list[float], effects: ControllerEffects) -> None:
    """Make notes softer where the level of their channel is below its loudest, and leave out 0."""
    loudest = max(levels)
    if loudest == 0:
        made.is_muted = True
        return
    if min(levels) == loudest:
        return
    notes = made.notes
    made.notes = []
    for (start, end, pitch, velocity), level in zip(notes, levels, strict=True):
        if level == 0:
            effects.silent += 1
            continue
        softer = max(1, round(velocity * level / loudest))
        effects.faded += softer != velocity
        made.notes.append((start, end, pitch, softer))


def _list_channel(number: int, channel: Channel, effects: ControllerEffects) -> None:
    if channel.has_bends:
        effects.bent.add(number)
    if channel.has_pan:
        effects.panned.add(number)
