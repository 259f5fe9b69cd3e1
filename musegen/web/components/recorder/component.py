"""The recorder: a button that records a voice and uploads the recording as a WAV file."""

from __future__ import annotations

from typing import Any

import gradio as gr

from musegen.web.assets import asset
from musegen.web.modules import load_module

__all__ = ["UPLOAD_CLASS", "recorder"]

UPLOAD_CLASS = "mg-recording"
"""Class of what is around the `gradio.UploadButton` that the recorder gives its file to."""


def recorder(**kwargs: Any) -> gr.HTML:
    """Make the component. It has no events: what it records is uploaded as any file is."""
    return gr.HTML(
        "",
        apply_default_css=False,
        html_template=asset("components/recorder/recorder.html"),
        css_template=asset("components/base.css") + asset("components/recorder/recorder.css"),
        js_on_load=load_module("components/recorder/recorder.js"),
        **kwargs,
    )
