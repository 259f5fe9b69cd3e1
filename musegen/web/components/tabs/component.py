"""A row of tabs and their panels.

Unlike `gradio.Tabs`, which moves tabs that do not fit into a menu, this row wraps: every tab is
visible at any width and with any font. The browser switches panels without asking the server.
Keyboard use follows https://www.w3.org/WAI/ARIA/apg/patterns/tabs/.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import gradio as gr

from musegen.web.assets import asset
from musegen.web.modules import load_module

__all__ = ["tab_bar", "tab_group", "tab_panel"]


def tab_group() -> gr.Column:
    """Make the container of one `tab_bar` and its panels."""
    return gr.Column(elem_classes="mg-tabs")


def tab_bar(names: Sequence[str], label: str) -> gr.HTML:
    """Make the row of tabs. Each name needs its `tab_panel` in the same `tab_group`.

    Parameters
    ----------
    names : sequence of str
        The visible names. The first is selected at first.
    label : str
        The name of the row for assistive technology.
    """
    buttons = [
        f'<button type="button" role="tab" id="{_panel_id(name)}-tab" '
        f'aria-controls="{_panel_id(name)}" aria-selected="false">{html.escape(name)}</button>'
        for name in names
    ]
    # Tabs wrap in pairs, so that four of them make one row or two rows of two, never three and one.
    pairs = ["".join(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    rows = "".join(f'<div role="presentation">{pair}</div>' for pair in pairs)
    return gr.HTML(
        html_template=f'<div role="tablist" aria-label="{html.escape(label)}">{rows}</div>',
        css_template=asset("components/tabs/tabs.css"),
        js_on_load=load_module("components/tabs/tabs.js"),
        apply_default_css=False,
        elem_classes="mg-tab-bar",
    )


def tab_panel(name: str) -> gr.Column:
    """Make the container of what the tab of this name shows."""
    return gr.Column(elem_id=_panel_id(name), elem_classes="mg-tab-panel")


def _panel_id(name: str) -> str:
    return f"panel-{name.lower()}"
