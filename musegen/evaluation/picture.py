"""Draws the report: measures with their baselines, and piano rolls of a few phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from musegen.evaluation.measures.statistics import Measure
from musegen.files import atomic_write
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_BEAT, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase

__all__ = ["draw_picture"]

_COLORS = dict(zip(PARTS, ("#d1495b", "#edae49", "#4f9d69", "#30638e", "#6b4e71"), strict=True))
_MAX_SHOWN = 2.5  # blended notes cost a language model twice what their ends do
_OURS, _THEIRS = "#30638e", "#d1495b"


def draw_picture(
    path: str | Path,
    title: str,
    measures: Mapping[str, Measure],
    examples: Mapping[str, Sequence[Phrase]],
) -> None:
    """Write a PNG.

    Parameters
    ----------
    path : path
    title : str
    measures : mapping of str to Measure
        Shares and ratios are drawn; larger numbers, such as errors with units, are not.
    examples : mapping of str to sequence of Phrase
        Phrases by kind; each kind is a row of piano rolls.
    """
    shown = {name: m for name, m in measures.items() if _is_share(m)}
    wide = max((len(phrases) for phrases in examples.values()), default=0)
    bars_high = 0.2 * len(shown) + 0.9
    # Without pyplot, which needs a screen and keeps figures in memory.
    figure = Figure(figsize=(10, bars_high + 1.5 * len(examples)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=10)
    heights = [bars_high, *[1.4] * len(examples)]
    grid = figure.add_gridspec(len(heights), max(1, wide), height_ratios=heights)
    _bars(figure.add_subplot(grid[0, :]), shown)
    for i, (kind, phrases) in enumerate(examples.items(), start=1):
        for j, phrase in enumerate(phrases):
            _roll(figure.add_subplot(grid[i, j]), phrase, f"{kind} {j + 1}")
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=80)


def _is_share(measure: Measure) -> bool:
    return max(measure.value, measure.baseline or 0) <= _MAX_SHOWN


def _bars(axes: Axes, measures: Mapping[str, Measure]) -> None:
    for row, measure in enumerate(measures.values()):
        axes.barh(row, measure.value, color=_OURS, alpha=0.75, height=0.7)
        if measure.low is not None and measure.high is not None:
            axes.plot([measure.low, measure.high], [row, row], color="black", linewidth=1.5)
        if measure.baseline is not None:
            axes.plot(measure.baseline, row, "D", color=_THEIRS, markersize=4)
            axes.annotate(
                measure.baseline_is,
                (1.01, row),
                xycoords=("axes fraction", "data"),
                fontsize=7,
                color=_THEIRS,
                va="center",
            )
    axes.plot([], [], "D", color=_THEIRS, markersize=4, label="baseline")
    axes.plot([], [], color="black", linewidth=1.5, label="95 % interval")
    axes.set_yticks(range(len(measures)), list(measures), fontsize=7)
    axes.set_ylim(len(measures) - 0.5, -0.5)
    axes.set_xlim(0, None)
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(axis="x", labelsize=7)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=7, frameon=False)


def _roll(axes: Axes, phrase: Phrase, title: str) -> None:
    for note in phrase.notes:
        axes.barh(
            int(note["pitch"]),
            min(int(note["duration"]), STEPS_PER_PHRASE - int(note["onset"])),
            left=int(note["onset"]),
            height=1,
            color=_COLORS[PARTS[note["part"]]],
            alpha=0.4 + 0.6 * int(note["velocity"]) / 127,
        )
    drums = bool((phrase.notes["part"] == DRUMS).any())
    axes.set_xlim(0, STEPS_PER_PHRASE)
    axes.set_ylim((34, 53) if drums else (28, 100))
    axes.set_xticks(range(0, STEPS_PER_PHRASE, STEPS_PER_BEAT))
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(labelbottom=False, labelsize=6)
    axes.set_title(title, fontsize=7)
