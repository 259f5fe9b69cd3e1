"""The square: one component in which a dot between four pieces says how they are mixed."""

from __future__ import annotations

import json
from collections.abc import Sequence

import gradio as gr

from musegen.web.assets import asset

__all__ = ["square", "square_data"]


def square_data(titles: Sequence[str], x: float | None = None, y: float | None = None) -> str:
    """What the square shows.

    Parameters
    ----------
    titles : sequence of str
        Of the pieces in corners A (top left), B (top right), C (bottom left), D (bottom right).
    x, y : float, optional
        Where the dot is, from 0 to 1, x to the right and y down. Without, it stays where it is;
        at first that is the middle.

    Returns
    -------
    str
        JSON: ``corners``, ``x`` and ``y``.

    Raises
    ------
    ValueError
        If there are not four titles.
    """
    if len(titles) != 4:
        raise ValueError(f"a square has four corners, not {len(titles)}")
    return json.dumps({"corners": list(titles), "x": x, "y": y})


def square(**kwargs) -> gr.HTML:
    """Make the component. Its values are made by `square_data`.

    Events besides Gradio's:

    ``blend``
        A place is to be heard; the event's data has its ``x`` and ``y``, as in `square_data`. A
        corner is exactly 0 or 1.
    ``corner``
        A corner is to have another piece; the event's data has its ``index``, 0 to 3, and
        ``from``: ``"playing"`` or ``"seed"``.
    """
    return gr.HTML(
        html_template=asset("components/square/square.html"),
        css_template=asset("components/base.css") + asset("components/square/square.css"),
        js_on_load=asset("components/square/square.js"),
        apply_default_css=False,
        **kwargs,
    )
