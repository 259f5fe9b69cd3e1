"""The variational autoencoder: a hierarchical recurrent one, after MusicVAE (Roberts et al. 2018).

Eight beats are read one vector each, run through a bidirectional LSTM and summed up in `z_mean`
and `z_log_var`. A latent is unfolded by a conductor LSTM into one vector a beat, and each of these
by a small decoder into everything that happens in the beat's four steps.

Only `keras.ops`, so that it trains under any of Keras's backends.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
from keras import layers, ops

from musegen.model.codecs.drums import DrumsCodec
from musegen.model.codecs.song import SongCodec
from musegen.model.config import VAEConfig

__all__ = ["CODECS", "VAE"]

CODECS = {"drums": DrumsCodec, "song": SongCodec}

# exp(±) of these is still a number in half precision.
_LOG_VAR_RANGE = (-10.0, 2.0)


class Decoder(keras.Model):
    """Latents ``(n, latent_dim)`` → the codec's numbers ``(n, 8, outputs)``."""

    def __init__(self, config: VAEConfig, **kwargs) -> None:
        super().__init__(name="decoder", **kwargs)
        codec = CODECS[config.kind]
        self.beats = codec.beats
        self.state_h = layers.Dense(config.conductor_units, "tanh", name="state_h")
        self.state_c = layers.Dense(config.conductor_units, name="state_c")
        self.unfold = layers.Dense(config.conductor_units, "gelu", name="unfold")
        self.beat = layers.Embedding(codec.beats, config.conductor_units, name="beat")
        self.conductor = layers.LSTM(
            config.conductor_units, return_sequences=True, unroll=True, name="conductor"
        )
        self.write = layers.Dense(config.beat_units, "gelu", name="write")
        self.out = layers.Dense(codec.outputs, name="out")

    def call(self, z: object) -> object:
        plan = ops.repeat(ops.expand_dims(self.unfold(z), 1), self.beats, axis=1)
        start = [self.state_h(z), self.state_c(z)]
        played = self.conductor(plan + self.beat(ops.arange(self.beats)), initial_state=start)
        # The plan goes round the conductor too: a beat need not be remembered over the others.
        written = self.write(ops.concatenate([played, plan], axis=-1))
        return ops.cast(self.out(written), "float32")


class Encoder(keras.Model):
    """The codec's arrays → ``z_mean`` and ``z_log_var``, ``(n, latent_dim)`` each."""

    def __init__(self, config: VAEConfig, **kwargs) -> None:
        super().__init__(name="encoder", **kwargs)
        self.codec = CODECS[config.kind]()
        self.read = layers.Dense(config.beat_units, "gelu", name="read")
        self.dropout = layers.Dropout(config.dropout, name="dropout")
        self.listen = layers.Bidirectional(
            layers.LSTM(config.encoder_units, return_sequences=True, unroll=True, name="lstm"),
            name="listen",
        )
        self.z_mean = layers.Dense(config.latent_dim, name="z_mean")
        self.z_log_var = layers.Dense(config.latent_dim, name="z_log_var")

    def call(self, arrays: Mapping, training: bool = False) -> tuple[object, object]:
        beats = self.dropout(self.read(self.codec.read(arrays)), training=training)
        heard = self.listen(beats)
        heard = ops.reshape(heard, (-1, heard.shape[1] * heard.shape[2]))
        z_mean = ops.cast(self.z_mean(heard), "float32")
        return z_mean, ops.clip(ops.cast(self.z_log_var(heard), "float32"), *_LOG_VAR_RANGE)


class VAE(keras.Model):
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
        self.codec = CODECS[config.kind]()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        # Kept as a weight, so that every backend carries it from step to step.
        self.warmth = self.add_weight(shape=(), initializer="zeros", trainable=False, name="warmth")
        self.seed_generator = keras.random.SeedGenerator(seed)
        names = (*self.codec.loss_names, "reconstruction", "kl")
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def build_from(self, arrays: Mapping) -> None:
        """Make the weights, by running some phrases' arrays through."""
        self(arrays)

    def sample(self, z_mean: object, z_log_var: object) -> object:
        """A draw of z ~ N(z_mean, exp(z_log_var)): the reparameterization trick."""
        return z_mean + ops.exp(z_log_var / 2) * self.noise(ops.shape(z_mean))

    def noise(self, shape: tuple) -> object:
        """White noise for `sample`."""
        return keras.random.normal(shape, seed=self.seed_generator)

    def call(self, arrays: Mapping, training: bool = False) -> dict[str, object]:
        z_mean, z_log_var = self.encoder(arrays, training=training)
        z = self.sample(z_mean, z_log_var) if training else z_mean
        return {"outputs": self.decoder(z), "z_mean": z_mean, "z_log_var": z_log_var}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The negative evidence lower bound, in nats a phrase, with beta and free nats.

        ``loss = cross-entropy + beta * max(KL - free_nats, 0)``, the KL summed over the latent
        (Higgins et al. 2017; free bits as in Roberts et al. 2018, equation 5).
        """
        parts = self.codec.losses(x, y_pred["outputs"])
        z_mean, z_log_var = y_pred["z_mean"], y_pred["z_log_var"]
        kl = ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - z_log_var - 1, axis=-1) / 2
        beta = self.config.beta * self.warmth
        if training:
            self.warmth.assign(ops.minimum(self.warmth + 1 / self.warmup_steps, 1.0))
        reconstruction = sum(parts.values())
        cost = ops.mean(reconstruction + beta * ops.maximum(kl - self.config.free_nats, 0.0))
        for name, value in {**parts, "reconstruction": reconstruction, "kl": kl}.items():
            self.trackers[name].update_state(value)
        return cost

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [*super().metrics, *self.trackers.values()]
