"""What reading a file made of it, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from musegen.midi.general_midi import program_name
from musegen.music.keys import KEY_NAMES

__all__ = ["Report", "TrackReport"]


@dataclass(frozen=True)
class TrackReport:
    """One track: an instrument on a channel of a file.

    Attributes
    ----------
    index : int
        Counted from 0, in the order of the file; what `read_midi`'s `assign` calls it by.
    name : str
        As the file has it, on one line; may be empty. Text, whatever it looks like.
    program : int
        General MIDI program, 0 to 127.
    channel : int
        From 1 to 16.
    drums : bool
        Whether it is on the channel of drums, or its name says that it is drums.
    notes : int
        How many the file has.
    kept : int
        How many of them are in the piece.
    part : str, optional
        The part that it plays; None where it is left out.
    reason : str
        Why so, in a few plain words, to follow "because".
    chosen : bool
        Whether it was asked for, and would be another part by itself.
    """

    index: int
    name: str
    program: int
    channel: int
    drums: bool
    notes: int
    kept: int
    part: str | None
    reason: str
    chosen: bool = False

    @property
    def instrument(self) -> str:
        """The instrument's name."""
        return "Drums" if self.channel == 10 else program_name(self.program)

    @property
    def line(self) -> str:
        """What became of it, in a sentence."""
        called = f'"{self.name}"' if self.name else "no name"
        what = f"Track {self.index + 1} ({called}, {self.instrument}, {_count(self.notes, 'note')})"
        if self.part is None:
            return f"{what} is left out: {self.reason}."
        kept = "" if self.kept == self.notes else f" {self.kept} of its notes are kept."
        return f"{what} plays the {self.part}: {self.reason}.{kept}"


@dataclass(frozen=True)
class Report:
    """What was kept of a file, what was left out, and why.

    Attributes
    ----------
    kind : int
        Type of the MIDI file: 0, 1 or 2.
    tracks : tuple of TrackReport
        All tracks with notes.
    grid : str
        ``"map"``: steps are those of the file's tempo map; ``"shifted"``: the same, moved onto the
        notes; ``"found"``: found from the notes.
    shift : float
        Seconds that the music begins later in the piece than in the file.
    pickup : int
        Steps of an incomplete first bar in the file; 0 for none.
    moved, farthest : float
        How far onsets, drums apart, were moved onto the nearest step: the median and the most, in
        seconds.
    tempos : tuple of float
        The slowest and the fastest tempo of a phrase, quarter notes a minute.
    tempo_factor : float
        By how much a tempo found from the notes was multiplied on request: 0.5, 1 or 2.
    tempo_factors : tuple of float
        Those by which it could be.
    meters : tuple of str
        Meters that the file names, such as ``"3/4"``; empty where it names none.
    key : int
        Of the first phrase, as in `Phrase.key`.
    key_source : str
        ``"file"``, or ``"notes"`` where it is estimated from them.
    unclassed : mapping of int to int
        Drums of none of the nine kinds, left out: how many hits of each MIDI pitch.
    doubled : int
        Notes left out since their part plays the same pitch on the same step.
    shortened : int
        Notes that end early since their pitch starts again in the part.
    lost : int
        Notes without a length in the file.
    bars : int
        Length of the piece.
    seconds, file_seconds : float
        Length of the piece, and of the file to the end of its last note.
    """

    kind: int
    tracks: tuple[TrackReport, ...]
    grid: str
    shift: float
    pickup: int
    moved: float
    farthest: float
    tempos: tuple[float, float]
    meters: tuple[str, ...]
    key: int
    key_source: str
    tempo_factor: float = 1.0
    tempo_factors: tuple[float, ...] = (1.0,)
    unclassed: Mapping[int, int] = field(default_factory=dict)
    doubled: int = 0
    shortened: int = 0
    lost: int = 0
    bars: int = 0
    seconds: float = 0.0
    file_seconds: float = 0.0

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it in sentences: first what holds for the whole piece, then what was left out."""
        tracks = (track.line for track in self.tracks)
        return (*_said(*self._general()), *tracks, *_said(self._left_out(), self._overlaps()))

    @property
    def about(self) -> tuple[str, ...]:
        """Those of `lines` that are not about one track."""
        return _said(*self._general(), self._left_out(), self._overlaps())

    def _general(self) -> tuple[str, ...]:
        return (self._beat(), self._tempo(), self._meter(), self._key(), self._rounding())

    def _beat(self) -> str:
        if self.grid == "found":
            return "The notes are not on the file's beat, so the beat was found from the notes."
        if self.grid == "shifted":
            return (
                "The notes are all as far from the file's beat, so it was moved onto them: "
                f"bar 1 begins {abs(self.shift):.2f} s "
                f"{'before the file does' if self.shift > 0 else 'into the file'}."
            )
        return "The beat is the file's own."

    def _tempo(self) -> str:
        slow, fast = (f"{tempo:.4g}" for tempo in self.tempos)
        range_ = f"{slow} beats a minute" if slow == fast else f"{slow} to {fast} beats a minute"
        estimated = ", estimated" if self.grid == "found" else ""
        if self.tempo_factor != 1:
            estimated = f", {'half' if self.tempo_factor < 1 else 'double'} of what was found"
        return f"Tempo: {range_}{estimated}. Length: {self.bars} bars, {_clock(self.seconds)}."

    def _meter(self) -> str:
        others = [meter for meter in self.meters if meter != "4/4"]
        said = ""
        if self.pickup:
            beats = "1 beat" if self.pickup == 4 else f"{self.pickup / 4:g} beats"
            said = f"It begins with a pick-up of {beats}, which is kept at the end of bar 1. "
        if others:
            return (
                f"{said}The file has bars of {', '.join(others)}: they are read on their own "
                "beats, and cut into bars of four."
            )
        return said.strip() or ("" if self.meters else "The file names no meter: 4/4 is taken.")

    def _key(self) -> str:
        name = KEY_NAMES[self.key + 5]
        minor = KEY_NAMES[(self.key + 9 + 5) % 12]
        source = "from the file" if self.key_source == "file" else "estimated from the notes"
        return f"Key: {name} major or {minor} minor, {source}."

    def _rounding(self) -> str:
        if self.farthest < 0.0005:
            return ""
        return (
            "Notes were moved to the nearest sixteenth: "
            f"by {1000 * self.moved:.0f} ms in the middle, {1000 * self.farthest:.0f} ms at most."
        )

    def _left_out(self) -> str:
        said = []
        if self.unclassed:
            hits = _count(sum(self.unclassed.values()), "drum hit")
            said.append(f"{hits} of none of the nine kinds of drums")
        if self.lost:
            said.append(f"{_count(self.lost, 'note')} without a length")
        if self.doubled:
            said.append(f"{_count(self.doubled, 'note')} that a part plays twice at once")
        return f"Left out: {'; '.join(said)}." if said else ""

    def _overlaps(self) -> str:
        if not self.shortened:
            return ""
        return f"{_count(self.shortened, 'note')} cut short where the same pitch starts again."


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(filter(None, sentences))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
