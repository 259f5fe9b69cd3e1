"""Training of the VAE, the prior and the attribute directions."""
