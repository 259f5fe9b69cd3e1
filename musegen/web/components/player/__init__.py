"""The player component."""
