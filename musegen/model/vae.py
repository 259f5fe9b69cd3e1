"""The variational autoencoder: a hierarchical recurrent one, after MusicVAE (Roberts et al. 2018).

The encoder reads eight beats, one vector each, with a bidirectional LSTM and sums them up in
`z_mean` and `z_log_var`. The decoder unfolds a latent by a conductor LSTM to one vector for each
beat, and each of these by dense layers to everything that happens in the beat's four steps.

Only `keras.ops` are used, so that it trains on any backend of Keras. Layers have names of their own
(``name=``) because checkpoints keep weights by these names: they cannot change.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

import keras

from musegen.model.codecs import CODECS, Codec
from musegen.model.config import VAEConfig
from musegen.model.tensors import Arrays, Model, Tensor, layers, ops

__all__ = ["VAE"]

_LOG_VAR_RANGE = (-10.0, 2.0)  # exp(±) of these is still a number in half precision


class Decoder(Model):
    """Latents ``(n, latent_dim)`` → the codec's outputs ``(n, 8, output_count)``."""

    def __init__(self, config: VAEConfig, **kwargs: Any) -> None:
        super().__init__(name="decoder", **kwargs)
        codec = CODECS[config.kind]
        self.beats = codec.beats
        self.state_h = layers.Dense(config.conductor_units, "tanh", name="state_h")
        self.state_c = layers.Dense(config.conductor_units, name="state_c")
        self.plan = layers.Dense(config.conductor_units, "gelu", name="unfold")
        self.beat_position = layers.Embedding(codec.beats, config.conductor_units, name="beat")
        self.conductor = layers.LSTM(
            config.conductor_units, return_sequences=True, unroll=True, name="conductor"
        )
        self.hidden = layers.Dense(config.beat_units, "gelu", name="write")
        self.out = layers.Dense(codec.output_count, name="out")

    def call(self, z: Tensor) -> Tensor:
        plan = ops.repeat(ops.expand_dims(self.plan(z), 1), self.beats, axis=1)
        state = [self.state_h(z), self.state_c(z)]
        beats = self.conductor(
            plan + self.beat_position(ops.arange(self.beats)), initial_state=state
        )
        # The plan also bypasses the conductor, which then need not remember it for eight beats.
        hidden = self.hidden(ops.concatenate([beats, plan], axis=-1))
        return ops.cast(self.out(hidden), "float32")


class Encoder(Model):
    """The codec's arrays → ``z_mean`` and ``z_log_var``, ``(n, latent_dim)`` each."""

    def __init__(self, config: VAEConfig, **kwargs: Any) -> None:
        super().__init__(name="encoder", **kwargs)
        self.codec: Codec = CODECS[config.kind]()
        self.beat = layers.Dense(config.beat_units, "gelu", name="read")
        self.dropout = layers.Dropout(config.dropout, name="dropout")
        self.lstm = layers.Bidirectional(
            layers.LSTM(config.encoder_units, return_sequences=True, unroll=True, name="lstm"),
            name="listen",
        )
        self.z_mean = layers.Dense(config.latent_dim, name="z_mean")
        self.z_log_var = layers.Dense(config.latent_dim, name="z_log_var")

    def call(self, arrays: Arrays, training: bool = False) -> tuple[Tensor, Tensor]:
        beats = self.dropout(self.beat(self.codec.beat_features(arrays)), training=training)
        states = self.lstm(beats)
        states = ops.reshape(states, (-1, states.shape[1] * states.shape[2]))
        z_mean = ops.cast(self.z_mean(states), "float32")
        return z_mean, ops.clip(ops.cast(self.z_log_var(states), "float32"), *_LOG_VAR_RANGE)


class VAE(Model):
    """Encoder, sampling, decoder and the evidence lower bound.

    Parameters
    ----------
    config : VAEConfig
    warmup_steps : int
        Steps over which beta rises from 0 to its full value.
    seed : int
        Of the sampling.
    """

    def __init__(self, config: VAEConfig, warmup_steps: int = 1, seed: int = 0) -> None:
        super().__init__(name=f"{config.kind}_vae")
        self.config = config
        self.warmup_steps = warmup_steps
        self.codec: Codec = CODECS[config.kind]()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        # The share of beta that counts: a weight, so that every backend updates it at each step.
        self.beta_share = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="warmth"
        )
        self.seed_generator = keras.random.SeedGenerator(seed)
        names = (*self.codec.loss_names, "reconstruction", "kl")
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def build_from(self, arrays: Arrays) -> None:
        """Create the weights by encoding and decoding the arrays of some phrases."""
        self(arrays)

    def sample(self, z_mean: Tensor, z_log_var: Tensor) -> Tensor:
        """Draw z ~ N(z_mean, exp(z_log_var)) by the reparameterization trick."""
        return z_mean + ops.exp(z_log_var / 2) * self.noise(ops.shape(z_mean))

    def noise(self, shape: Any) -> Tensor:
        """White noise for `sample`."""
        return keras.random.normal(shape, seed=self.seed_generator)

    def call(self, arrays: Arrays, training: bool = False) -> dict[str, Tensor]:
        z_mean, z_log_var = self.encoder(arrays, training=training)
        z = self.sample(z_mean, z_log_var) if training else z_mean
        return {"outputs": self.decoder(z), "z_mean": z_mean, "z_log_var": z_log_var}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """The negative evidence lower bound in nats a phrase, with beta and free nats.

        ``loss = cross-entropy + beta * max(KL - free_nats, 0)``, the KL summed over the latent
        (Higgins et al. 2017; free bits as in Roberts et al. 2018, equation 5).
        """
        losses = self.codec.losses(x, y_pred["outputs"])
        z_mean, z_log_var = y_pred["z_mean"], y_pred["z_log_var"]
        kl = ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - z_log_var - 1, axis=-1) / 2
        beta = self.config.beta * self.beta_share
        if training:
            self.beta_share.assign(ops.minimum(self.beta_share + 1 / self.warmup_steps, 1.0))
        reconstruction = sum(losses.values())
        loss = ops.mean(reconstruction + beta * ops.maximum(kl - self.config.free_nats, 0.0))
        for name, value in {**losses, "reconstruction": reconstruction, "kl": kl}.items():
            self.trackers[name].update_state(value)
        return loss

    @property
    def metrics(self) -> list[Any]:
        return [*super().metrics, *self.trackers.values()]
