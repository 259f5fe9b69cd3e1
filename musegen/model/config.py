"""What a model is and how it is trained: every number, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PriorConfig", "TrainingConfig", "VAEConfig", "default_config"]


@dataclass(frozen=True)
class VAEConfig:
    """Shape and loss of a VAE.

    Attributes
    ----------
    kind : str
        ``song`` or ``drums``: which codec turns phrases into arrays.
    """

    kind: str
    latent_dim: int = 256  # 192 was tried: six hundredths of F1 less on held-out songs
    encoder_units: int = 256  # of each direction of the LSTM
    conductor_units: int = 512
    beat_units: int = 768  # of the dense layers that read and write one beat
    dropout: float = 0.1  # on the read beats: a tenth closes a part of the gap to held-out songs
    beta: float = (
        0.1  # a prior is fitted to the latents, so they may carry more than N(0, I) allows
    )
    free_nats: float = 48.0  # as Roberts et al. 2018 for two bars: so much KL costs nothing


@dataclass(frozen=True)
class PriorConfig:
    """Shape of a prior."""

    latent_dim: int
    width: int = 512
    blocks: int = 5  # a sixth would make the checkpoints of both models larger than 80 MB
    heads: int = 8
    dropout: float = 0.15  # with 0.05 it learnt the songs by heart from the 20th round on
    max_phrases: int = 32  # 64 bars; longer pieces are drawn in stretches of so many


@dataclass(frozen=True)
class TrainingConfig:
    """How a VAE, and then its prior, is trained."""

    epochs: int
    batch_size: int = 256
    learning_rate: float = 1e-3  # Adam's, at its highest
    warmup_steps: int = 400  # of the learning rate and of beta: the first steps are the wildest
    clip_norm: float = 5.0  # rare phrases with very many notes would throw the weights about
    transpose_share: float = 0.5  # of the phrases, moved to any key: it is the same music
    # Of the phrases, heard with parts or drums missing: bare melodies and half a kit work too.
    drop_voices_share: float = 0.3
    precision: str = "mixed_bfloat16"  # a third less time on two cores, the same losses
    patience: int = 8  # epochs without a better validation loss before it stops
    seed: int = 0
    prior_epochs: int = 19
    prior_steps: int = 200  # an epoch of the prior, which draws its phrases at random
    prior_batch_phrases: int = 1024  # in one step, as sequences of 1 to 32
    prior_learning_rate: float = 7e-4


def default_config(kind: str) -> tuple[VAEConfig, PriorConfig, TrainingConfig]:
    """The configuration that the shipped checkpoint of a kind was trained with.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind == "song":
        model = VAEConfig("song")
        return model, PriorConfig(model.latent_dim), TrainingConfig(epochs=48)
    if kind == "drums":
        # With 128 dimensions, 256 units and a beta of 0.1 too little got through: 88 % of the
        # steps of training phrases came back exact, and 77 % of others.
        model = VAEConfig("drums", beat_units=512, beta=0.02)
        prior = PriorConfig(model.latent_dim, width=256, blocks=4, heads=4)
        return model, prior, TrainingConfig(epochs=60, prior_epochs=12)
    raise ValueError(f"there is no model {kind!r}: choose song or drums")
