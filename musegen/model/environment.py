"""Sets the environment variables that TensorFlow reads on import. No other module sets them."""

from __future__ import annotations

import os

__all__ = ["prefer_speed", "set_tensorflow_defaults"]

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_CHOSEN_BY_USER = frozenset({_ONEDNN, *_THREADS} & set(os.environ))


def set_tensorflow_defaults() -> None:
    """Make TensorFlow quiet and its sums reproducible, unless the user has set the variables.

    ``musegen.model`` calls this when it is imported, because the variables count only before
    TensorFlow is. With several threads, and with oneDNN, sums are added up in an order that depends
    on the number of threads, so that a seed would not always give the same notes. Small models are
    as fast without: 16 bars are drawn in 0.12 s by one thread and in 0.15 s by two, which wait for
    each other most of the time, so that nobody else can use their processors.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault(_ONEDNN, "0")
    for name in _THREADS:
        os.environ.setdefault(name, "1")


def prefer_speed() -> None:
    """Let TensorFlow use all processors, and oneDNN, which half precision needs. For training.

    Call it before TensorFlow is imported. It changes no variable that the user has set.
    """
    if _ONEDNN not in _CHOSEN_BY_USER:
        os.environ[_ONEDNN] = "1"
    for name in _THREADS:
        if name not in _CHOSEN_BY_USER:
            os.environ.pop(name, None)
