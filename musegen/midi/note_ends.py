"""Gives an end to notes that have none, or that end when they begin."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["EndedNotes", "end_notes", "first_after", "take_ended"]

_DRUMS = 9  # the channel of drums, counted from 0
_ALL_SOUND_OFF, _ALL_NOTES_OFF = 120, 123  # controllers
_LONGEST = 8  # beats: a last note without an end does not last longer


@dataclass
class EndedNotes:
    """Events in which each note has a length, and what was done for it.

    Attributes
    ----------
    events : list of tuple of int and bytes
        As in `musegen.midi.events.Track`.
    without_length, without_end : int
        Notes that ended when they began, and that never ended.
    is_changed : bool
        Whether the events differ from the given ones.
    """

    events: list[tuple[int, bytes]]
    without_length: int = 0
    without_end: int = 0
    is_changed: bool = False


@dataclass
class _Open:
    """Notes of a track that would have no length.

    A note is its channel and pitch, as one number, and the tick on which it starts.
    """

    # With the index of the event that ends it, if that comes after the note and is to be left out.
    without_length: dict[tuple[int, int], int | None] = field(default_factory=dict)
    without_end: list[tuple[int, int]] = field(default_factory=list)
    wrong_ends: set[int | None] = field(default_factory=set)  # indices of other events to leave out
    silenced: list[tuple[int, int]] = field(default_factory=list)  # by "all notes off"
    ended: set[int] = field(default_factory=set)  # channels on which notes end


def end_notes(
    events: list[tuple[int, bytes]], end_tick: int, division: int, is_cut: bool = False
) -> EndedNotes:
    """Give each note of a track a length.

    A note that ends when it begins lasts a sixteenth, or up to the next note of its pitch. A
    note that never ends lasts up to the next note of its channel on the track, and the last one up
    to the end of the track, at most two bars; where the track is cut off, notes sound up to there.
    A drum lasts a sixteenth. "All notes off" and "all sound off" end notes.

    Parameters
    ----------
    events : list of tuple of int and bytes
        Those of one track, in order.
    end_tick : int
        End of the track.
    division : int
        Ticks of a beat.
    is_cut : bool
        Whether the rest of the track is missing.
    """
    found = _find_open(events)
    if not (found.without_length or found.without_end or found.silenced):
        return EndedNotes(events)
    sixteenth = max(1, division // 4)
    starts, by_channel = _list_starts(events)
    ends = [(key, tick, tick + sixteenth) for key, tick in found.without_length]
    for key, tick in found.without_end:
        channel, end = key >> 7, tick + sixteenth
        if is_cut and channel in found.ended:
            end = max(end, end_tick)
        elif channel != _DRUMS:
            last = max(end, min(end_tick, tick + _LONGEST * division))
            end = first_after(tick, by_channel[channel], last)
        ends.append((key, tick, end))
    offs = [(tick, _note_off(key)) for key, tick in found.silenced]
    for key, tick, end in ends:
        offs.append((min(end, first_after(tick, starts[key], end)), _note_off(key)))
    wrong_ends = found.wrong_ends | set(found.without_length.values())
    kept = [event for index, event in enumerate(events) if index not in wrong_ends]
    return EndedNotes(
        sorted(offs + kept, key=lambda event: event[0]),
        len(found.without_length),
        len(found.without_end),
        True,
    )


def _find_open(events: list[tuple[int, bytes]]) -> _Open:
    """Find notes without a length."""
    found = _Open()
    ended_at_once = _list_ended_at_once(events)
    by_channel: list[dict[int, list[tuple[int, int]]]] = [{} for _ in range(16)]
    silent: dict[int, int] = {}  # ticks of the last "all notes off" of channels
    for index, (tick, message) in enumerate(events):
        status = message[0]
        sounding = by_channel[status & 15]
        if status < 0x90 or (status < 0xA0 and not message[2]):
            key = (status & 15) << 7 | message[1]
            if key in ended_at_once:
                found.wrong_ends.add(index)
                continue
            if take_ended(sounding, key, tick):
                found.ended.add(key >> 7)
            elif len(sounding.get(key, ())) > 1:  # one of them ends, and the others go on
                found.wrong_ends.add(index)
                sounding[key].pop()
            elif key in sounding:
                del sounding[key]
                found.without_length[key, tick] = index
        elif status < 0xA0:
            key = (status & 15) << 7 | message[1]
            if key in ended_at_once:
                found.without_length[key, tick] = None
                continue
            found.without_length.pop((key, tick), None)  # it starts again and goes on
            sounding.setdefault(key, []).append((tick, message[2]))
        elif status >> 4 == 0xB and message[1] in (_ALL_SOUND_OFF, _ALL_NOTES_OFF):
            if silent.get(status) == tick:
                continue
            silent[status] = tick
            for key in list(sounding):
                # A note on its tick goes on: what sounded before is meant.
                if take_ended(sounding, key, tick):
                    found.silenced.append((key, tick))
    found.without_end += [
        (key, start)
        for sounding in by_channel
        for key, notes in sounding.items()
        for start, _ in notes
    ]
    return found


def take_ended(
    sounding: dict[int, list[tuple[int, int]]], key: int, tick: int
) -> list[tuple[int, int]]:
    """Take out the notes that an event ends: those of its channel and pitch that started before.

    Notes that start on the tick of the event go on, as pretty_midi has it.

    Parameters
    ----------
    sounding : dict of int to list of tuple of int
        By channel and pitch, as one number: the start and the velocity of each note, in order.
    key : int
        Channel and pitch.
    tick : int
        When the event is.
    """
    notes = sounding.get(key)
    if notes is None or notes[0][0] == tick:
        return []
    if notes[-1][0] != tick:
        return sounding.pop(key)
    ended = [note for note in notes if note[0] != tick]
    sounding[key] = notes[len(ended) :]
    return ended


def _list_ended_at_once(events: Iterable[tuple[int, bytes]]) -> set[int]:
    """List channels and pitches of which each note ends when it begins.

    Some programs sort the end before the beginning, so that each note would last up to the next.
    """
    starts, ends = defaultdict(list), defaultdict(list)
    for tick, message in events:
        kind = message[0] >> 4
        if kind in (8, 9):
            notes = starts if kind == 9 and message[2] else ends
            notes[(message[0] & 15) << 7 | message[1]].append(tick)
    return {key for key, ticks in starts.items() if ticks == ends.get(key)}


def _list_starts(
    events: Iterable[tuple[int, bytes]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """List the ticks of note-ons by channel and pitch, and by channel."""
    starts: dict[int, list[int]] = defaultdict(list)
    by_channel: dict[int, list[int]] = defaultdict(list)
    for tick, message in events:
        channel = message[0] & 15
        if message[0] >> 4 == 9 and message[2]:
            starts[channel << 7 | message[1]].append(tick)
            by_channel[channel].append(tick)
    return starts, by_channel


def first_after(tick: int, ticks: list[int], otherwise: int) -> int:
    """Return the first of sorted ticks that is after `tick`; `otherwise` if there is none."""
    index = bisect_right(ticks, tick)
    return ticks[index] if index < len(ticks) else otherwise


def _note_off(key: int) -> bytes:
    return bytes([0x80 | key >> 7, key & 127, 0])
