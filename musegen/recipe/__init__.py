"""Recipes: how pieces are made, as data and as short texts that make them again."""
