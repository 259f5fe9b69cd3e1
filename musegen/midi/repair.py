"""Repairs MIDI files that players accept and mido or pretty_midi reject or misread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from musegen.errors import MusicError
from musegen.midi.chunks import Layout, find_chunks
from musegen.midi.events import (
    DEFAULT_TEMPO,
    Track,
    is_tempo,
    read_tempo,
    read_track,
    write_tracks,
)
from musegen.midi.note_ends import end_notes

__all__ = ["Repaired", "repair"]

_MAX_TICKS = 9_900_000  # pretty_midi rejects files of over ten million
_RESOLUTIONS = (960, 480, 240, 96)  # ticks of a beat for files of more ticks
_DEFAULT_DIVISION = 480
_MAX_NONSENSE = 10  # bytes in a file that cannot be music, or in every fourth event


@dataclass(frozen=True)
class Repaired:
    """A file fit for mido and pretty_midi, and what was repaired.

    Attributes
    ----------
    data : bytes
        The given object itself if nothing had to change.
    repairs : tuple of str
        Sentences.
    tracks : tuple of Track
        The events that are in `data`.
    division : int
        Ticks of a quarter note.
    midi_type : int
        0, 1 or 2.
    """

    data: bytes
    repairs: tuple[str, ...]
    tracks: tuple[Track, ...]
    division: int
    midi_type: int


def repair(data: bytes, name: str) -> Repaired:
    """Read a MIDI file as players do, and write it again if mido or pretty_midi could not read it.

    Each note gets a length (`musegen.midi.note_ends.end_notes`), and all that can be read is kept.
    What is out of range is brought into range or left out. Time in video frames becomes time in
    beats. The music of a file that needs none of this does not change.

    Parameters
    ----------
    data : bytes
        A Standard MIDI File, or a file with one in it, damaged or not.
    name : str
        The file's name, for errors.

    Raises
    ------
    MusicError
        If it has neither a header nor a track, if hardly anything of it is MIDI, or if it lasts
        over a day.
    """
    layout = find_chunks(data)
    if layout is None:
        raise MusicError(f"{name} is not a MIDI file: give a Standard MIDI File (.mid)")
    tracks = [
        _read_chunk(data, chunk.start, chunk.declared_end, chunk.limit) for chunk in layout.tracks
    ]
    events = sum(len(track.events) for track in tracks)
    if sum(track.nonsense for track in tracks) > max(_MAX_NONSENSE, events / 4):
        raise MusicError(
            f"{name} is a damaged MIDI file, too little of it is left: export it again"
        )
    return _Repair(data, layout, tracks, name).result()


def _read_chunk(data: bytes, start: int, declared_end: int, limit: int) -> Track:
    """Read a track up to its end event; its declared length counts only if it has none."""
    end = min(declared_end, limit)
    track = read_track(data[start:end])
    if not track.has_end and end < limit and not _is_chunk(data, end, limit):
        return read_track(data[start:limit])
    return track


def _is_chunk(data: bytes, start: int, limit: int) -> bool:
    """Whether a chunk, of any kind, fills the bytes from `start` to the next track."""
    size = int.from_bytes(data[start + 4 : start + 8], "big")
    return data[start : start + 4].isalnum() and start + 8 + size == limit


class _Repair:
    """Makes clean bytes of a file's tracks, and collects sentences on what was repaired."""

    def __init__(self, data: bytes, layout: Layout, tracks: list[Track], name: str) -> None:
        self.data, self.layout, self.tracks, self.name = data, layout, tracks, name
        self.division, self.midi_type = layout.division, layout.midi_type
        self.repairs: list[str] = []
        self.must_rewrite = any(track.must_rewrite for track in tracks)

    def result(self) -> Repaired:
        self._check_chunks()
        self._report_damage()
        self._set_division()
        self._end_notes()
        self._limit_ticks()
        data = self.data
        if self.must_rewrite:
            data = write_tracks(self.tracks, self.division, self.midi_type)
        return Repaired(
            data=data,
            repairs=tuple(self.repairs),
            tracks=tuple(self.tracks),
            division=self.division,
            midi_type=self.midi_type,
        )

    def _say(self, sentence: str) -> None:
        self.repairs.append(sentence)
        self.must_rewrite = True

    def _check_chunks(self) -> None:
        layout, data = self.layout, self.data
        if layout.header_start:
            self.must_rewrite = True
            if not data.startswith(b"RIFF"):
                self._say(
                    f"{_count_and_verb(layout.header_start, 'byte')} before the header and skipped."
                )
        has_header = data.startswith(b"MThd", layout.header_start)
        if not has_header or layout.header_size != 14 or self.midi_type > 2:
            self._say("The header is damaged: what can be read of it is used.")
            self.midi_type = min(self.midi_type, 1)
        if self.midi_type == 0 and len(self.tracks) > 1:
            self.midi_type, self.must_rewrite = 1, True

        names = sum(data[chunk.start - 8 : chunk.start - 4] != b"MTrk" for chunk in layout.tracks)
        if names:
            self._say(
                f"The name of {_count(names, 'track')} is damaged: "
                f"{'it is' if names == 1 else 'they are'} read all the same."
            )
        self.must_rewrite |= not self.tracks
        wrong_lengths = foreign = 0
        position = layout.header_start + max(14, layout.header_size)
        for chunk, track in zip(layout.tracks, self.tracks, strict=True):
            foreign += chunk.start - 8 > position
            self.must_rewrite |= not chunk.limit > chunk.start  # pretty_midi fails on such tracks
            end = chunk.start + track.size
            position = chunk.declared_end
            if position != end:
                self.must_rewrite = True
                fills = position == chunk.limit or _is_chunk(data, position, chunk.limit)
                wrong_lengths += not fills and not self._is_truncated
                position = end if not fills else position
        if foreign and not wrong_lengths:
            self._say(f"{_count_and_verb(foreign, 'chunk')} no music and skipped.")
        if wrong_lengths:
            self._say(
                f"The length of {_count(wrong_lengths, 'track')} is wrong: "
                "events are read up to the end of the track."
            )
        if self._is_truncated:
            self._say(
                f"The file ends in the middle of track {len(self.tracks)}: "
                "the notes up to there are kept."
            )
        elif layout.declared_tracks != len(self.tracks):
            self._say(
                f"The file declares {_count(layout.declared_tracks, 'track')} and has "
                f"{len(self.tracks)}: all that are there are read."
            )

    @property
    def _is_truncated(self) -> bool:
        if not self.tracks:
            return False
        last = self.tracks[-1]
        return not last.has_end and (
            last.is_cut or self.layout.tracks[-1].declared_end > len(self.data)
        )

    def _report_damage(self) -> None:
        damage: Counter[str] = Counter()
        for track in self.tracks:
            damage += track.damage
        for kind, (noun, sentence) in _SENTENCES.items():
            if damage[kind]:
                self._say(sentence.format(_count_and_verb(damage[kind], noun)))

    def _set_division(self) -> None:
        if self.division == 0:
            self.division = _DEFAULT_DIVISION
            self._say(
                "The file does not say how long a beat is: "
                f"{_DEFAULT_DIVISION} ticks are taken for one."
            )
        elif self.division < 0:
            frames, ticks = -(self.division >> 8), self.division & 255
            per_second = (Fraction(30_000, 1001) if frames == 29 else Fraction(frames)) * (
                ticks or 1
            )
            tempo = self._keep_first_tempo()
            self.division = _RESOLUTIONS[0]
            self._scale(self.division * Fraction(1_000_000, tempo) / per_second)
            self._say(
                "The file counts time in video frames: "
                f"its beats are those of {6e7 / tempo:.4g} a minute."
            )

    def _keep_first_tempo(self) -> int:
        """Leave out all tempos but the first, since they do not change time in frames."""
        tempos = [event for track in self.tracks for event in track.events if is_tempo(event[1])]
        if not tempos:
            return DEFAULT_TEMPO
        message = min(tempos, key=lambda event: event[0])[1]
        for track in self.tracks:
            track.events = [event for event in track.events if not is_tempo(event[1])]
        self.tracks[0].events.insert(0, (0, message))
        return read_tempo(message)

    def _end_notes(self) -> None:
        without_length = without_end = 0
        for track in self.tracks:
            ended = end_notes(track.events, track.end_tick, self.division, track.is_cut)
            if ended.is_changed:
                track.events, self.must_rewrite = ended.events, True
                without_length += ended.without_length
                without_end += ended.without_end
        if without_length:
            self._say(
                f"{_count(without_length, 'note')} without a length: {_each(without_length)} "
                "a sixteenth, or up to the next note of its pitch."
            )
        if without_end:
            self._say(
                f"{_count(without_end, 'note')} without an end: {_each(without_end)} "
                "up to the next note of its voice, or to the end of its track."
            )

    def _limit_ticks(self) -> None:
        """Bring the file's ticks under the number that pretty_midi accepts."""
        if self._last_tick() <= _MAX_TICKS:
            return
        self.must_rewrite = True
        last = max(
            (event[0] for track in self.tracks for event in track.events if event[1][0] < 0xA0),
            default=0,
        )
        for track in self.tracks:
            track.events = [event for event in track.events if event[0] <= last]
            track.end_tick = min(track.end_tick, last)
        for resolution in _RESOLUTIONS:
            if self._last_tick() > _MAX_TICKS and self.division > resolution:
                self._scale(Fraction(resolution, self.division))
                self.division = resolution
        if self._last_tick() > _MAX_TICKS:
            raise MusicError(f"{self.name} lasts over a day: cut out an hour of it")

    def _last_tick(self) -> int:
        """The largest tick of all tracks; the patterns of a type 2 file follow one another."""
        ticks = [track.last_tick for track in self.tracks]
        return sum(ticks) if self.midi_type == 2 else max(ticks, default=0)

    def _scale(self, factor: Fraction) -> None:
        top, bottom = 2 * factor.numerator, 2 * factor.denominator
        half = factor.denominator
        for track in self.tracks:
            track.end_tick = (track.end_tick * top + half) // bottom
            track.events = [((tick * top + half) // bottom, m) for tick, m in track.events]


# What follows "1 byte is" or "2 bytes are", for each kind of damage.
_SENTENCES = {
    "skipped bytes": ("byte", "{} no music and skipped."),
    "data bytes over 127": ("data byte", "{} over 127 and brought into range."),
    "system exclusive messages": ("system exclusive message", "{} longer than declared."),
    "meta events": ("meta event", "{} too short or out of range and left out."),
    "tempos": ("tempo", "{} zero or too short and left out: the one before holds, or 120."),
    "meters": ("meter", "{} too short or out of range and left out."),
    "short meters": ("meter", "{} too short, and read as far as it goes."),
    "keys": ("key", "{} too short or out of range and left out."),
    "keys without a mode": ("key", "{} of no known mode and read as major."),
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _count_and_verb(number: int, noun: str) -> str:
    return f"{_count(number, noun)} {'is' if number == 1 else 'are'}"


def _each(number: int) -> str:
    return "it lasts" if number == 1 else "each lasts"
