"""Features: numbers that describe the pitch, loudness, rhythm and texture of notes.

The table lists the features of a phrase (`FEATURE_NAMES`). *Melody* is the lead or, without a lead,
the highest note of each onset. Drums count only for loudness, rhythm and the shares.

==================  ===================  ==========  ============================================
name                unit                 range       meaning
==================  ===================  ==========  ============================================
``pitch_mean``      MIDI number          0 to 127    mean pitch
``pitch_range``     semitones            0 to 127    from the lowest note to the highest
``pitch_entropy``   bits                 0 to 3.58   entropy of the notes' pitch classes
``in_scale``        share                0 to 1      of notes in the scale of the phrase's key
``interval``        semitones            0 to 127    mean interval in the melody
``contour``         semitones a beat     any         slope of the melody, by least squares
``velocity_mean``   MIDI velocity        1 to 127    mean velocity
``velocity_std``    MIDI velocity        0 to 63     standard deviation of the velocity
``crescendo``       velocity a bar       any         slope of the velocity, by least squares
``density``         notes a beat         0 and up    all notes, divided by the eight beats
``syncopation``     points a bar         0 to 13     see `phrase_features`; mean over the parts
``ioi_mean``        beats                0.25 to 8   mean time between onsets, of any part
``ioi_entropy``     bits                 0 to 2.81   entropy of these times
``duration_mean``   beats                0.25 to 8   mean time that a pitched note sounds
``offbeat``         share                0 to 1      of notes that do not start on a beat
``timing``          milliseconds         0 and up    mean distance of drum hits from their steps
``share_lead``      share                0 to 1      of the summed durations of all notes
``share_counter``   share                0 to 1      the same
``share_chords``    share                0 to 1      the same
``share_bass``      share                0 to 1      the same
``share_drums``     share                0 to 1      the same; a hit sounds for one step
``parts``           parts                0 to 5      number of parts with notes
``polyphony``       notes                0 and up    mean number of pitched notes that sound
``brightness``      MIDI number          0 to 127    mean pitch, weighted by velocity and time
``harmony``         pitch classes        0 to 12     in a beat, mean over beats with notes
==================  ===================  ==========  ============================================

A piece has the same features and three more (`PIECE_FEATURE_NAMES`):

===================  ===================  =========  ============================================
``self_similarity``  share                0 to 1     mean note F1 of all pairs of phrases
``tempo``            quarters a minute    above 0    mean over time
``seconds``          seconds              above 0    length
===================  ===================  =========  ============================================
"""

from __future__ import annotations

import numpy as np

from musegen.music.instruments import DRUM_PITCHES
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    DRUMS,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    FloatArray,
    IntArray,
)
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece
from musegen.music.similarity import pairwise_f1

__all__ = ["FEATURE_NAMES", "PIECE_FEATURE_NAMES", "phrase_features", "piece_features"]

FEATURE_NAMES = (
    *("pitch_mean", "pitch_range", "pitch_entropy", "in_scale", "interval", "contour"),
    *("velocity_mean", "velocity_std", "crescendo"),
    *("density", "syncopation", "ioi_mean", "ioi_entropy", "duration_mean", "offbeat", "timing"),
    *(f"share_{part}" for part in PARTS),
    *("parts", "polyphony", "brightness", "harmony"),
)
PIECE_FEATURE_NAMES = (*FEATURE_NAMES, "self_similarity", "tempo", "seconds")

_LEAD = PARTS.index("lead")
_KICK_AND_SNARE = DRUM_PITCHES[:2]
_MAJOR_SCALE = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
# Longuet-Higgins and Lee's weights of the sixteenths of a 4/4 bar: 0 for the first, and one less
# for each halving of the bar.
_BAR_WEIGHTS = np.array([0, -4, -3, -4, -2, -4, -3, -4, -1, -4, -3, -4, -2, -4, -3, -4])
_WEIGHTS = np.tile(_BAR_WEIGHTS, len(PARTS) * BARS_PER_PHRASE)
_ROWS = np.arange(len(PARTS)) * STEPS_PER_PHRASE


