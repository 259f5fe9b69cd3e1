"""What MuseGen says when it is given something that is not music it can use."""

__all__ = ["MusicError", "MusicWarning"]


class MusicError(ValueError):
    """A file or a request that cannot be used, said in one line: what is wrong, what to do."""


class MusicWarning(UserWarning):
    """Music that was read, but not quite as it stands in its file."""
