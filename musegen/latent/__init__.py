"""Paths: sequences of latents, and ways to make them. Plain numpy."""
