"""Scores of other programs, MusicXML and ABC, turned into Standard MIDI Files."""

from musegen.midi.scores.convert import ENDINGS, is_score, score_to_midi

__all__ = ["ENDINGS", "is_score", "score_to_midi"]
