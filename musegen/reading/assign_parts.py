"""Chooses the part of each track of a MIDI file by its name, its instrument and its notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.music.notes import PARTS
from musegen.reading.quantize import Track

__all__ = [
    "BASS_TOP",
    "Choice",
    "choose_parts",
    "is_drum_name",
    "split_bass",
]

# The lowest note of a chord is bass if it is below this pitch (D3).
BASS_TOP = 50

_CHORDS = r"chord|accomp|comping|\bpads?\b|\brhythm"
# The first match decides: backing vocals are counter, a bass voice is bass, a lead guitar is lead.
_NAME_PATTERNS = (
    ("counter", r"back(ing|ground)?[ _-]*(vo|sing)|bgv|harmon(y|ies)\b|counter|bridge|descant"),
    ("bass", r"bass(?!oon)"),
    ("lead", r"lead|melod|vocal|\bvox|voice|sing(er|ing)|\btune\b|\bsolo\b|soprano\b(?! sax)"),
    ("chords", _CHORDS),
    ("chords", r"piano|guitar|\borgan\b|keyboard"),  # instruments, which may play a melody as well
)
# Of several tracks named as leads, one that matches an earlier pattern is preferred.
_LEAD_PATTERNS = (r"melod|\btune\b", r"vocal|\bvox|sing(er|ing)|soprano", r"voice", r"lead")
_DRUM_NAMES = r"drum(?!m)|percuss|\bperc\b|\bkit\b|\bkick|snare|hi-?hats?\b|cymbal"
_NOT_DRUM_NAMES = r"steel|\bhang\b"  # steel drums play melodies

_MELODIC = 1.25  # notes a chord, at most: a few notes of a melody may be held over others
_SELDOM = 0.25  # of the bars of the busiest track: with fewer, a track is an ornament
_TOGETHER = 0.25  # of a track's bars: leads that share fewer take turns and both stay leads
# The report shows these after the track's name.
_REASONS = {
    "bass": "it is low, one note at a time",
    "lead": "it is the highest of the tracks with one note at a time",
    "counter": "it plays one note at a time, beside the lead",
    "chords": "it plays several notes at once",
}
_BESIDE_BOTH = "it plays beside the lead and the counter melody"


@dataclass(frozen=True)
class Choice:
    """The part that is chosen for a track, and why.

    Attributes
    ----------
    part : str, optional
        None if the track is left out.
    reason : str
        A clause to follow "because".
    """

    part: str | None
    reason: str


def choose_parts(tracks: Sequence[Track]) -> list[Choice]:
    """Choose a part for each pitched track.

    A name that contains a part (``MELODY``, ``Bass`` …) decides first, then a bass instrument, then
    the notes: of the tracks with mostly one note at a time, a low one is the bass, the highest one
    that plays often enough is the lead, and the next is the counter melody. All others are chords.
    Of several tracks that are named as leads and play at once, one is the lead.

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
    # Tracks that seldom play come last: they are the lead only if nothing else is.
    open_tracks.sort(key=lambda i: len(tracks[i].bars) < _SELDOM * busiest)
    counter = frozenset[int]().union(
        *(track.bars for track, c in zip(tracks, choices, strict=True) if c and c.part == "counter")
    )
    for i in open_tracks:
        part, reason = "chords", None
        if tracks[i].polyphony < _MELODIC:
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
        choices[i] = Choice(part, reason or _REASONS[part])
    if "lead" not in taken:
        _lead_of_chords(tracks, choices)
    return [choice for choice in choices if choice]


def _by_name(track: Track) -> Choice | None:
    lower = track.name.lower()
    reason = f"it is named {track.name}"
    if lower in PARTS[:-1]:
        return Choice(lower, reason)
    return next(
        (Choice(part, reason) for part, words in _NAME_PATTERNS if re.search(words, lower)), None
    )


def _one_lead(tracks: Sequence[Track], choices: list[Choice | None]) -> None:
    """Keep one lead of several by name; those that play at the same time become other parts."""
    leads = [i for i, choice in enumerate(choices) if choice and choice.part == "lead"]
    # In a file of MuseGen, a part that changes its instrument has several tracks with one name.
    if len(leads) < 2 or all(tracks[i].name.lower() == "lead" for i in leads):
        return

    def rank(i: int) -> tuple[bool, int, int]:
        name = tracks[i].name.lower()
        called = next(k for k, words in enumerate((*_LEAD_PATTERNS, "")) if re.search(words, name))
        return tracks[i].polyphony >= _MELODIC, called, -len(tracks[i].bars)

    first = min(leads, key=rank)
    for i in leads:
        shared = len(tracks[i].bars & tracks[first].bars) / len(tracks[i].bars)
        if i != first and shared > _TOGETHER:
            single = tracks[i].polyphony < _MELODIC
            why = f"another track, {tracks[first].name}, has the melody"
            choices[i] = Choice("counter" if single else "chords", why)


def _lead_of_chords(tracks: Sequence[Track], choices: list[Choice | None]) -> None:
    """Let a melody be the lead if only its name says chords: both hands may be called "Piano"."""
    melodies = [
        i
        for i, choice in enumerate(choices)
        if choice and choice.part == "chords" and tracks[i].polyphony < _MELODIC
        if not re.search(_CHORDS, tracks[i].name.lower())
    ]
    if len(tracks) > 1 and melodies:
        highest = max(melodies, key=lambda i: float(tracks[i].pitch.mean()))
        choices[highest] = Choice("lead", _REASONS["lead"])


def is_drum_name(name: str) -> bool:
    """Return whether a track is drums by its name."""
    lower = name.lower()
    return bool(re.search(_DRUM_NAMES, lower)) and not re.search(_NOT_DRUM_NAMES, lower)


def split_bass(chord: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Mark the notes of a chords track that are bass: the lowest of a chord if below `BASS_TOP`.

    Parameters
    ----------
    chord, pitch : numpy.ndarray
        Shape ``(n,)``, integers. Notes of one chord have an equal number, such as their onset.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, bool.
    """
    bass = np.zeros(len(chord), bool)
    order = np.lexsort((pitch, chord))
    first = np.ones(len(order), bool)
    first[1:] = np.diff(chord[order]) != 0
    lowest = order[first]
    bass[lowest] = pitch[lowest] < BASS_TOP
    return bass
