"""Measures how good a checkpoint is, on music that it was not trained on."""

from musegen.evaluation.report import Report, evaluate

__all__ = ["Report", "evaluate"]
