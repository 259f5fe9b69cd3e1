"""A short name for the weights and settings in a checkpoints folder."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from musegen.music.harmony import HARMONIZER, RECOGNIZER

__all__ = ["fingerprint"]

_DIGITS = 12
_PATTERNS = ("*/*.safetensors", "*/inference.json", "*/prior.json", "*/vae.json")


@lru_cache(maxsize=8)
def fingerprint(folder: Path) -> str:
    """Hash the weights and settings that decide what music a recipe makes.

    Those in a checkpoints folder, and those that propose and recognise chords.

    Servers with equal fingerprints make equal pieces of a recipe. The map, the model cards and the
    logs do not count. The result is cached: files that change later are not read again.

    Parameters
    ----------
    folder : Path
        Holds ``song`` and ``drums``.

    Returns
    -------
    str
        12 hexadecimal digits of the SHA-256 hash; of a folder without checkpoints, too.
    """
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _PATTERNS for path in folder.glob(pattern)}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    for path in (HARMONIZER, RECOGNIZER):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:_DIGITS]
