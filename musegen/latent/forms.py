"""Forms of pieces: which phrases are equal or alike."""

from __future__ import annotations

import numpy as np

from musegen.errors import MusicError
from musegen.latent.interpolation import slerp
from musegen.latent.noise import vary_noise
from musegen.music.notes import PARTS

__all__ = ["DEFAULT_FORM", "FORMS", "apply_form", "recalled_cells", "section_order"]

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
# In how many of the phrases that return a part is the same note for note. One number decides for
# all parts of a phrase: where the lead is the same, the bass is.
_RECALL_EXACT = {"lead": 0.5, "counter": 0.25, "chords": 0.4, "bass": 0.6, "drums": 0.5}
_EXACT_STREAM = 2**32 + 2
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
    if is_letters and len(form) > _MAX_LETTERS:
        raise MusicError(f"a form has {_MAX_LETTERS} letters at most, and this one has {len(form)}")
    if not is_letters:
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
        phrases = [noise[0]]
        for fresh, source, similarity in zip(noise[1:], *_recall(len(noise), seed), strict=True):
            recalls = source < len(phrases)
            phrases.append(vary_noise(phrases[source], similarity, fresh) if recalls else fresh)
        return np.stack(phrases)
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


def recalled_cells(phrases: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose what returns note for note in a piece of the form ``recall``.

    The last phrase, which ends the piece, has no such parts.

    Returns
    -------
    source : numpy.ndarray
        Int64 ``(phrases,)``: the earlier phrase that each recalls; its own number if none.
    exact : numpy.ndarray
        Bool ``(phrases, parts)``, in the order of `PARTS`: the part is that of the earlier phrase.
    """
    source = np.concatenate([[0], _recall(phrases, seed)[0]])
    luck = np.random.default_rng((seed, _EXACT_STREAM)).random((phrases, 1))
    exact = luck < [_RECALL_EXACT[part] for part in PARTS]
    exact[source == np.arange(phrases)] = False
    exact[-1] = False
    return source, exact


def _recall(phrases: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose which phrases return.

    Returns
    -------
    tuple of numpy.ndarray
        For each phrase but the first, the one that it recalls, or its own number; and how similar
        it is to that.
    """
    rng = np.random.default_rng((seed, _RECALL_STREAM))
    share = rng.beta(*_RECALL_SHARE)
    distances, chances = list(_RECALL_DISTANCE), list(_RECALL_DISTANCE.values())
    source, similarity = np.arange(1, phrases), np.zeros(phrases - 1)
    for i in range(1, phrases):
        recalls = rng.random() < share
        distance = int(rng.choice(distances, p=chances))
        similarity[i - 1] = rng.uniform(*_RECALL_SIMILARITY)
        if recalls and distance <= i:
            source[i - 1] = i - distance
    return source, similarity
