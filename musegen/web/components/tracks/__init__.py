"""The tracks component."""
