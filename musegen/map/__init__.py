"""The map: phrases of the prior as points of a square, where neighbours sound alike."""
