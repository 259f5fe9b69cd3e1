"""The tabs of the page in a real browser: all are visible, with any font, at any width."""

from __future__ import annotations

import pytest
from support.visits import Visit

TABS = ("Random", "Interpolate", "Explore", "Remix")
# DejaVu Sans is wider than most fonts for screens; the spaces make the names 40 % wider still.
WIDE_FONT = (
    "* { font-family: 'DejaVu Sans', sans-serif !important; letter-spacing: .25em !important; }"
)


@pytest.fixture(scope="module")
def wide_page(page: Visit) -> Visit:
    page.page.add_style_tag(content=WIDE_FONT)
    return page


def visible_tabs(page: Visit) -> list[str]:
    """Names of the tabs that can be seen whole, from the outer row of tabs."""
    return page.page.get_by_role("tablist").first.evaluate(
        """row => [...row.querySelectorAll('[role=tab]')].filter(tab => {
            const { left, right, top, height } = tab.getBoundingClientRect();
            const middle = document.elementFromPoint((left + right) / 2, top + height / 2);
            const isWhole = left >= 0 && right <= innerWidth && tab.scrollWidth <= tab.clientWidth;
            return isWhole && height > 20 && tab.contains(middle);
        }).map(tab => tab.textContent)"""
    )


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_all_tabs_are_visible_whichever_is_selected(wide_page, width) -> None:
    page = wide_page
    page.page.set_viewport_size({"width": width, "height": 800})
    for name in TABS:
        page.tab(name)
        page.page.get_by_role("tablist").first.scroll_into_view_if_needed()
        assert visible_tabs(page) == list(TABS), name
        panel = page.page.get_by_role("tabpanel", name=name, exact=True)
        assert panel.is_visible()
        shown = [
            other for other in TABS if page.page.locator(f"#panel-{other.lower()}").is_visible()
        ]
        assert shown == [name]


def test_one_tab_is_selected_and_the_keys_move_the_selection(wide_page) -> None:
    page = wide_page
    page.tab("Random")
    for key, name in (
        ("ArrowRight", "Interpolate"),
        ("End", "Remix"),
        ("ArrowRight", "Random"),
        ("ArrowLeft", "Remix"),
        ("Home", "Random"),
    ):
        page.page.keyboard.press(key)
        states = page.page.get_by_role("tablist").first.evaluate(
            """row => [...row.querySelectorAll('[role=tab]')].map(tab =>
                [tab.textContent, tab.ariaSelected, tab.tabIndex, tab.matches(':focus')])"""
        )
        assert states == [
            [tab, "true", 0, True] if tab == name else [tab, "false", -1, False] for tab in TABS
        ]
        assert page.page.get_by_role("tabpanel", name=name, exact=True).is_visible()
