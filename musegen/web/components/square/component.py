"""The square: a component in which a dot between four pieces sets how they are blended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.data_classes import GradioModel

from musegen.web.assets import asset
from musegen.web.components.typed import typed_html
from musegen.web.modules import load_module

__all__ = ["SquareData", "square", "square_data"]


class SquareData(GradioModel):
    """What the square shows.

    Attributes
    ----------
    corners : list of str
        Titles of the pieces in corners A (top left), B (top right), C (bottom left) and D.
    x, y : float, optional
        Where the dot is, 0 to 1, x to the right and y down. None: it stays where it is.
    """

    corners: list[str]
    x: float | None = None
    y: float | None = None


def square_data(
    titles: Sequence[str], x: float | None = None, y: float | None = None
) -> SquareData:
    """Return what the square shows; the arguments are as in `SquareData`.

    Raises
    ------
    ValueError
        If there are not four titles.
    """
    if len(titles) != 4:
        raise ValueError(f"a square has four corners, not {len(titles)}")
    return SquareData(corners=list(titles), x=x, y=y)


def square(value: SquareData, **kwargs: Any) -> gr.HTML:
    """Make the component.

    Events besides Gradio's, with their data (see `musegen.web.events`):

    ``blend``
        A point was chosen: ``x`` and ``y``. A corner is exactly 0 or 1.
    ``corner``
        A corner gets another piece: its ``index``, 0 to 3, and where that comes ``from``,
        ``"playing"`` or ``"seed"``.
    """
    return typed_html(
        SquareData,
        value,
        html_template=asset("components/square/square.html"),
        css_template=asset("components/base.css") + asset("components/square/square.css"),
        js_on_load=load_module("components/square/square.js", ("blend", "corner")),
        **kwargs,
    )
