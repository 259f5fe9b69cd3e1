"""The map: phrases drawn from the prior as points in a square where neighbours sound alike."""
