"""The page's own scripts, styles and templates, which lie in files of their own."""

from __future__ import annotations

from pathlib import Path

__all__ = ["asset", "asset_path"]


def asset_path(name: str) -> Path:
    """Where a file such as ``page/favicon.svg`` is."""
    return Path(__file__).parent / name


def asset(name: str) -> str:
    """What stands in a file such as ``page/studio.css``."""
    return asset_path(name).read_text("utf-8")
