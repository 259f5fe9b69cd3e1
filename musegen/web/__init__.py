"""The page: its layout, its handlers, its endpoints and its components."""

from musegen.web.launch import LaunchError, launch
from musegen.web.page import build

__all__ = ["LaunchError", "build", "launch"]
