"""Puts the checkpoints into the wheel; the build backend runs this (see pyproject.toml).

In a checkout they lie beside the package, where they are easy to find; installed, they lie in it.
A checkout without checkpoints, such as one that models are to be trained in, can be installed too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_LOADED = (".csv",)  # records of training


class PackageCheckpoints(BuildHookInterface):
    """Adds checkpoints/ to a wheel as musegen/checkpoints/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """List the files; an editable installation finds them in the checkout."""
        if version == "editable":
            return
        for path in Path(self.root, "checkpoints").rglob("*"):
            if path.is_file() and path.suffix not in NOT_LOADED:
                place = Path("musegen", path.relative_to(self.root))
                build_data["force_include"][str(path)] = place.as_posix()
