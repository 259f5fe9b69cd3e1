"""The tabs of the page, each with the widgets of one way to make music."""

from musegen.web.tabs.explore import ExploreTab, explore_tab
from musegen.web.tabs.interpolate import InterpolateTab, interpolate_tab
from musegen.web.tabs.random import RandomTab, random_tab
from musegen.web.tabs.remix import RemixTab, remix_tab

__all__ = [
    "ExploreTab",
    "InterpolateTab",
    "RandomTab",
    "RemixTab",
    "explore_tab",
    "interpolate_tab",
    "random_tab",
    "remix_tab",
]
