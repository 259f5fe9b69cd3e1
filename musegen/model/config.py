"""Every number that defines a model, its use and its training, with the reason for it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "BendingConfig",
    "InferenceConfig",
    "PriorConfig",
    "TrainingConfig",
    "VAEConfig",
    "default_config",
]


@dataclass(frozen=True)
class VAEConfig:
    """Shape and loss of a VAE.

    Attributes
    ----------
    kind : str
        ``song`` or ``drums``: which codec turns phrases into arrays.
    """

    kind: str
    latent_dim: int = 256  # with 192, F1 on held-out songs was .06 lower
    # Of a cell's dimensions, how many each of its eight beats has for itself; the others are of the
    # whole cell. Beats are alike in all music, so their own dimensions are learnt soon.
    beat_dim: int = 0
    encoder_units: int = 256  # of the LSTM in each direction
    conductor_units: int = 512
    beat_units: int = 768  # of the dense layers that read and write one beat
    dropout: float = 0.1  # on the beats read; closes part of the gap to held-out songs
    # Low, because the prior is fitted to the latents: they need not be close to N(0, I).
    beta: float = 0.1
    free_nats: float = 48.0  # KL that costs nothing, as in Roberts et al. 2018 for two bars


@dataclass(frozen=True)
class PriorConfig:
    """Shape of a prior.

    Attributes
    ----------
    styles : tuple of str
        The styles that a draw can be asked for.
    """

    latent_dim: int
    cells: int = 1  # of a phrase: each can be kept by itself
    chords: bool = False  # whether a draw can be asked for chords
    places: bool = False  # whether it knows how far the piece's ends are
    sections: bool = False  # whether it knows what kind of section it is in
    styles: tuple[str, ...] = ()
    partner_dim: int = 0  # latent_dim of the model that plays along, if a draw can be given that
    width: int = 512
    blocks: int = 5  # with six, the checkpoints of both models would be larger than 80 MB
    heads: int = 8
    dropout: float = 0.1  # with 0.05 it began to memorise the songs after 20 epochs
    max_phrases: int = 32  # 64 bars; longer pieces are drawn in overlapping stretches


@dataclass(frozen=True)
class InferenceConfig:
    """Numbers for using trained weights, chosen for these weights on validation phrases.

    A checkpoint keeps them in ``inference.json``, which `musegen.training.tuning` writes. The
    defaults are for checkpoints without that file: neutral values that suit any weights.
    """

    # Log odds above which a note of counter or chords, or a drum hit, begins. At 0 a note is more
    # likely than not; rare notes of which the network is unsure need less.
    onset_threshold: float = 0.0
    # Draws are less certain than encoded phrases. What follows and the tables by which notes agree
    # and pieces differ are for cells with more nats of uncertainty for each note than `doubt_from`,
    # in phrases in which three cells have more than `drawn_from`; in full from twice as many. Drums
    # are one cell, for which `drawn_from` alone counts.
    doubt_from: float = 0.2
    drawn_from: float = 0.1
    # How long notes last, which would end too early in draws: `sustain_gain` is added to the log
    # odds that a note goes on, for each nat over `doubt_from`; at most `sustain_limit`. Song only.
    sustain_gain: float = 0.0
    sustain_limit: float = 2.5
    # How far apart the velocities of notes that begin together are in draws, as a standard
    # deviation that is added: the likeliest ones lie closer together than people play. Nothing is
    # added where the network is certain of the notes, as it is of encoded phrases. Song only.
    chord_spread: float = 0.0
    # Encoding: the most steps after the encoder. Most cells need half of these; with 24, bands came
    # back at a note F1 lower by .005, with 60 at one higher by .004.
    encoding_steps: int = 36
    # The network's part of the prior's velocity is multiplied by this: a network that could learn
    # more says too little (Karras et al. 2024, Guiding a diffusion model with a bad version of
    # itself, equation 3; the bad version is the Gaussian).
    sharpness: float = 1.0
    # How strictly draws obey conditions and given parts: what these change about the network's
    # velocity is multiplied by this (Ho and Salimans 2022, Classifier-Free Diffusion Guidance).
    guidance: float = 1.0
    # What depends on the music of the other model counts so many times the guidance. At .5, the
    # difference between that music and its opposite counts as what conditions change does.
    partner_weight: float = 0.5
    # The share of the variance of noise that all phrases of a piece have in common. Drummers keep a
    # groove: their bars are like those before, in this phrase and the last one.
    common_noise: float = 0.0
    # Heun steps of the flow. Draws of 4, 8 and 12 steps were told from real music equally often.
    flow_steps: int = 8
    # How far the middle of an interpolation moves towards the origin of the noise, as a share,
    # if its ends are unrelated. Encoded music lies farther out than draws do.
    interpolation_shrink: float = 0.0


@dataclass(frozen=True)
class BendingConfig:
    """The shares of cells that are bent in each way, 0 to 1. A cell can be bent in several."""

    transposed: float = 0.6  # by up to half an octave: the same music in any key
    moved_by_octaves: float = 0.1  # one or two: parts of bands lie in other registers than pop's
    thinned: float = 0.08
    doubled: float = 0.06  # some notes by another one a third to an octave away
    rotated: float = 0.12  # all onsets by some steps, around the phrase
    lengthened: float = 0.06  # each note by a factor of its own
    dynamics: float = 0.4  # louder or softer, and with more or less contrast
    uneven: float = 0.1  # each note louder or softer by itself
    swung_sixteenths: float = 0.06
    swung_eighths: float = 0.04
    loose: float = 0.15  # each note early or late by itself
    late: float = 0.1  # all notes early or late by the same amount
    exchanged: float = 0.08  # the music of another part


@dataclass(frozen=True)
class TrainingConfig:
    """How a VAE and then its prior are trained."""

    epochs: int
    batch_size: int = 256
    learning_rate: float = 1e-3  # the highest of Adam's schedule
    warmup_steps: int = 400  # of the learning rate and of beta: the first steps are unstable
    clip_norm: float = 5.0  # of gradients: rare phrases have very many notes
    # Of the phrases, with parts or drums left out: bare melodies and half a drum kit work too.
    drop_voices_share: float = 0.3
    # How much of the music is bent, where cells are coded by themselves.
    bending: BendingConfig = field(default_factory=BendingConfig)
    precision: str = "mixed_bfloat16"  # a third less time on two cores at the same losses
    patience: int = 8  # epochs without a better validation loss after which training stops
    seed: int = 0
    prior_epochs: int = 13
    prior_steps: int = 200  # in an epoch of the prior, which draws its phrases at random
    prior_batch_phrases: int = 1024  # in one step, as sequences of 1 to 32
    prior_learning_rate: float = 7e-4
    # How far the latents that the prior learns lie from their means, in standard deviations of the
    # posterior. At 1, one note in thirty of a decoded sample is another than that of its mean.
    prior_noise: float = 0.5


def default_config(kind: str) -> tuple[VAEConfig, PriorConfig, TrainingConfig]:
    """The configuration of a new training; the shipped checkpoint of the kind has this model.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind == "song":
        # Notes of each cell, with velocity, timing and overhang: more numbers than 256 can say.
        model = VAEConfig(
            "song",
            latent_dim=640,
            beat_dim=12,
            encoder_units=320,
            conductor_units=320,
            beat_units=384,
            dropout=0.05,
        )
        prior = PriorConfig(model.latent_dim, chords=True, places=True, sections=True)
        return model, prior, TrainingConfig(epochs=40)
    if kind == "drums":
        # With 128 dimensions, 256 units and a beta of 0.1, 77 % of the steps of validation phrases
        # came back exact, and 88 % of training phrases.
        model = VAEConfig("drums", beat_units=512, beta=0.02)
        prior = PriorConfig(model.latent_dim, width=256, blocks=4, heads=4, places=True)
        return model, prior, TrainingConfig(epochs=60, prior_epochs=12)
    raise ValueError(f"there is no model {kind!r}: choose song or drums")
