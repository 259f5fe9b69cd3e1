"""Measures of pieces that several tests compare."""

import numpy as np

from musegen.music.attributes import measure_attributes


def same_notes(a, b):
    return np.array_equal(a.notes, b.notes)


def song_and_drums(mg, piece):
    """A piece's attributes by model, in standard deviations: the mean of its phrases."""
    found = {}
    for name, space in mg.spaces.items():
        phrases = [phrase.only(space.parts) for phrase in piece.phrases]
        values = measure_attributes(phrases, space.controls.names)
        sd = space.controls.standardize(np.nanmean(values, axis=0))
        found[name] = dict(zip(space.controls.names, sd, strict=True))
    return found
