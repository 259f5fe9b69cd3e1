"""Finding the attributes of a corpus in the latent space of a VAE."""

from __future__ import annotations

from pathlib import Path

from musegen.model.attribute_controls import AttributeControls, fit_attribute_controls
from musegen.model.checkpoint import save_attribute_controls
from musegen.model.vae import VAE
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.music.phrase_set import PhraseSet
from musegen.training.prior import Latents

__all__ = ["train_attribute_controls"]


def train_attribute_controls(vae: VAE, phrases: PhraseSet, folder: str | Path) -> AttributeControls:
    """Fit a model's controls and write them into its checkpoint.

    Parameters
    ----------
    vae : VAE
        Whose latents they are of.
    phrases : PhraseSet
        With the split ``train``.
    folder : path
        The checkpoint.

    Raises
    ------
    MusicError
        If the phrases have no such split.
    """
    phrases = phrases.only(vae.codec.parts).where("train")
    names = attributes_of(vae.codec.parts)
    latents = Latents(vae, phrases)
    values = measure_attributes(list(phrases), names)
    controls = fit_attribute_controls(names, latents.z_mean, values, latents.color())
    save_attribute_controls(controls, Path(folder))
    return controls
