"""What went wrong, as a visitor reads it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from musegen.audio import AudioError
from musegen.music import MusicError
from musegen.studio.loading import ModelError

__all__ = ["one_line", "tell"]

_MOST = 300  # characters of a line: it may quote what was sent


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what a visitor can cause into one friendly line on the page."""
    try:
        yield
    except (MusicError, ValueError, AudioError) as error:
        raise _friendly(str(error)) from None
    except ModelError as error:
        raise _friendly(f"the model is not there: {error}") from None


def tell(line: str) -> None:
    """Tell a visitor something that is no mistake."""
    gr.Info(_plain(line))


def _friendly(line: str) -> gr.Error:
    if line.split(" ")[0].isalpha():  # and not a file's name, which stays as it is
        line = line[:1].upper() + line[1:]
    return gr.Error(_plain(line), title="That did not work", print_exception=False)


def _plain(line: str) -> str:
    if len(line) > _MOST:
        line = line[: _MOST - 1] + "…"
    return html.escape(line, quote=False)  # the page takes it for markup
