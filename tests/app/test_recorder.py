"""Singing into the page, in a real browser."""

from __future__ import annotations

import pytest
from support.visits import Visit, serious_findings

REFUSED = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("", "NotAllowedError");
    };
}"""


@pytest.fixture(scope="module")
def remix(page) -> Visit:
    page.tab("Remix")
    return page


def test_a_refused_microphone_is_told_and_what_plays_stays(remix) -> None:
    before = remix.data("id")
    remix.page.evaluate(REFUSED)
    remix.page.get_by_role("button", name="Sing or hum a tune").click()
    remix.page.get_by_text("The microphone was not allowed").wait_for()
    assert remix.data("id") == before
    assert serious_findings(remix, "#recorder") == []
