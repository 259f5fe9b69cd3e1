"""Whether a band that is drawn to a melody fits it, and a melody that is drawn to a band."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.classifier import features, tell_apart
from musegen.evaluation.measures.conditions.chords import HALF_BAR, sounding_in_halves
from musegen.evaluation.measures.conditions.stretches import (
    FIRST_SEED,
    Stretches,
    with_parts_of,
)
from musegen.evaluation.measures.statistics import Measure, Tally, bootstrap
from musegen.evaluation.samples import Samples
from musegen.generator import MuseGen
from musegen.music.notes import (
    PARTS,
    STEPS_PER_BEAT,
    NoteArray,
)
from musegen.music.phrase import Phrase

__all__ = ["fit_tallies", "measure"]

_LEAD = PARTS.index("lead")
_SHORTEST = 2  # steps: shorter notes may pass between those of the chords


def measure(samples: Samples) -> dict[str, Measure]:
    """Keep the leads of held-out songs and draw the rest; and the other way round."""
    parts = samples.space.parts
    has_cells = samples.space.prior_config.cells == len(parts)
    if samples.other is None or not has_cells or "lead" not in parts:
        return {}
    mg = MuseGen({"song": samples.space, "drums": samples.other})
    held = Stretches.choose(samples, playing=["lead", "chords"])
    if held is None:
        return {}
    truth, songs = held.phrases, held.songs
    others = [truth[i] for i in held.others]
    band = _play_bands(mg, held)
    strange = with_parts_of(others, truth, ["lead"])
    own, chance = fit_tallies(truth), fit_tallies(strange)
    found: dict[str, Measure] = {}
    for name, tally in fit_tallies(band).items():
        people = bootstrap(*own[name], songs)
        found[f"band to a given lead: {name}"] = bootstrap(*tally, songs).with_baseline(
            people, "held-out phrases"
        )
        found[f"band to a given lead: {name}, chance"] = bootstrap(*chance[name], songs)
    kept = [part for part in parts if part != "lead"]
    melody = with_parts_of(held.draw(kept=kept), truth, kept)
    told = {
        "band to a given lead: classifier": (band, strange, "another song's band"),
        "lead to a given band: classifier": (
            melody,
            with_parts_of(others, truth, kept),
            "another song's lead",
        ),
    }
    for name, (ours, exchanged, what) in told.items():
        accuracy = _tell(ours, truth, held)
        if accuracy is not None:
            found[name] = accuracy.with_baseline(_tell(exchanged, truth, held), what)
    return found


def _play_bands(mg: MuseGen, held: Stretches) -> list[Phrase]:
    """Play bands to the leads of the stretches, as users have it done."""
    parts, styles = held.samples.space.parts, held.samples.styles
    return [
        phrase.only(parts)
        for seed, piece in enumerate(held.pieces, FIRST_SEED)
        for phrase in mg.accompany(piece, keep=["lead"], seed=seed, style=styles).phrases
    ]


def _tell(ours: Sequence[Phrase], truth: Sequence[Phrase], held: Stretches) -> Measure | None:
    # A stretch is in one fold with what was drawn to it, so that no song reveals the class.
    return tell_apart(features(ours), held.groups, features(truth), held.groups)


def fit_tallies(phrases: Sequence[Phrase]) -> dict[str, Tally]:
    """Compare the lead with what chords and bass sound in the same half bar.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        The terms of the two sums of a ratio, of the lead's notes of two steps or more that begin on
        a beat: ``beat notes in the chords``, those whose pitch class sounds in chords or bass;
        ``clashes``, those of which it does not, but one a semitone away.
    """
    rows = np.array([_fit(phrase.notes) for phrase in phrases], float).reshape(len(phrases), 3)
    return {
        "beat notes in the chords": (rows[:, 0], rows[:, 2]),
        "clashes": (rows[:, 1], rows[:, 2]),
    }


def _fit(notes: NoteArray) -> tuple[int, int, int]:
    heard = sounding_in_halves(notes, ("chords", "bass")) > 0
    lead = notes[notes["part"] == _LEAD]
    lead = lead[(lead["duration"] >= _SHORTEST) & (lead["onset"] % STEPS_PER_BEAT == 0)]
    half, pitch_class = lead["onset"] // HALF_BAR, lead["pitch"] % 12
    inside = heard[half, pitch_class]
    beside = heard[half, (pitch_class + 1) % 12] | heard[half, (pitch_class - 1) % 12]
    return int(inside.sum()), int((beside & ~inside).sum()), len(lead)
