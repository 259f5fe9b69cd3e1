"""Recipes: how a piece is made, as a short text that makes it again."""
