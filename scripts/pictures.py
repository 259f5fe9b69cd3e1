"""Takes the pictures of the page in ``docs/``: ``python scripts/pictures.py [NAME …]``.

Starts the app and shows each tab with music in the player. Needs the extra `dev`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.visits import Visit, await_server, free_port  # noqa: E402

from musegen.reading import read_midi  # noqa: E402

TABS = ("random", "interpolate", "map", "square", "remix")


def main() -> None:
    """Take the pictures."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    with (
        tempfile.TemporaryDirectory() as folder,
        await_server(command, port, Path(folder)) as url,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
        page.set_default_timeout(90_000)
        page.goto(url)
        visit = Visit(page)
        wanted = sys.argv[1:] or TABS
        for name in TABS:
            if name not in (*wanted, "random"):  # Remix uses the piece that is drawn there
                continue
            show(visit, name, Path(folder))
            if name not in wanted:
                continue
            page.mouse.move(5, 450)
            page.wait_for_timeout(700)
            page.screenshot(path=ROOT / "docs" / f"{name}.png")
            print(f"docs/{name}.png")
        browser.close()


def chromium() -> str | None:
    """Return the path of the system's Chromium; None, for Playwright's own, if there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


def show(visit: Visit, tab: str, folder: Path) -> None:
    """Open a tab and make music there."""
    page, before = visit.page, visit.data("id")
    if tab == "random":
        page.get_by_role("button", name="Late train").click()
        visit.wait_for_sound(before)
        visit.player.locator(".mg-phrase").nth(2).click()
        return
    if tab in ("map", "square"):
        visit.tab("Explore")
        visit.tab(tab.capitalize())
    else:
        visit.tab(tab.capitalize())
    page.wait_for_timeout(700)
    if tab == "interpolate":
        page.locator("#morph").click()
    elif tab == "map":
        page.get_by_role("button", name="Draw a line").click()
        box = page.locator("#map-view canvas").first.bounding_box()
        for i in range(25):
            x = box["x"] + box["width"] * (0.15 + 0.028 * i)
            y = box["y"] + box["height"] * (0.75 - 0.02 * i)
            page.mouse.move(x, y)
            if not i:
                page.mouse.down()
        page.mouse.up()
    elif tab == "square":
        box = page.locator("#square-view canvas").first.bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    else:
        # Without the recipe, it is like a file from elsewhere.
        read_midi(visit.download("midi", folder)).write_midi(folder / "My song.mid")
        page.locator(".mg-drop input[type=file]").last.set_input_files(folder / "My song.mid")
        page.get_by_text("Tracks and their parts").click()
    visit.wait_for_sound(before)


if __name__ == "__main__":
    main()
