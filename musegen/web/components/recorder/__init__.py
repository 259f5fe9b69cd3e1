"""The recorder component."""
