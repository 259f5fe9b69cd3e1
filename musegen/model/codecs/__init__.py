"""Phrases as arrays, and arrays as what the networks read and write."""
