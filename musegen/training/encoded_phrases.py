"""Phrases of a dataset as a VAE encodes them, and which phrase follows which."""

from __future__ import annotations

import numpy as np

from musegen.model.tensors import compiled, to_numpy
from musegen.model.vae import VAE
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet

__all__ = ["EncodedPhrases"]

_BATCH = 512


class EncodedPhrases:
    """Posteriors of phrases, and the order of the phrases in their songs.

    Parameters
    ----------
    vae : VAE
    phrases : PhraseSet

    Attributes
    ----------
    z_mean, z_log_var : numpy.ndarray
        Float32 ``(n, latent_dim)``.
    next_row : numpy.ndarray
        Shape ``(n,)``: row of the phrase two bars later in the same song; -1 if there is none.
    run_length : numpy.ndarray
        Shape ``(n,)``: how many phrases there are in a row from here, this one included.
    """

    def __init__(self, vae: VAE, phrases: PhraseSet) -> None:
        encode = compiled(vae.encoder)
        means: list[np.ndarray] = []
        log_vars: list[np.ndarray] = []
        for start in range(0, len(phrases), _BATCH):
            batch = phrases.take(slice(start, start + _BATCH))
            z_mean, z_log_var = encode(vae.codec.to_arrays(batch))
            means.append(to_numpy(z_mean))
            log_vars.append(to_numpy(z_log_var))
        self.z_mean, self.z_log_var = np.concatenate(means), np.concatenate(log_vars)

        places = list(zip(phrases.source.tolist(), phrases.bar.tolist(), strict=True))
        row_of = {place: row for row, place in enumerate(places)}
        self.next_row = np.array(
            [row_of.get((source, bar + BARS_PER_PHRASE), -1) for source, bar in places]
        )
        self.run_length = np.ones(len(phrases), np.int64)
        for row in np.argsort(-phrases.bar, kind="stable"):
            if self.next_row[row] >= 0:
                self.run_length[row] += self.run_length[self.next_row[row]]

    def coloring(self, cells: int = 1, noise: float = 1.0) -> np.ndarray:
        """A matrix that gives white noise the covariance of sampled latents: ``noise @ coloring``.

        Parameters
        ----------
        cells : int
            The covariance between the cells of a phrase is left out, so that each can be whitened
            by itself.
        noise : float
            How far samples lie from their means, in standard deviations of the posterior.

        Returns
        -------
        numpy.ndarray
            Float32 ``(latent_dim, latent_dim)``. The rows of a cell lie along its principal
            directions, the one with the largest variance first.
        """
        coloring = np.zeros((self.z_mean.shape[1],) * 2, np.float32)
        for own in np.split(np.arange(len(coloring)), cells):
            z_var = noise**2 * np.exp(self.z_log_var[:, own]).mean(0)
            covariance = np.cov(self.z_mean[:, own].T.astype(float)) + np.diag(z_var)
            variance, directions = np.linalg.eigh(covariance)
            coloring[np.ix_(own, own)] = (np.sqrt(variance)[:, None] * directions.T)[::-1]
        return coloring

    def signal_shares(self, coloring: np.ndarray, noise: float = 1.0) -> np.ndarray:
        """How much of the variance of whitened latents tells phrases apart.

        The rest is the posterior's: differences that small are not heard.

        Parameters
        ----------
        coloring : numpy.ndarray
            Of `coloring`, made with the same `noise`.

        Returns
        -------
        numpy.ndarray
            Float32 ``(latent_dim,)``, 0 to 1.
        """
        variance = np.square(coloring.astype(float)).sum(1)
        posterior = np.square(coloring) @ np.exp(self.z_log_var).mean(0) / variance
        signal = np.maximum(variance - noise**2 * posterior, 0)
        return (signal / (signal + posterior)).astype(np.float32)
