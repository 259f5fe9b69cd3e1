"""Trains a whole checkpoint, in an empty folder or one in which training was interrupted."""

from __future__ import annotations

from pathlib import Path

from musegen.model.checkpoint import load_vae
from musegen.model.config import PriorConfig, TrainingConfig, VAEConfig
from musegen.model.vae import VAE
from musegen.music.phrase_set import PhraseSet
from musegen.training.attribute_controls import train_attribute_controls
from musegen.training.distributed import SINGLE_WORKER, WorkerGroup
from musegen.training.loop import state_file
from musegen.training.note_tables import fit_note_tables
from musegen.training.prior import train_prior
from musegen.training.touch import play_like_performers
from musegen.training.tuning import tune_inference
from musegen.training.vae import train_vae

__all__ = ["train_checkpoint"]


def train_checkpoint(
    phrases: PhraseSet,
    folder: str | Path,
    vae_config: VAEConfig,
    prior_config: PriorConfig,
    training: TrainingConfig,
    resume: bool = False,
    group: WorkerGroup = SINGLE_WORKER,
    partner: VAE | None = None,
) -> None:
    """Train a VAE and its prior, fit attribute controls, and choose inference settings.

    Parameters
    ----------
    phrases : PhraseSet
        With the splits ``train`` and ``validation``.
    folder : path
        Gets the checkpoint, the logs ``train.csv`` and ``prior.csv``, and in ``training/`` the
        state from which training can be resumed. All workers must see the same folder.
    vae_config, prior_config, training
    resume : bool
        Go on from the state in `folder`, as if training had not been interrupted.
    group : WorkerGroup
    partner : VAE, optional
        Of the model that plays along, if the prior is to hear it.

    Raises
    ------
    MusicError
        If the phrases do not have both splits.
    CheckpointError
        If there is no state to resume from.
    """
    folder = Path(folder)
    if vae_config.kind == "drums":
        phrases = play_like_performers(phrases)
    state_of_prior = state_file(folder, "prior")
    if not resume and group.is_chief:  # that of an earlier training fits other latents
        state_of_prior.unlink(missing_ok=True)
    train_vae(phrases, folder, vae_config, training, resume, group)
    vae = load_vae(folder)  # the best, which is the one in the checkpoint, not the last
    resume_prior = resume and state_of_prior.exists()
    train_prior(vae, phrases, folder, prior_config, training, resume_prior, group, partner)
    if group.is_chief:
        train_attribute_controls(vae, phrases, folder)
        print(f"settings chosen on validation phrases: {tune_inference(folder, phrases)}")
        fit_note_tables(folder, phrases)
    group.wait()
