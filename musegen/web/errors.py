"""Reports errors: one line for the visitor on the page, and one for the operator in the log."""

from __future__ import annotations

import errno
import html
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import gradio as gr

from musegen.errors import (
    AudioError,
    Cancelled,
    CheckpointError,
    MuseGenError,
    MusicError,
    is_disk_full,
)
from musegen.recipe.codec import checkpoint_notice
from musegen.server.gradio_adapter import current_request
from musegen.server.model_loader import ModelError

__all__ = ["error_message", "notify", "notify_of_other_checkpoints", "report_errors"]

# The system has no memory, open files or processes left.
_SCARCE = (errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN)
_MAX_LENGTH = 300  # characters: a message may quote what a visitor sent
_logger = logging.getLogger(__name__)


@contextmanager
def report_errors() -> Iterator[None]:
    """Turn any error of the block into a `gradio.Error`, which the page shows as one line."""
    try:
        yield
    except gr.Error:
        raise
    except Cancelled as error:  # nobody waits for the answer
        raise gr.Error(str(error), print_exception=False) from None
    except Exception as error:
        message = error_message(error)
        if message.split(" ")[0].isalpha():  # the name of a file keeps its small letter
            message = message[:1].upper() + message[1:]
        raise gr.Error(_escape(message), title="That did not work", print_exception=False) from None


def error_message(error: Exception) -> str:
    """Log an error and return the line that the visitor is shown.

    A `MuseGenError` about the visitor's request is shown as it is. Other lines end in the number
    of the request, by which the operator finds the entry in the log. An error that is no
    `MuseGenError` is a bug: the log gets its traceback, the visitor an apology.
    """
    number = _request_number()
    text = " ".join(str(error).split())[:_MAX_LENGTH]
    if isinstance(error, OSError | MemoryError):  # `FileError` too, which names a path of ours
        _logger.error("request %s failed: %s: %s", number, type(error).__name__, text)
        if is_disk_full(error):
            message = "the disk of this computer is full: try again later"
        elif isinstance(error, MemoryError) or error.errno in _SCARCE:
            message = "this computer has too little memory left: try again later"
        else:
            message = "a file on this computer cannot be read or written: try again later"
    elif isinstance(error, ModelError | CheckpointError):
        _logger.error("request %s failed: %s", number, text)
        message = f"the model is not available: {text}"
    elif isinstance(error, AudioError):
        _logger.error("request %s failed: %s", number, text)
        message = text
    elif isinstance(error, MuseGenError):
        _logger.info("request %s refused: %s", number, text)
        return text
    else:
        _logger.error("request %s failed: %s", number, text, exc_info=error)
        message = "this is a fault of ours, and it was logged: try again or try something else"
    return f"{message} (request {number})"


def _request_number() -> str:
    """Return the start of the number that Gradio gives to the current request."""
    request = current_request()
    return ((request.id if request else "") or secrets.token_hex(4))[:8]


def notify(message: str) -> None:
    """Show the visitor a line that is no error."""
    gr.Info(_escape(message[:1].upper() + message[1:]))


def notify_of_other_checkpoints(text: str | None) -> None:
    """Tell the visitor if a recipe that comes from outside was made with other checkpoints.

    Nothing is said about a text that is no recipe: whoever reads it reports that.
    """
    with suppress(MusicError):
        notice = checkpoint_notice(text) if text else None
        if notice:
            notify(notice)


def _escape(message: str) -> str:
    if len(message) > _MAX_LENGTH:
        message = message[: _MAX_LENGTH - 1] + "…"
    return html.escape(message, quote=False)  # the page shows it as HTML
