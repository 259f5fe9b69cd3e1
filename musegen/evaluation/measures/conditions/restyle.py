"""Whether a restyled piece has the harmony of the first piece and the rhythm of the second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.conditions.chords import chord_tallies
from musegen.evaluation.measures.conditions.stretches import Stretches
from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples
from musegen.generator import MuseGen
from musegen.music.notes import PARTS, STEPS_PER_PHRASE, FloatArray
from musegen.music.phrase import Phrase

__all__ = ["measure", "onset_profile"]

_PAIRS = 16
_CHORDS = PARTS.index("chords")


def measure(samples: Samples) -> dict[str, Measure]:
    """Restyle 16 bars of held-out songs like those of others."""
    if samples.other is None or "lead" not in samples.space.parts:
        return {}
    held = Stretches.choose(samples, _PAIRS, playing=["chords"])
    if held is None or not samples.space.prior_config.chords:
        return {}
    mg = MuseGen({"song": samples.space, "drums": samples.other})
    pieces = held.pieces
    like = held.others[::PHRASES_PER_PIECE] // PHRASES_PER_PIECE
    made = [
        mg.restyle(piece, pieces[other]).phrases for piece, other in zip(pieces, like, strict=True)
    ]
    flat = [phrase for piece in made for phrase in piece]
    asked = held.chords.reshape(-1, *held.chords.shape[2:])
    people = bootstrap(*chord_tallies(held.phrases, asked)["inside"], held.songs)
    inside = bootstrap(*chord_tallies(flat, asked)["inside"], held.songs)
    found = {
        "restyle: inside the first piece's chords": inside.with_baseline(people, "first piece")
    }
    songs, ones = held.songs[::PHRASES_PER_PIECE], np.ones(len(made))
    alike, chance = [], []
    for i, piece in enumerate(made):
        profile = onset_profile(piece)
        alike.append(_correlation(profile, onset_profile(pieces[like[i]].phrases)))
        strangers = [j for j in range(len(made)) if songs[j] not in (songs[i], songs[like[i]])]
        pairs = [_correlation(profile, onset_profile(pieces[j].phrases)) for j in strangers]
        chance.append(np.mean(pairs or [0.0]))
    rhythm = bootstrap(np.array(alike), ones, songs)
    found["restyle: rhythm of the second piece's chords, r"] = rhythm.with_baseline(
        float(np.mean(chance)), "pieces of other songs"
    )
    return found


def onset_profile(phrases: Sequence[Phrase]) -> FloatArray:
    """Count how often the chords part begins notes at each step of a phrase, ``(32,)``."""
    steps = [
        np.unique(phrase.notes["onset"][phrase.notes["part"] == _CHORDS]) for phrase in phrases
    ]
    return np.bincount(np.concatenate(steps), minlength=STEPS_PER_PHRASE).astype(np.float64)


def _correlation(a: FloatArray, b: FloatArray) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
