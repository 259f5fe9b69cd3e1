"""Errors become one line for visitors and one for whoever runs the page."""

from __future__ import annotations

import logging
import re

import gradio as gr
import pytest

from musegen.errors import Cancelled, MusicError
from musegen.server.queue import BusyError
from musegen.web.errors import error_message, report_errors


@pytest.mark.parametrize(
    ("error", "message", "level"),
    [
        (MusicError("choose a MIDI file first"), "choose a MIDI file first", "INFO"),
        (OSError(28, "No space left"), r"the disk of this computer is full.* \(request", "ERROR"),
        (
            OSError(24, "Too many open files"),
            r"this computer has too little.* \(request",
            "ERROR",
        ),
        (PermissionError(13, "secret"), r"a file on this computer .* \(request", "ERROR"),
        (MemoryError(), r"this computer has too little.* \(request", "ERROR"),
        (ValueError("secret"), r"this is a fault of ours.* \(request", "ERROR"),
        (BusyError("many people are here"), "many people are here", "INFO"),
        (ZeroDivisionError("secret"), r"this is a fault of ours.* \(request", "ERROR"),
    ],
)
def test_an_error_is_one_line_for_the_visitor_and_one_in_the_log(error, message, level, caplog):
    with caplog.at_level(logging.INFO):
        try:
            raise error
        except Exception as caught:
            line = error_message(caught)
    assert re.match(message, line)
    assert "secret" not in line
    (record,) = caplog.records
    assert record.levelname == level
    assert bool(record.exc_info) == (str(error) == "secret")
    number = re.search(r"request (\w{8})", record.getMessage())[1]
    assert (f"(request {number})" in line) == (level == "ERROR")


def test_a_handler_raises_only_errors_that_visitors_can_read():
    with pytest.raises(gr.Error) as caught, report_errors():
        raise ZeroDivisionError("<b>secret</b>")
    assert caught.value.message.startswith("This is a fault of ours")
    assert not caught.value.print_exception


def test_cancelled_work_leaves_nothing_in_the_log(caplog):
    with caplog.at_level(logging.INFO), pytest.raises(gr.Error) as caught, report_errors():
        raise Cancelled
    assert not caught.value.print_exception
    assert not caplog.records
