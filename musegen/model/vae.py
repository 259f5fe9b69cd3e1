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
    """Latents ``(n, latent_dim)`` → the codec's outputs.

    The outputs of a cell are those of its eight beats, then those of its end:
    ``(n, cells, 8 * output_count + tail_count)``.
    """

    def __init__(self, config: VAEConfig, **kwargs: Any) -> None:
        super().__init__(name="decoder", **kwargs)
        codec = CODECS[config.kind]
        self.beats, self.cells = codec.beats, codec.cells
        self.cell_dim = config.latent_dim // codec.cells
        self.beat_dim = config.beat_dim
        self.state_h = layers.Dense(config.conductor_units, "tanh", name="state_h")
        self.state_c = layers.Dense(config.conductor_units, name="state_c")
        self.plan = layers.Dense(config.conductor_units, "gelu", name="unfold")
        self.beat_position = layers.Embedding(codec.beats, config.conductor_units, name="beat")
        self.beat_plan = (
            layers.Dense(config.conductor_units, "gelu", name="unfold_beat")
            if config.beat_dim
            else None
        )
        self.part = _part_embedding(codec.cells, config.conductor_units)
        self.conductor = layers.LSTM(config.conductor_units, name="conductor")
        self.hidden = layers.Dense(config.beat_units, "gelu", name="write")
        self.out = layers.Dense(codec.output_count, name="out")
        self.tail = layers.Dense(codec.tail_count, name="tail") if codec.tail_count else None

    def call(self, z: Tensor, part: Tensor | None = None) -> Tensor:
        """Decode latents; `part`, int ``(n, cells)``, is of each cell, if they are in any order."""
        z = ops.reshape(z, (-1, self.cell_dim))
        z, of_beats = ops.split(z, [self.cell_dim - self.beats * self.beat_dim], axis=-1)
        plan = ops.repeat(ops.expand_dims(self.plan(z), 1), self.beats, axis=1)
        if self.beat_plan is not None:
            plan = plan + self.beat_plan(ops.reshape(of_beats, (-1, self.beats, self.beat_dim)))
        plan = _add_part(plan, self.part, self.cells, part)
        state = self.state_h(z), self.state_c(z)
        beats = _run_lstm(self.conductor, plan + self.beat_position(ops.arange(self.beats)), state)
        # The plan also bypasses the conductor, which then need not remember it for eight beats.
        hidden = self.hidden(ops.concatenate([beats, plan], axis=-1))
        out = self.out(hidden)
        outputs = ops.reshape(out, (-1, self.cells, self.beats * out.shape[-1]))
        if self.tail is not None:
            tail = self.tail(hidden[:, -1])
            outputs = ops.concatenate(
                [outputs, ops.reshape(tail, (-1, self.cells, tail.shape[-1]))], axis=-1
            )
        return ops.cast(outputs, "float32")


class Encoder(Model):
    """The codec's arrays → ``z_mean`` and ``z_log_var``, ``(n, latent_dim)`` each."""

    def __init__(self, config: VAEConfig, **kwargs: Any) -> None:
        super().__init__(name="encoder", **kwargs)
        self.codec: Codec = CODECS[config.kind]()
        self.latent_dim = config.latent_dim
        whole_dim = config.latent_dim // self.codec.cells - self.codec.beats * config.beat_dim
        self.beat = layers.Dense(config.beat_units, "gelu", name="read")
        self.part = _part_embedding(self.codec.cells, config.beat_units)
        self.dropout = layers.Dropout(config.dropout, name="dropout")
        self.lstm = layers.Bidirectional(
            layers.LSTM(config.encoder_units, name="lstm"),
            name="listen",
        )
        self.z_mean = layers.Dense(whole_dim, name="z_mean")
        self.z_log_var = layers.Dense(whole_dim, name="z_log_var")
        self.of_beat = layers.Dense(2 * config.beat_dim, name="z_beat") if config.beat_dim else None

    def call(self, arrays: Arrays, training: bool = False) -> tuple[Tensor, Tensor]:
        beats = self.dropout(self.beat(self.codec.beat_features(arrays)), training=training)
        beats = _add_part(beats, self.part, self.codec.cells)
        if not self.lstm.built:
            self.lstm.build(beats.shape)
        forward = _run_lstm(self.lstm.forward_layer, beats)
        backward = _run_lstm(self.lstm.backward_layer, ops.flip(beats, axis=1))
        states = ops.concatenate([forward, ops.flip(backward, axis=1)], axis=-1)
        whole = ops.reshape(states, (-1, states.shape[1] * states.shape[2]))
        found = [self.z_mean(whole), self.z_log_var(whole)]
        if self.of_beat is not None:
            halves = ops.split(self.of_beat(states), 2, axis=-1)
            found = [
                ops.concatenate([z, ops.reshape(half, (-1, half.shape[1] * half.shape[2]))], -1)
                for z, half in zip(found, halves, strict=True)
            ]
        z_mean, z_log_var = (
            ops.cast(ops.reshape(z, (-1, self.latent_dim)), "float32") for z in found
        )
        return z_mean, ops.clip(z_log_var, *_LOG_VAR_RANGE)


def _part_embedding(cells: int, units: int) -> Any:
    return layers.Embedding(cells, units, name="part") if cells > 1 else None


def _add_part(beats: Tensor, embedding: Any, cells: int, part: Tensor | None = None) -> Tensor:
    """Add to the beats of each cell, ``(n * cells, 8, units)``, which part it is of."""
    if embedding is None:
        return beats
    by_cell = ops.reshape(beats, (-1, cells, *beats.shape[1:]))
    vectors = embedding(ops.arange(cells) if part is None else part)
    by_cell = by_cell + ops.expand_dims(vectors, -2)
    return ops.reshape(by_cell, (-1, *beats.shape[1:]))


def _run_lstm(layer: Any, inputs: Tensor, state: tuple[Tensor, Tensor] | None = None) -> Tensor:
    """Return the outputs of an LSTM at each beat, as the layer itself does, in half the time.

    Keras multiplies the inputs of each beat by themselves: for few phrases, most of the time would
    go into reading the same weights again.
    """
    if not layer.built:
        layer.build(inputs.shape)
    cell = layer.cell
    h, c = state or (None, None)
    given = ops.matmul(inputs, cell.kernel) + cell.bias
    outputs: list[Tensor] = []
    for gates in ops.unstack(given, inputs.shape[1], axis=1):
        if h is not None:
            gates = gates + ops.matmul(h, cell.recurrent_kernel)
        enter, forget, new, leave = ops.split(gates, 4, axis=-1)
        c = ops.sigmoid(enter) * ops.tanh(new) + (0 if c is None else ops.sigmoid(forget) * c)
        h = ops.sigmoid(leave) * ops.tanh(c)
        outputs.append(h)
    return ops.stack(outputs, axis=1)


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
        losses = {name: ops.sum(of_cells, axis=-1) for name, of_cells in losses.items()}
        reconstruction = sum(losses.values())
        loss = ops.mean(reconstruction + beta * ops.maximum(kl - self.config.free_nats, 0.0))
        for name, value in {**losses, "reconstruction": reconstruction, "kl": kl}.items():
            self.trackers[name].update_state(value)
        return loss

    @property
    def metrics(self) -> list[Any]:
        return [*super().metrics, *self.trackers.values()]
