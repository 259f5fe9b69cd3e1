"""Forms of pieces: which phrases are equal or alike."""

from __future__ import annotations

import numpy as np

from musegen.errors import MusicError
from musegen.latent.interpolation import slerp
from musegen.latent.noise import vary_noise

__all__ = ["DEFAULT_FORM", "FORMS", "apply_form", "section_order"]

# Letters are sections: equal letters, equal music. In `recall`, phrases return now and then with
# small changes, as in the training songs; `free` leaves repetition to the prior; in `drift`, each
# phrase differs a little from the one before; `morph` goes from a first phrase to a last one.
FORMS = ("recall", "AABA", "ABAB", "ABAC", "AABB", "free", "drift", "morph")
DEFAULT_FORM = "recall"
_WITHOUT_SECTIONS = ("recall", "free", "drift", "morph")
_MAX_LETTERS = 16
# Counted in the training songs of POP909: three phrases in ten are much like an earlier one, mostly
# the second or fourth before. Songs differ in how often: the share has a beta distribution.
_RECALL_SHARE = (1.2, 2.8)
_RECALL_DISTANCE = {1: 0.2, 2: 0.45, 4: 0.35}  # probability by distance in phrases
_RECALL_SIMILARITY = (0.8, 1.0)  # range of the correlation of the noise
_RECALL_STREAM = 2**32  # not the stream of any model, so that all models recall the same phrases
_DRIFT = 0.35  # share of the angle from each phrase of a drift towards fresh noise


def section_order(form: str, phrases: int) -> np.ndarray:
    """Return which drawn phrase is at each place of a piece.

    Parameters
    ----------
    form : str
        Letters such as ``AABA``, for sections of equal length; or ``recall``, ``free``, ``drift``
        or ``morph``, in which all phrases are drawn.
    phrases : int
        Length of the piece. If it is shorter than the form, it is the beginning of the form.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases,)``, int64: numbers from 0, in the order of their first use.

    Raises
    ------
    MusicError
        If there is no such form.

    Examples
    --------
    >>> section_order("AABA", 8).tolist()
    [0, 1, 0, 1, 2, 3, 0, 1]
    """
    if form in _WITHOUT_SECTIONS:
        return np.arange(phrases)
    is_letters = form.isascii() and form.isalpha() and form.isupper()
    if not (is_letters and len(form) <= _MAX_LETTERS):
        raise MusicError(
            f"there is no form {form[:20]!r}: write sections as letters, like AABA or A8 A8 B8, "
            "or choose from " + ", ".join(FORMS)
        )
    form = form[:phrases]
    edges = np.arange(len(form) + 1) * phrases // len(form)
    numbers: dict[tuple[str, int], int] = {}
    order: list[int] = []
    for letter, start, end in zip(form, edges[:-1], edges[1:], strict=True):
        for place in range(end - start):
            order.append(numbers.setdefault((letter, place), len(numbers)))
    return np.array(order, np.int64)


def apply_form(form: str, noise: np.ndarray, seed: int) -> np.ndarray:
    """Make the noise of some phrases similar to that of others, as a form without letters asks.

    Parameters
    ----------
    form : str
        As in `section_order`.
    noise : numpy.ndarray
        Fresh noise, shape ``(phrases, dim)``.
    seed : int
        Decides in ``recall`` which phrases return; the same for all models.

    Returns
    -------
    numpy.ndarray
        Of the same shape, float32.
    """
    if form == "recall":
        return _recall(noise, np.random.default_rng((seed, _RECALL_STREAM)))
    if form == "morph" and len(noise) > 2:
        t = np.linspace(0, 1, len(noise))[:, None]
        first, last = (np.repeat(end, len(noise), 0) for end in (noise[:1], noise[-1:]))
        return slerp(first, last, t)
    if form == "drift":
        drifted = [noise[0]]
        for fresh in noise[1:]:
            drifted.append(slerp(drifted[-1], fresh, _DRIFT))
        return np.stack(drifted)
    return noise


def _recall(noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Replace some phrases by variations of earlier ones."""
    share = rng.beta(*_RECALL_SHARE)
    distances, chances = list(_RECALL_DISTANCE), list(_RECALL_DISTANCE.values())
    phrases = [noise[0]]
    for i, fresh in enumerate(noise[1:], start=1):
        recalls = rng.random() < share
        distance = int(rng.choice(distances, p=chances))
        similarity = rng.uniform(*_RECALL_SIMILARITY)
        if recalls and distance <= i:
            phrases.append(vary_noise(phrases[i - distance], similarity, fresh))
        else:
            phrases.append(fresh)
    return np.stack(phrases)
