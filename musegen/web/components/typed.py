"""Components whose values are typed objects in the browser, and arrays inside such values."""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr
import numpy as np
import numpy.typing as npt
from gradio.data_classes import GradioModel

__all__ = ["encode_array", "typed_html"]


def typed_html(model: type[GradioModel], value: GradioModel | None, **kwargs: Any) -> gr.HTML:
    """Make a `gradio.HTML` whose values are objects of a model."""
    component = gr.HTML(value, apply_default_css=False, **kwargs)
    # Set here, not in a subclass: Gradio writes a stub file beside the module of each subclass.
    component.data_model = model
    return component


def encode_array(values: npt.NDArray[Any], dtype: str) -> str:
    """Return an array as base64: Gradio visits every element of a list, a string only once."""
    return base64.b64encode(np.asarray(values).astype(dtype).tobytes()).decode("ascii")
