"""Which part of the band each track of someone else's music plays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.music.notes import PARTS, STEPS_PER_BAR

__all__ = [
    "BASS_TOP",
    "Choice",
    "Track",
    "assign_parts",
    "choose_parts",
    "names_drums",
    "split_bass",
]

# The lowest accompaniment note of an onset is the bass when it lies under this pitch (D3).
BASS_TOP = 50

# In this order: backing vocals are no lead, a bass voice is a bass, a lead guitar leads.
_NAMED = (
    ("counter", r"back(ing|ground)?[ _-]*(vo|sing)|bgv|harmon(y|ies)\b|counter|bridge|descant"),
    ("bass", r"bass(?!oon)"),
    ("lead", r"lead|melod|vocal|\bvox|voice|sing(er|ing)|\btune\b|\bsolo\b|soprano\b(?! sax)"),
    ("chords", r"chord|piano|accomp|comping|\bpads?\b|guitar|\borgan\b|keyboard|\brhythm"),
)
# Of several that are named so, the tune is what is sung, then what is called the tune.
_TUNE = (r"melod|\btune\b", r"vocal|\bvox|sing(er|ing)|soprano", r"voice", r"lead")
_DRUMS = r"drum(?!m)|percuss|\bperc\b|\bkit\b|\bkick|snare|hi-?hats?\b|cymbal"
_NO_DRUMS = r"steel|\bhang\b"  # steel drums play tunes

_SINGLE = 1.25  # notes an onset: what a player of one voice holds over is not a chord
_SELDOM = 0.25  # of the bars of the busiest track: less is an ornament, no tune
_TOGETHER = 0.25  # of its bars: two leads that hardly ever play at once are one that changes
# Said in the report, after the track's name.
_WHY = {
    "bass": "it is low, one note at a time",
    "lead": "it is the highest of the tracks with one note at a time",
    "counter": "it plays one note at a time, beside the lead",
    "chords": "it plays several notes at once",
}
_BESIDE_BOTH = "it plays beside the lead and the counter melody"


@dataclass(frozen=True)
class Track:
    """A track as it was found: its name, instrument and notes in steps.

    Attributes
    ----------
    name : str
        The track's name; may be empty, as where it is the name of other tracks too.
    program : int
        General MIDI program, 0 to 127.
    onset, pitch, duration, velocity : numpy.ndarray
        Shape ``(n,)``, integers, in the units of `NOTE`.
    """

    name: str
    program: int
    onset: np.ndarray
    pitch: np.ndarray
    duration: np.ndarray
    velocity: np.ndarray

    @property
    def polyphony(self) -> float:
        """Notes an onset, on average."""
        return len(self.onset) / max(1, len(np.unique(self.onset)))

    @property
    def bars(self) -> frozenset[int]:
        """Bars in which a note begins."""
        return frozenset((self.onset // STEPS_PER_BAR).tolist())


@dataclass(frozen=True)
class Choice:
    """A track's part and why it has it.

    Attributes
    ----------
    part : str, optional
        None where it is left out.
    reason : str
        In a few plain words.
    """

    part: str | None
    reason: str


def assign_parts(tracks: Sequence[Track]) -> list[str]:
    """Give each pitched track a part: those of `choose_parts`, without the reasons."""
    return [choice.part for choice in choose_parts(tracks)]


def choose_parts(tracks: Sequence[Track]) -> list[Choice]:
    """Give each pitched track a part.

    A name that says it decides (``MELODY``, ``Bass`` …); then the instrument, for basses; then
    what is played: the highest track of mostly single notes leads, if it plays often enough, a low
    one is the bass, the next is the counter melody. The rest are chords, single voices that play
    beside both among them. Of several tracks named as leads that play at once, one leads.

    Parameters
    ----------
    tracks : sequence of Track
        The tracks that are not drums, each with at least one note.

    Returns
    -------
    list of Choice
        One for each track, in order.
    """
    choices: list[Choice | None] = [_by_name(track) for track in tracks]
    _one_lead(tracks, choices)
    for i, track in enumerate(tracks):
        if choices[i] is None and 32 <= track.program <= 39:
            choices[i] = Choice("bass", "its instrument is a bass")
    taken = {choice.part for choice in choices if choice}
    busiest = max((len(track.bars) for track in tracks), default=0)
    open_tracks = sorted(
        (i for i, choice in enumerate(choices) if choice is None),
        key=lambda i: -tracks[i].pitch.mean(),
    )
    # What plays seldom comes last: it leads where nothing else does.
    open_tracks.sort(key=lambda i: len(tracks[i].bars) < _SELDOM * busiest)
    counter = frozenset[int]().union(
        *(track.bars for track, c in zip(tracks, choices, strict=True) if c and c.part == "counter")
    )
    for i in open_tracks:
        part, reason = "chords", None
        if tracks[i].polyphony < _SINGLE:
            if tracks[i].pitch.mean() < BASS_TOP and "bass" not in taken:
                part = "bass"
            elif "lead" not in taken:
                part = "lead"
            elif len(tracks[i].bars & counter) > _TOGETHER * len(tracks[i].bars):
                reason = _BESIDE_BOTH
            else:
                part = "counter"
                counter |= tracks[i].bars
        taken.add(part)
        choices[i] = Choice(part, reason or _WHY[part])
    return [choice for choice in choices if choice]


def _by_name(track: Track) -> Choice | None:
    lower = track.name.lower()
    reason = f"it is named {track.name}"
    if lower in PARTS[:-1]:
        return Choice(lower, reason)
    return next((Choice(part, reason) for part, words in _NAMED if re.search(words, lower)), None)


def _one_lead(tracks: Sequence[Track], choices: list[Choice | None]) -> None:
    """Of leads by name let one lead; those that play beside it become counter melodies."""
    leads = [i for i, choice in enumerate(choices) if choice and choice.part == "lead"]
    # A part of ours that changes its instrument has several tracks, all named for it.
    if len(leads) < 2 or all(tracks[i].name.lower() == "lead" for i in leads):
        return

    def rank(i: int) -> tuple:
        name = tracks[i].name.lower()
        called = next(k for k, words in enumerate((*_TUNE, "")) if re.search(words, name))
        return tracks[i].polyphony >= _SINGLE, called, -len(tracks[i].bars)

    first = min(leads, key=rank)
    for i in leads:
        beside = len(tracks[i].bars & tracks[first].bars) / len(tracks[i].bars)
        if i != first and beside > _TOGETHER:
            single = tracks[i].polyphony < _SINGLE
            why = f"another track, {tracks[first].name}, has the tune"
            choices[i] = Choice("counter" if single else "chords", why)


def names_drums(name: str) -> bool:
    """Whether a track's name says that it is drums, on whatever channel."""
    lower = name.lower()
    return bool(re.search(_DRUMS, lower)) and not re.search(_NO_DRUMS, lower)


def split_bass(onset: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Which accompaniment notes are the bass: the lowest of its onset, when under `BASS_TOP`.

    Parameters
    ----------
    onset, pitch : numpy.ndarray
        Shape ``(n,)``, integers.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, bool.
    """
    bass = np.zeros(len(onset), bool)
    order = np.lexsort((pitch, onset))
    first = np.ones(len(order), bool)
    first[1:] = onset[order][1:] != onset[order][:-1]
    lowest = order[first]
    bass[lowest] = pitch[lowest] < BASS_TOP
    return bass
