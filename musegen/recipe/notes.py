"""Pieces as the source `Notes` of a recipe, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from musegen.errors import MusicError
from musegen.limits import MAX_FILE_BARS
from musegen.music import Piece
from musegen.music.meters import COMMON_TIME, Meter
from musegen.music.notes import NOTE, OFFSETS_PER_STEP, STEPS_PER_PHRASE
from musegen.recipe.schema import MeterRun, Notes

__all__ = ["notes_from_piece", "piece_from_notes"]

_NO_FIT = "the notes in this recipe do not fit each other"


def notes_from_piece(piece: Piece, name: str = "") -> Notes:
    """Return a piece's notes as a recipe's source; `name` is what the piece is called."""
    notes = piece.notes
    beats = tuple(
        (at, phrase.beat_lengths) for at, phrase in enumerate(piece.phrases) if phrase.beat_lengths
    )
    return Notes(
        name=name[:60],
        bars=piece.bars,
        keys=tuple(phrase.key for phrase in piece.phrases),
        tempos=tuple(phrase.tempo for phrase in piece.phrases),
        beats=beats or None,  # None is not written, as in recipes of before there were any
        meters=_write_meters(piece.meters),
        programs=dict(piece.programs),
        changes=tuple((at, dict(programs)) for at, programs in sorted(piece.changes.items())),
        after=tuple(np.diff(notes["onset"], prepend=0).tolist()),
        part=tuple(notes["part"].tolist()),
        pitch=tuple(notes["pitch"].tolist()),
        duration=tuple(notes["duration"].tolist()),
        velocity=tuple(notes["velocity"].tolist()),
        offset=tuple(np.rint(notes["offset"] * OFFSETS_PER_STEP).astype(int).tolist()),
    )


def _write_meters(meters: Sequence[Meter]) -> tuple[MeterRun, ...] | None:
    """Return runs of equal meters; None if all are 4/4, as in recipes without meters."""
    if set(meters) == {COMMON_TIME}:
        return None
    runs = [(meter, len(list(run))) for meter, run in groupby(meters)]
    return tuple((count, m.beats, m.unit, m.part, m.bars) for m, count in runs)


def piece_from_notes(source: Notes) -> Piece:
    """Return the piece of a recipe's notes.

    Raises
    ------
    MusicError
        If its columns have different lengths, or its phrases and bars do not fit the notes.
    """
    meters = source.meters or ()
    length = STEPS_PER_PHRASE * len(source.keys)
    if sum(source.after) >= max(length, 1) or sum(count for count, *_ in meters) > MAX_FILE_BARS:
        raise MusicError(_NO_FIT)
    notes = np.zeros(len(source.after), NOTE)
    try:
        notes["onset"] = np.cumsum(source.after)
        for field in ("part", "pitch", "duration", "velocity"):
            notes[field] = getattr(source, field)
        notes["offset"] = np.divide(source.offset, OFFSETS_PER_STEP)
        beats = dict(source.beats or ())
        piece = Piece.from_notes(
            notes,
            source.keys,
            source.tempos,
            source.programs,
            source.bars,
            beat_lengths=[beats.get(i, ()) for i in range(len(source.keys))],
            meters=[Meter(*meter) for count, *meter in meters for _ in range(count)],
        )
    except ValueError:
        raise MusicError(_NO_FIT) from None
    return replace(piece, changes=dict(source.changes))
