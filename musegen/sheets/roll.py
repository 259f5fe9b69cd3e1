"""The piano roll of a piece as a picture with its title, for link previews and videos."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from musegen.music import Piece
from musegen.music.notes import PARTS

__all__ = ["ROLL_EDGES", "draw_roll"]

_SIZE = (1200, 630)  # pixels, as the sites that show previews recommend
ROLL_EDGES = (60, 1140)
"""Where the music begins and ends, in pixels from the left; time goes evenly between them."""
_MARGIN = ROLL_EDGES[0]
_TOP = 190
_DRUMS_HEIGHT = 90
# As in the player.
_COLOURS = ("#ff8a65", "#ffd166", "#6ea8fe", "#4fd1b5", "#c7b6f5")
_PAPER, _WHITE, _GREY = "#16151a", "#ffffff", "#a8a4ad"


def draw_roll(piece: Piece, title: str, details: str) -> bytes:
    """Return a PNG with the notes of all parts, the drums below the others."""
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    height = _SIZE[1]
    draw.text((_MARGIN, 48), _fitting(title, 52), _WHITE, ImageFont.load_default(52))
    draw.text((_MARGIN, 122), _fitting(details, 28), _GREY, ImageFont.load_default(28))
    notes = piece.notes
    start = piece.seconds_at(piece.played_steps(notes["onset"]))
    end = piece.seconds_at(piece.played_steps(notes["onset"] + notes["duration"]))
    x = (ROLL_EDGES[1] - _MARGIN) / piece.seconds
    for part, colour in reversed(list(enumerate(_COLOURS))):
        own = notes["part"] == part
        is_drums = PARTS[part] == "drums"
        shown = notes["pitch"][own if is_drums else notes["part"] < PARTS.index("drums")]
        if not own.any():
            continue
        pitches = np.unique(shown)
        low, high = int(pitches[0]), int(pitches[-1])
        top = height - _DRUMS_HEIGHT if is_drums else _TOP
        bottom = height - 30 if is_drums else height - _DRUMS_HEIGHT - 20
        row = (bottom - top) / (high - low + 1)
        for left, right, pitch in zip(start[own], end[own], notes["pitch"][own], strict=True):
            y = top + (high - int(pitch)) * row
            first = _MARGIN + x * left
            last = max(_MARGIN + x * right - 1, first + 1)
            draw.rectangle((first, y, last, y + max(2.0, row - 1)), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _fitting(text: str, size: int) -> str:
    """Shorten a line to the width of the picture."""
    most = int((_SIZE[0] - 2 * _MARGIN) / (size * 0.52))
    return text if len(text) <= most else text[: most - 1] + "…"