def phrase_features(phrase: Phrase) -> dict[str, float]:
    """Measure a phrase by its notes.

    Syncopation is that of Longuet-Higgins and Lee (1984), *The rhythmic interpretation of
    monophonic music*, as Witek et al. (2014), *Syncopation, body-movement and pleasure in groove
    music*, use it for drums: a note followed by a rest or a tie on a stronger position scores the
    difference of the two weights. Of the drums only kick and snare count; the others keep time.

    Parameters
    ----------
    phrase : Phrase

    Returns
    -------
    dict of str to float
        In the order of `FEATURE_NAMES`; the module's table has units and ranges. A feature that
        is not defined (the interval of one note, any feature of silence) is 0.0, never NaN.
    """
    return dict(zip(FEATURE_NAMES, np.nan_to_num(_measure(phrase)).tolist(), strict=True))


def piece_features(piece: Piece) -> dict[str, float]:
    """Measure a piece: the mean of each feature over the phrases that define it, and structure.

    Parameters
    ----------
    piece : Piece

    Returns
    -------
    dict of str to float
        In the order of `PIECE_FEATURE_NAMES`; never NaN.
    """
    rows = np.array([_measure(phrase) for phrase in piece.phrases])
    defined = ~np.isnan(rows)
    means = np.where(defined, rows, 0).sum(0) / np.maximum(1, defined.sum(0))
    beats = float(piece.played_steps(piece.steps)) / STEPS_PER_BEAT
    tempo = beats * 60 / piece.seconds
    values = [*means.tolist(), _self_similarity(piece), tempo, piece.seconds]
    return dict(zip(PIECE_FEATURE_NAMES, values, strict=True))


def _measure(phrase: Phrase) -> list[float]:
    """Return the values of `FEATURE_NAMES`; NaN where one is not defined."""
    if not len(phrase):
        return [np.nan] * len(FEATURE_NAMES)
    notes = phrase.notes
    # Copies of the fields, because computing with fields of a structured array is slow.
    onset, part, pitch, velocity = (
        notes[name].astype(np.int64) for name in ("onset", "part", "pitch", "velocity")
    )
    duration = np.minimum(notes["duration"], STEPS_PER_PHRASE - onset)
    pitched = part != DRUMS
    return [
        *_pitch(onset[pitched], part[pitched], pitch[pitched], phrase.key),
        *_loudness(onset, velocity),
        *_rhythm(onset, part, pitch, duration),
        _timing(notes["offset"][~pitched], phrase.tempo),
        *(np.bincount(part, duration, minlength=len(PARTS)) / duration.sum()).tolist(),
        float(np.count_nonzero(np.bincount(part))),
        *_texture(onset[pitched], pitch[pitched], duration[pitched], velocity[pitched]),
    ]


def _pitch(onset: IntArray, part: IntArray, pitch: IntArray, key: int) -> tuple[float, ...]:
    if not len(pitch):
        return (np.nan,) * 6
    counts = np.bincount((pitch - key) % 12, minlength=12)
    is_lead = part == _LEAD
    melody = is_lead if is_lead.any() else slice(None)
    steps, tops = _top_notes(onset[melody], pitch[melody])
    return (
        pitch.mean(),
        pitch.max() - pitch.min(),
        _entropy(counts),
        counts[_MAJOR_SCALE].sum() / len(pitch),
        np.abs(np.diff(tops)).mean() if len(tops) > 1 else np.nan,
        _slope(steps / STEPS_PER_BEAT, tops),
    )


def _loudness(onset: IntArray, velocity: IntArray) -> tuple[float, ...]:
    return velocity.mean(), velocity.std(), _slope(onset / STEPS_PER_BAR, velocity)


