"""What MuseGen says of a checkpoint that it cannot use."""

__all__ = ["CheckpointError"]


class CheckpointError(ValueError):
    """A checkpoint that cannot be used, said in one line: what is wrong, what to do."""
