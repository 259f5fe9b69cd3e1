"""The page: layout, the player component, callbacks, links. Nothing below knows Gradio."""

from __future__ import annotations

import os

# Read when Gradio is imported, and when it serves: each error makes a table of the last calls.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1000")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its remarks on the processor are no news here

from musegen.web.launch import LaunchError, launch
from musegen.web.page import build

__all__ = ["LaunchError", "build", "launch"]
