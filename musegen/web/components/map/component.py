"""The map: a component that shows phrases as points, to hear one by one or along a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import GradioModel

from musegen.web.assets import asset
from musegen.web.components.typed import encode_array, typed_html
from musegen.web.modules import load_module

__all__ = ["MapData", "map_data", "map_view"]

_MAX_COORDINATE = 65535
_MAX_VALUE = 254
_MISSING = 255  # the phrase has no such value
_PERCENTILES = (2, 98)  # a few extreme phrases would leave one colour for all the others


class MapAttribute(GradioModel):
    """An attribute of the phrases, by which they can be coloured.

    Attributes
    ----------
    name : str
    values : str
        Base64 of uint8, one for each point: 0 is ``low``, 254 is ``high``, 255 is no value.
    low, high : float
        The 2nd and the 98th percentile; values beyond them are shown as these.
    """

    name: str
    values: str
    low: float
    high: float


class MapData(GradioModel):
    """What the map shows.

    Attributes
    ----------
    x, y : str
        Base64 of little-endian uint16, one for each point: 0 to 65535, x to the right and y down.
    attributes : list of MapAttribute
    """

    x: str
    y: str
    attributes: list[MapAttribute]


def map_data(positions: np.ndarray, attributes: Mapping[str, np.ndarray]) -> MapData:
    """Pack points and their attributes for the map.

    Parameters
    ----------
    positions : numpy.ndarray
        Shape ``(points, 2)``, float, 0 to 1. Point `i` is seed `i`.
    attributes : mapping of str to numpy.ndarray
        Shape ``(points,)``, float, by the name shown on the page; NaN for no value.

    Raises
    ------
    ValueError
        If a position is not in [0, 1], or an attribute does not have one value for each point.
    """
    positions = np.asarray(positions, float)
    if positions.ndim != 2 or positions.shape[1] != 2:
        raise ValueError(f"positions have shape {positions.shape}, not (points, 2)")
    if not ((positions >= 0) & (positions <= 1)).all():
        raise ValueError("positions must be in [0, 1]")
    for name, values in attributes.items():
        if np.shape(values) != (len(positions),):
            raise ValueError(f"{name} has shape {np.shape(values)}, not ({len(positions)},)")
    x, y = (encode_array(np.round(column * _MAX_COORDINATE), "<u2") for column in positions.T)
    return MapData(
        x=x, y=y, attributes=[_attribute(name, values) for name, values in attributes.items()]
    )


def _attribute(name: str, values: np.ndarray) -> MapAttribute:
    values = np.asarray(values, float)
    known = np.isfinite(values)
    low, high = np.percentile(values[known], _PERCENTILES) if known.any() else (0.0, 0.0)
    share = np.clip((values[known] - low) / ((high - low) or 1.0), 0, 1)
    shown = np.full(len(values), _MISSING)
    shown[known] = np.round(share * _MAX_VALUE)
    encoded = encode_array(shown, "u1")
    return MapAttribute(name=name, values=encoded, low=float(low), high=float(high))


def map_view(value: MapData | None, **kwargs: Any) -> gr.HTML:
    """Make the component.

    Events besides Gradio's, with their data (see `musegen.web.events`):

    ``place``
        A point was chosen: its number as ``seed``.
    ``line``
        A line was drawn: 2 to 200 ``points`` of ``[x, y]`` in [0, 1], and how many ``phrases``,
        4, 8 or 16, lie at even distances along it, from its start to its end.
    """
    return typed_html(
        MapData,
        value,
        html_template=asset("components/map/map.html"),
        css_template=asset("components/base.css") + asset("components/map/map.css"),
        js_on_load=load_module("components/map/map.js", ("place", "line")),
        **kwargs,
    )
