"""The domain: notes, phrases, pieces; MIDI in and out; features. No model, no page."""

from musegen.music.errors import MusicError, MusicWarning
from musegen.music.features import phrase_features, piece_features
from musegen.music.feel import Feel
from musegen.music.midi import read_midi
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

__all__ = [
    "Feel",
    "MusicError",
    "MusicWarning",
    "Phrase",
    "Piece",
    "phrase_features",
    "piece_features",
    "read_midi",
]
