"""The report of reading a MIDI file: what was kept, what was left out, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from musegen.midi.general_midi import program_name
from musegen.midi.sounding_notes import ControllerEffects
from musegen.music.keys import KEY_NAMES
from musegen.reading.rhythm import Rhythm
from musegen.reading.signatures import PLAYED_TEMPOS

__all__ = ["Report", "TrackReport"]


@dataclass(frozen=True)
class TrackReport:
    """What became of one track, an instrument on a channel of the file.

    Attributes
    ----------
    index : int
        From 0, in the order of the file; the argument `assign` of `read_midi` uses it.
    name : str
        From the file, on one line; may be empty. It is not safe as HTML.
    program : int
        General MIDI program, 0 to 127.
    channel : int
        From 1 to 16.
    drums : bool
        Whether its channel is one of drums, or it is named as drums.
    notes : int
        The number of notes in the file.
    kept : int
        The number of notes in the piece.
    part : str, optional
        The part that it plays; None if it is left out.
    reason : str
        Why, as a clause to follow "because".
    chosen : bool
        Whether the user chose the part, and it would be another otherwise.
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
        """The name of the instrument."""
        return "Drums" if self.drums else program_name(self.program)

    @property
    def line(self) -> str:
        """A sentence about the track."""
        name = f'"{self.name}"' if self.name else "no name"
        track = f"Track {self.index + 1} ({name}, {self.instrument}, {_count(self.notes, 'note')})"
        if self.part is None:
            return f"{track} is left out: {self.reason}."
        kept = "" if self.kept == self.notes else f" {self.kept} of its notes are kept."
        return f"{track} plays the {self.part}: {self.reason}.{kept}"