def _rhythm(
    onset: IntArray, part: IntArray, pitch: IntArray, duration: IntArray
) -> tuple[float, ...]:
    pitched = part != DRUMS
    gaps = np.diff(np.flatnonzero(np.bincount(onset)))
    return (
        len(onset) / BEATS_PER_PHRASE,
        _syncopation(onset, part, pitch),
        gaps.mean() / STEPS_PER_BEAT if len(gaps) else np.nan,
        _entropy(np.bincount(gaps)) if len(gaps) else np.nan,
        duration[pitched].mean() / STEPS_PER_BEAT if pitched.any() else np.nan,
        np.count_nonzero(onset % STEPS_PER_BEAT) / len(onset),
    )


def _timing(offset: IntArray, tempo: float) -> float:
    step = 60_000 / tempo / STEPS_PER_BEAT
    return np.abs(offset).mean() * step if len(offset) else np.nan


def _texture(
    onset: IntArray, pitch: IntArray, duration: IntArray, velocity: IntArray
) -> tuple[float, ...]:
    """Return polyphony, brightness and harmony."""
    if not len(pitch):
        return 0.0, np.nan, np.nan
    weight = velocity * duration
    beats = np.arange(BEATS_PER_PHRASE)
    first, last = onset // STEPS_PER_BEAT, (onset + duration - 1) // STEPS_PER_BEAT
    sounds = (first[:, None] <= beats) & (beats <= last[:, None])
    classes = (pitch % 12)[:, None] == np.arange(12)
    in_beat = classes.T.astype(np.float32) @ sounds.astype(np.float32) > 0
    return (
        duration.sum() / STEPS_PER_PHRASE,
        (pitch * weight).sum() / weight.sum(),
        in_beat.sum() / np.count_nonzero(in_beat.any(0)),
    )


def _top_notes(onset: IntArray, pitch: IntArray) -> tuple[IntArray, IntArray]:
    """Return the onsets in order, and the highest pitch of each."""
    top = np.full(STEPS_PER_PHRASE, -1)
    np.maximum.at(top, onset, pitch)
    steps = np.flatnonzero(top >= 0)
    return steps, top[steps]


def _syncopation(onset: IntArray, part: IntArray, pitch: IntArray) -> float:
    chosen = (part != DRUMS) | (pitch == _KICK_AND_SNARE[0]) | (pitch == _KICK_AND_SNARE[1])
    if not chosen.any():
        return np.nan
    starts_note = np.zeros(len(_WEIGHTS), bool)
    starts_note[(part * STEPS_PER_PHRASE + onset)[chosen]] = True
    voices = np.count_nonzero(starts_note[_ROWS[:, None] + np.arange(STEPS_PER_PHRASE)].any(1))
    # Each onset scores the strongest position before the next onset of its part, minus its own.
    is_start = np.array(starts_note)
    is_start[_ROWS] = True
    starts = np.flatnonzero(is_start)
    points = np.maximum.reduceat(_WEIGHTS, starts) - _WEIGHTS[starts]
    return points[starts_note[starts]].sum() / BARS_PER_PHRASE / voices


def _entropy(counts: IntArray) -> float:
    share = counts[counts > 0] / counts.sum()
    return -float((share * np.log2(share)).sum()) + 0.0  # not -0.0


def _slope(x: IntArray | FloatArray, y: IntArray) -> float:
    """Return the slope by least squares; NaN if all x are equal."""
    centred = x - x.mean()
    spread = float(centred @ centred)
    return float(centred @ y) / spread if spread else np.nan


def _self_similarity(piece: Piece) -> float:
    """Return the mean F1 of the notes, moved to one key, over all pairs of phrases."""
    if len(piece) == 1:
        return 1.0
    phrases = [phrase.to_key(0).notes for phrase in piece.phrases]
    notes = np.concatenate(phrases)
    code = (notes["pitch"].astype(np.int64) * len(PARTS) + notes["part"]) * STEPS_PER_PHRASE
    group = np.repeat(np.arange(len(piece)), [len(own) for own in phrases])
    f1 = pairwise_f1(group, code + notes["onset"], len(piece))
    return float(f1[np.triu_indices(len(piece), 1)].mean())
