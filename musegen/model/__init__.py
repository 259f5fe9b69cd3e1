"""The VAE and the prior: arrays, layers, losses, checkpoints, training. No files of music."""

import os

# Both must be set before TensorFlow is imported. It then keeps quiet, and sums in one order, so
# that a seed gives the same notes; that costs nothing here. Training sets the second to 1: half
# precision on a CPU needs oneDNN.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
