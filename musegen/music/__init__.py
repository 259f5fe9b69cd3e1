"""Notes, phrases and pieces, and what can be measured and changed without a model."""

from musegen.music.features import phrase_features, piece_features
from musegen.music.feel import Feel
from musegen.music.harmony import Chord, Chords
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

__all__ = [
    "Chord",
    "Chords",
    "Feel",
    "Phrase",
    "Piece",
    "phrase_features",
    "piece_features",
]
