"""Says of each phrase of a dataset what a prior can be asked for: chords, place, section, style."""

from __future__ import annotations

import numpy as np

from musegen.model.conditions import (
    CHORD_FEATURES,
    PLACE_FEATURES,
    SECTION_FEATURES,
    Conditions,
    chord_features,
    place_features,
    section_features,
)
from musegen.model.config import PriorConfig
from musegen.music.harmony import recognize_chords
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    DRUMS,
    STEPS_PER_BAR,
    IntArray,
    NoteArray,
    sort_notes,
)
from musegen.music.phrase_set import PhraseSet

__all__ = ["label_phrases", "rows_of_sources"]

_BEATS_PER_BAR = BEATS_PER_PHRASE // BARS_PER_PHRASE


def label_phrases(phrases: PhraseSet, config: PriorConfig) -> Conditions:
    """Label phrases with all that a prior knows, but for the model that plays along.

    Parameters
    ----------
    phrases : PhraseSet
        Chords are recognised in the notes; sections and styles are those of its columns.
    config : PriorConfig

    Returns
    -------
    Conditions
        The leading axis is that of the phrases; NaN where something is not known.
    """
    n = len(phrases)
    chords = np.full((n, BEATS_PER_PHRASE, CHORD_FEATURES), np.nan, np.float32)
    places = np.full((n, PLACE_FEATURES), np.nan, np.float32)
    sections = np.full((n, SECTION_FEATURES), np.nan, np.float32)
    for rows in rows_of_sources(phrases):
        bars = phrases.bar[rows]
        first, last = int(bars[0]), int(bars[-1]) + BARS_PER_PHRASE
        length = (last - first) / BARS_PER_PHRASE
        places[rows] = place_features((bars - first) / BARS_PER_PHRASE, length)
        if config.chords:
            chords[rows] = _recognize(phrases, rows)
        if config.sections:
            sections[rows] = _describe_sections(phrases.section[rows], bars)
    styles = (phrases.style[:, None] == np.array(config.styles)).astype(np.float32)
    styles[~styles.any(axis=1)] = np.nan
    return Conditions(chords=chords, places=places, sections=sections, styles=styles)


def rows_of_sources(phrases: PhraseSet) -> list[IntArray]:
    """Return the rows of each source, in the order of the bars."""
    order = np.lexsort((phrases.bar, phrases.source))
    source = phrases.source[order]
    return np.split(order, np.flatnonzero(source[1:] != source[:-1]) + 1)


def _recognize(phrases: PhraseSet, rows: IntArray) -> np.ndarray:
    """Recognise the chords of a source's phrases, in C, in the whole of the music."""
    bars = phrases.bar[rows]
    first = int(bars[0])
    beats = _BEATS_PER_BAR * (int(bars[-1]) - first + BARS_PER_PHRASE)
    found = recognize_chords(_notes_of_source(phrases, rows), beats)
    starts = _BEATS_PER_BAR * (bars - first)
    count = -(-beats // BEATS_PER_PHRASE)
    features = chord_features(found.padded(count * BEATS_PER_PHRASE), [0] * count)
    by_beat = features.reshape(-1, CHORD_FEATURES)
    return by_beat[starts[:, None] + np.arange(BEATS_PER_PHRASE)]


def _notes_of_source(phrases: PhraseSet, rows: IntArray) -> NoteArray:
    """Put phrases, which may begin at each bar, together to one piece, in C."""
    first = int(phrases.bar[rows[0]])
    begun = set(phrases.bar[rows].tolist())
    notes: list[NoteArray] = []
    for row in rows.tolist():
        own = phrases.notes[phrases.starts[row] : phrases.starts[row + 1]].copy()
        bar = int(phrases.bar[row])
        if bar + 1 in begun:  # the second bar is that phrase's first one
            own = own[own["onset"] < STEPS_PER_BAR]
        own["pitch"][own["part"] != DRUMS] -= phrases.key[row]
        own["onset"] += STEPS_PER_BAR * (bar - first)
        notes.append(own)
    return sort_notes(np.concatenate(notes))


def _describe_sections(sections: np.ndarray, bars: IntArray) -> np.ndarray:
    """Describe the sections of the phrases of a source, NaN where there is none."""
    described = np.full((len(sections), SECTION_FEATURES), np.nan, np.float32)
    for name in np.unique(sections[sections != ""]):
        mine = sections == name
        start, end = int(bars[mine][0]), int(bars[mine][-1]) + 1
        described[mine] = section_features(
            str(name)[0],
            (bars[mine] - start) / BARS_PER_PHRASE,
            (end - start) / BARS_PER_PHRASE,
            has_been_heard=int(str(name)[1:]) > 1,
        )
    return described
