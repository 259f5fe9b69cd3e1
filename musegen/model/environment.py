"""Sets the environment variables that TensorFlow reads on import. No other module sets them."""

from __future__ import annotations

import os

__all__ = ["prefer_speed", "set_tensorflow_defaults"]

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
_CHOSEN_BY_USER = _ONEDNN in os.environ


def set_tensorflow_defaults() -> None:
    """Make TensorFlow quiet and its sums reproducible, unless the user has set the variables.

    ``musegen.model`` calls this when it is imported, because the variables count only before
    TensorFlow is. oneDNN adds numbers in an order that depends on the number of threads, so that a
    seed would not always give the same notes; small models are as fast without it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault(_ONEDNN, "0")


def prefer_speed() -> None:
    """Let TensorFlow use oneDNN, which half precision on a CPU needs. For training.

    Call it before TensorFlow is imported. It changes nothing if the user has set the variable.
    """
    if not _CHOSEN_BY_USER:
        os.environ[_ONEDNN] = "1"