@dataclass(frozen=True)
class Report:
    """What reading a file made of it.

    Attributes
    ----------
    midi_type : int
        Type of the MIDI file: 0, 1 or 2.
    tracks : tuple of TrackReport
        All tracks with notes.
    grid : str
        Where the steps come from, as in `musegen.reading.grid.Grid.source`: ``"map"``,
        ``"shifted"``, ``"found"`` or ``"unknown"``.
    start_shift : float
        By how many seconds the music begins later in the piece than in the file.
    pickup : int
        The length of an incomplete first bar in the file, in steps; 0 if there is none.
    silent_bars : int
        The number of bars before the first note in the file, which are left out.
    median_shift, max_shift : float
        By how many seconds onsets are off the nearest step, which they keep. Drums are not counted.
    rhythm : Rhythm
        Whether offbeats are swung and whether there are triplets.
    tempos : tuple of float
        The slowest and the fastest tempo of a beat, quarter notes a minute.
    clamped_tempos : tuple of float
        Tempos of the file that are too slow or too fast to be played.
    tempo_factor : float
        The factor that the user multiplied an estimated tempo by: 0.5, 1 or 2.
    tempo_factors : tuple of float
        The factors that are possible.
    meters : tuple of str
        The meters in the file, such as ``"3/4"``; may be empty.
    lost_meters : tuple of str
        Those whose bars are read as bars of 4/4.
    key : int
        The key of the first phrase, as in `Phrase.key`.
    later_keys : tuple of int
        Other keys, which the file changes to.
    key_source : str
        ``"file"``, or ``"notes"`` if it is estimated.
    unknown_drums : mapping of int to int
        The number of hits, by MIDI pitch, of drums that are none of the nine classes and played by
        the nearest of them.
    duplicates : int
        Notes left out because their part plays the same pitch on the same step.
    shortened : int
        Notes that end early because their pitch starts again in the part.
    effects : ControllerEffects
        What pedal, volume, pitch bends and panning of the file do.
    repairs : tuple of str
        Sentences about what was damaged in the file and is repaired.
    bars : int
        Length of the piece in bars of the file's meters.
    seconds, file_seconds : float
        Length of the piece, and of the file to the end of its last note.
    heard : str
        A sentence about what was heard in a recording; empty for a file of notes.
    """

    midi_type: int
    tracks: tuple[TrackReport, ...]
    grid: str
    start_shift: float
    pickup: int
    median_shift: float
    max_shift: float
    tempos: tuple[float, float]
    meters: tuple[str, ...]
    key: int
    key_source: str
    later_keys: tuple[int, ...] = ()
    lost_meters: tuple[str, ...] = ()
    silent_bars: int = 0
    rhythm: Rhythm = field(default_factory=Rhythm)
    clamped_tempos: tuple[float, ...] = ()
    tempo_factor: float = 1.0
    tempo_factors: tuple[float, ...] = (1.0,)
    unknown_drums: Mapping[int, int] = field(default_factory=dict)
    duplicates: int = 0
    shortened: int = 0
    effects: ControllerEffects = field(default_factory=ControllerEffects)
    repairs: tuple[str, ...] = ()
    bars: int = 0
    seconds: float = 0.0
    file_seconds: float = 0.0
    heard: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The report in sentences: about the whole piece, each track, and what was left out."""
        tracks = (track.line for track in self.tracks)
        return (
            *_not_empty(*self._general()),
            *tracks,
            *_not_empty(self._nearest_drums(), self._left_out(), self._overlaps()),
        )

    @property
    def losses(self) -> tuple[str, ...]:
        """The sentences of `lines` about what was lost, guessed or repaired."""
        whole = (track.line for track in self.tracks if track.kept == track.notes)
        facts = {*whole, self._tempo(), self._key(), self._timing(), self._controllers()}
        if self.grid == "map":
            facts.add(self._beat())
        if not self.lost_meters:
            facts.add(self._meter())
        return tuple(line for line in self.lines if line not in facts)

    @property
    def about(self) -> tuple[str, ...]:
        """The sentences of `lines` that are not about one track."""
        return _not_empty(
            *self._general(), self._nearest_drums(), self._left_out(), self._overlaps()
        )

    def _general(self) -> tuple[str, ...]:
        return (
            self._beat(),
            self._silence(),
            self._tempo(),
            self._clamped(),
            self._meter(),
            self._key(),
            self._timing(),
            self._controllers(),
            *self.repairs,
        )

    def _beat(self) -> str:
        if self.heard:
            return self.heard
        if self.grid == "found":
            return "The notes are not on the file's beat, so the beat was found from the notes."
        if self.grid == "unknown":
            file_tempo = sum(self.tempos) / 2 / self.tempo_factor
            others = [f"{f * file_tempo:.4g}" for f in self.tempo_factors if f != self.tempo_factor]
            advice = f"; {' or '.join(others)} can be chosen instead" if others else ""
            return (
                "No steady beat was found in the notes. They keep their own time, and bars are "
                f"counted at {self.tempo_factor * file_tempo:.4g} beats a minute{advice}."
            )
        if self.grid == "shifted":
            return (
                "All notes are off the file's beat by the same time, so the beat was moved onto "
                "them: "
                f"bar 1 begins {abs(self.start_shift):.2f} s "
                f"{'before the file does' if self.start_shift > 0 else 'into the file'}."
            )
        return "The beat is the file's own."

    def _tempo(self) -> str:
        slow, fast = (f"{tempo:.4g}" for tempo in self.tempos)
        range_ = f"{slow} beats a minute" if slow == fast else f"{slow} to {fast} beats a minute"
        estimated = ", estimated" if self.grid == "found" else ""
        if self.tempo_factor != 1:
            of = "the file's tempo" if self.grid == "unknown" else "the tempo that was found"
            estimated = f", {'half' if self.tempo_factor < 1 else 'double'} {of}"
        length = _count(self.bars, "bar")
        return f"Tempo: {range_}{estimated}. Length: {length}, {_clock(self.seconds)}."

    def _meter(self) -> str:
        kept = [meter for meter in self.meters if meter not in self.lost_meters]
        sentences: list[str] = []
        if self.pickup:
            beats = "1 beat" if self.pickup == 4 else f"{self.pickup / 4:g} beats"
            sentences.append(
                f"It begins with a pick-up of {beats}, which is kept at the end of bar 1."
            )
        if set(kept) - {"4/4"}:
            sentences.append(f"Bars are in {_list(kept)}, as in the file.")
        if self.lost_meters:
            sentences.append(
                f"The file has bars of {', '.join(self.lost_meters)}: they are read on their own "
                "beats, and cut into bars of four."
            )
        if not sentences and not self.meters and not self.heard:
            sentences.append("The file names no meter: 4/4 is used.")
        return " ".join(sentences)

    def _key(self) -> str:
        source = "from the file" if self.key_source == "file" else "estimated from the notes"
        later = "".join(f"; later {_key_name(key)}" for key in self.later_keys)
        return f"Key: {_key_name(self.key)}, {source}{later}."

    def _silence(self) -> str:
        if not self.silent_bars:
            return ""
        if self.silent_bars == 1:
            return "The first bar of the file is silent and is left out."
        return f"The first {self.silent_bars} bars of the file are silent and are left out."

    def _clamped(self) -> str:
        if not self.clamped_tempos:
            return ""
        slowest, fastest = PLAYED_TEMPOS
        listed = ", ".join(f"{tempo:.4g}" for tempo in self.clamped_tempos[:4])
        return (
            f"Tempos are played from {slowest} to {fastest} beats a minute: "
            f"the file's {listed} {'is' if len(self.clamped_tempos) == 1 else 'are'} not."
        )

    def _timing(self) -> str:
        if self.rhythm.triplets:
            return "Triplets are kept as they are played."
        if self.rhythm.swing is not None:
            return f"Offbeats are swung, at {100 * self.rhythm.swing:.0f} % of the beat: kept."
        if self.max_shift < 0.0005:
            return ""
        return (
            "Notes keep their own timing: they are off the sixteenths "
            f"by {1000 * self.median_shift:.0f} ms in the median, "
            f"{1000 * self.max_shift:.0f} ms at most."
        )

    def _controllers(self) -> str:
        effects, done = self.effects, list[str]()
        if effects.held:
            done.append(f"the pedal holds {_count(effects.held, 'note')}")
        if effects.faded:
            notes = _count(effects.faded, "note")
            done.append(f"changes of volume act on the velocities of {notes}")
        sentence = ", and ".join(done)
        return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""

    def _nearest_drums(self) -> str:
        if not self.unknown_drums:
            return ""
        hits = sum(self.unknown_drums.values())
        return (
            f"{_count(hits, 'hit')} of other percussion {'is' if hits == 1 else 'are'} played by "
            "the nearest of the nine kinds of drums."
        )

    def _left_out(self) -> str:
        left_out: list[str] = []
        if self.duplicates:
            left_out.append(f"{_count(self.duplicates, 'note')} that a part plays twice at once")
        if self.effects.silent:
            left_out.append(f"{_count(self.effects.silent, 'note')} at volume 0")
        for what, channels in (
            ("pitch bends", self.effects.bent),
            ("panning", self.effects.panned),
        ):
            if channels:
                left_out.append(f"{what} on {_channels(sorted(channels))}")
        return f"Left out: {'; '.join(left_out)}." if left_out else ""

    def _overlaps(self) -> str:
        if not self.shortened:
            return ""
        return f"{_count(self.shortened, 'note')} cut short where the same pitch starts again."


def _not_empty(*sentences: str) -> tuple[str, ...]:
    return tuple(filter(None, sentences))


def _key_name(key: int) -> str:
    return f"{KEY_NAMES[key + 5]} major or {KEY_NAMES[(key + 9 + 5) % 12]} minor"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _channels(numbers: Sequence[int]) -> str:
    return f"channel{'s' if len(numbers) > 1 else ''} {_list(list(map(str, numbers)))}"


def _list(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
