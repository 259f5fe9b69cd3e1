"""Sounds and files that are kept for whoever asks for the same again."""
