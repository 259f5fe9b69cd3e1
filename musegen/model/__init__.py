"""The VAE, the prior and their checkpoints. Reads no music files and trains nothing."""

from musegen.model.environment import set_tensorflow_defaults

set_tensorflow_defaults()
