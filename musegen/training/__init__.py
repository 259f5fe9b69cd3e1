"""Training of a checkpoint: VAE, prior, attribute controls and inference settings."""
