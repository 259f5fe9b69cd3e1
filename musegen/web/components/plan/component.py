"""The plan: a component in which the sections of a piece are blocks."""

from __future__ import annotations

from typing import Any

import gradio as gr

from musegen.web.assets import asset
from musegen.web.modules import load_module

__all__ = ["PLANNED", "plan"]

PLANNED = """(bars) => {
    const { form, bars: total } = document.querySelector('.mg-plan').dataset;
    return [form || '%s', Number(total) || bars];
}"""
"""JavaScript that turns the length in bars into form and length of the plan; `%` puts in the form
of a piece without a plan."""


def plan(most_bars: float, **kwargs: Any) -> gr.HTML:
    """Make the component, for pieces of at most so many bars.

    It listens to the event ``musegen:form`` of the document: another form was chosen, and its
    ``plan`` event says that the visitor has changed the plan.
    """
    return gr.HTML(
        str(round(most_bars)),
        html_template=asset("components/plan/plan.html"),
        css_template=asset("components/base.css") + asset("components/plan/plan.css"),
        js_on_load=load_module("components/plan/plan.js", ("plan",)),
        apply_default_css=False,
        **kwargs,
    )
