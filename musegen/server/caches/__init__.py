"""Caches of files: sounds for the player, and downloads."""
