"""The map: one component that shows phrases as points, to be heard one by one or along a line."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import gradio as gr
import numpy as np

from musegen.web.assets import asset

__all__ = ["map_data", "map_view"]

_FULL = 65535  # of a coordinate
_HIGHEST = 254  # of an attribute's value
_MISSING = 255  # says that a phrase has no such value
# A few odd phrases would leave one colour for all others.
_SHOWN = (2, 98)  # percentiles


def map_data(positions: np.ndarray, attributes: Mapping[str, np.ndarray]) -> str:
    """Points and what they can be coloured by, as the map wants them.

    Parameters
    ----------
    positions : array of float, shape (points, 2)
        Of each point, in [0, 1]: x to the right and y down. Point `i` is seed `i`.
    attributes : mapping of str to array of float, shape (points,)
        By the name that stands on the page. NaN where a phrase has no such value: it is grey.

    Returns
    -------
    str
        JSON: ``x`` and ``y``, base64 of little-endian uint16, and ``attributes``: for each
        ``values``, base64 of uint8, which go from 0 at ``low`` to 254 at ``high``; 255 is none.
        Values beyond the 2nd and 98th percentiles are shown as these.

    Raises
    ------
    ValueError
        If positions are not in [0, 1], or if an attribute has not one value for each point.
    """
    positions = np.asarray(positions, float)
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise ValueError(f"positions have shape {positions.shape}, not (points, 2)")
    if not ((positions >= 0) & (positions <= 1)).all():
        raise ValueError("positions must be in [0, 1]")
    for name, values in attributes.items():
        if np.shape(values) != (len(positions),):
            raise ValueError(f"{name} has shape {np.shape(values)}, not ({len(positions)},)")
    x, y = (_base64(np.round(column * _FULL).astype("<u2")) for column in positions.T)
    shown = {name: _scaled(np.asarray(values, float)) for name, values in attributes.items()}
    return json.dumps({"x": x, "y": y, "attributes": shown}, separators=(",", ":"))


def _scaled(values: np.ndarray) -> dict[str, object]:
    known = np.isfinite(values)
    low, high = np.percentile(values[known], _SHOWN) if known.any() else (0.0, 0.0)
    share = np.clip((values[known] - low) / ((high - low) or 1.0), 0, 1)
    shown = np.full(len(values), _MISSING, np.uint8)
    shown[known] = np.round(share * _HIGHEST)
    return {"values": _base64(shown), "low": float(low), "high": float(high)}


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


def map_view(**kwargs) -> gr.HTML:
    """Make the component. Its values are made by `map_data`.

    Events besides Gradio's:

    ``place``
        A point is to be heard; the event's data has its number as ``seed``.
    ``line``
        A line is to be heard; the event's data has its ``points``, 2 to 200 of ``[x, y]`` in
        [0, 1], and how many ``phrases``, 4, 8 or 16, it is to have: at even distances along it,
        the first at its start and the last at its end.
    """
    return gr.HTML(
        html_template=asset("components/map/map.html"),
        css_template=asset("components/base.css") + asset("components/map/map.css"),
        js_on_load=asset("components/map/map.js"),
        apply_default_css=False,
        **kwargs,
    )
