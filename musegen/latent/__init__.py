"""Noise and paths of latents, with numpy alone.

A path is an array of shape ``(phrases, latent_dim)``, float32: a latent for each phrase of a piece.
Noise has the same shape. The prior turns noise into a path: in the space of noise all music is
distributed as N(0, I), so that is where points are drawn, varied and interpolated.
"""
