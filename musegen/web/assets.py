"""The scripts, styles and templates of the page, which are files of their own."""

from __future__ import annotations

from pathlib import Path

__all__ = ["asset", "asset_path"]


def asset_path(name: str) -> Path:
    """Return the path of a file such as ``static/favicon.svg``."""
    return Path(__file__).parent / name


def asset(name: str) -> str:
    """Return the text of a file such as ``static/page.css``."""
    return asset_path(name).read_text("utf-8")
