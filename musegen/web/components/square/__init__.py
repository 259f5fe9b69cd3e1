"""The square component."""
