"""What a checkpoint is worth, on music it was never trained on."""

from musegen.evaluation.report import Report, evaluate

__all__ = ["Report", "evaluate"]
