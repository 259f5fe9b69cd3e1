"""What went wrong, as a visitor reads it, and as whoever runs the page finds it in the log."""

from __future__ import annotations

import html
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from musegen.errors import AudioError, Cancelled, is_disk_full
from musegen.server.gradio_adapter import current_request
from musegen.server.model_loader import ModelError
from musegen.server.queue import BusyError

__all__ = ["line_of", "one_line", "tell"]

_MOST = 300  # characters of a line: it may quote what was sent
_log = logging.getLogger(__name__)


@contextmanager
def one_line() -> Iterator[None]:
    """Turn whatever goes wrong into one friendly line on the page, and one in the log."""
    try:
        yield
    except gr.Error:
        raise
    except Cancelled as error:  # nobody waits for the answer
        raise gr.Error(str(error), print_exception=False) from None
    except Exception as error:
        line = line_of(error)
        if line.split(" ")[0].isalpha():  # and not a file's name, which stays as it is
            line = line[:1].upper() + line[1:]
        raise gr.Error(_plain(line), title="That did not work", print_exception=False) from None


def line_of(error: Exception) -> str:
    """What a visitor is told of an error; it is noted in the log with the request's number.

    What a visitor can do otherwise is said to them alone. Where this computer is at fault they are
    told the number, too, so that whoever runs the page can find the line. Of what nobody expected
    the log has all.
    """
    number = _number()
    said = " ".join(str(error).split())[:_MOST]
    if isinstance(error, ValueError | BusyError):  # MusicError is one
        _log.info("request %s refused: %s", number, said)
        _log.debug("how it came to it:", exc_info=True)
        return said
    if isinstance(error, OSError | MemoryError):
        _log.error("request %s failed: %s: %s", number, type(error).__name__, said)
        if is_disk_full(error):
            line = "the disk of this computer is full: try again later"
        else:
            line = "this computer has too little left to do that: try again later"
    elif isinstance(error, AudioError | ModelError):
        _log.error("request %s failed: %s", number, said)
        line = f"the model is not there: {said}" if isinstance(error, ModelError) else said
    else:
        _log.error("request %s failed: %s", number, said, exc_info=True)
        line = "something is wrong here, and was noted: try again, or something else"
    return f"{line} (request {number})"


def _number() -> str:
    """Of the request that is answered: the beginning of what Gradio calls it."""
    request = current_request()
    return ((request.id if request else "") or secrets.token_hex(4))[:8]


def tell(line: str) -> None:
    """Tell a visitor something that is no mistake."""
    gr.Info(_plain(line))


def _plain(line: str) -> str:
    if len(line) > _MOST:
        line = line[: _MOST - 1] + "…"
    return html.escape(line, quote=False)  # the page takes it for markup
