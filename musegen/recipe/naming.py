"""Names of pieces, on the page and in the names of files, made from their recipes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

import numpy as np

from musegen.latent.interpolation import CURVES
from musegen.latent.plans import read_plan
from musegen.music import Piece
from musegen.music.keys import KEY_NAMES
from musegen.music.notes import BARS_PER_PHRASE
from musegen.recipe.codec import write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.schema import Blend, Cut, Mix, Morph, Notes, Random, Recipe, Source, Vary

__all__ = ["FORM_NAMES", "details", "key_label", "marks", "safe_stem", "shares", "stem", "title"]

FORM_NAMES = {
    "recall": "Like a song",
    "free": "Always new",
    "drift": "Changing slowly",
    "morph": "From one idea to another",
}
"""What the page calls the forms that are not letters."""
_SECTIONS = {"i": "Intro", "o": "Outro"}

_MINORS = ("Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm", "Cm", "C#m", "Dm", "D#m")
_DONE = {
    "accompany": "accompanied",
    "fill": "redrawn",
    "restyle": "restyled",
    "vary": "varied",
    "extend": "longer",
    "reconstruct": "reconstructed",
}

_LONGEST_FORM = 40  # characters of a plan that are shown
_MAX_BYTES = 80  # of a user's name: two of them and an ending stay below the 255 of file systems


def title(recipe: Recipe) -> str:
    """Return a few words that say where a piece comes from."""
    example = _example(recipe)
    if example:
        return example
    name = _name(recipe.source)
    return name[:1].upper() + name[1:] if not isinstance(recipe.source, Notes) else name


def _example(recipe: Recipe) -> str | None:
    """Return the name of the example that a recipe started from, whatever its edits."""
    return next((name for name, one in EXAMPLES.items() if one.source == recipe.source), None)


def _name(source: Source) -> str:
    if isinstance(source, Random):
        return f"seed {source.seed}"
    if isinstance(source, Notes):
        return source.name or "notes"
    if isinstance(source, Morph):
        return f"{_end(source.a)} → {_end(source.b)}"
    if isinstance(source, Mix):
        a, b = _end(source.a), _end(source.b)
        if {source.harmony, source.texture} == {0, 1}:
            return f"{a}, played like {b}" if source.texture else f"{b}, played like {a}"
        return f"{a} mixed with {b}"
    if isinstance(source, Blend):
        return "blend of four"
    return f"place {source.seeds[0]}" if len(source.seeds) == 1 else "a line on the map"


def _end(recipe: Recipe) -> str:
    inner = recipe.source
    if isinstance(inner, Morph | Mix):
        return "a morph" if isinstance(inner, Morph) else "a mix"
    return (_example(recipe) or _name(inner))[:40]


def details(recipe: Recipe, piece: Piece) -> tuple[str, ...]:
    """Return short facts to show under the title, the length first."""
    plural = "bar" if piece.bars == 1 else "bars"
    tempos = {round(phrase.tempo) for phrase in piece.phrases}
    low, high = min(tempos), max(tempos)
    tempo = f"{low} bpm" if low == high else f"{low}–{high} bpm"
    return (
        f"{piece.bars} {plural}",
        *_source_facts(recipe),
        *_edit_facts(recipe),
        tempo,
        key_label(piece.key),
    )


def _source_facts(recipe: Recipe) -> tuple[str, ...]:
    source = recipe.source
    if isinstance(source, Random):
        form = FORM_NAMES.get(source.form, source.form)
        form = form[:1].lower() + form[1:] if source.form in FORM_NAMES else form[:_LONGEST_FORM]
        return (f"seed {source.seed}", form) if _example(recipe) else (form,)
    if isinstance(source, Morph):
        return (f"{source.steps} steps",)
    if isinstance(source, Mix):
        return (f"harmony {source.harmony:.0%} B", f"texture {source.texture:.0%} B")
    return ("original",) if isinstance(source, Notes) and not recipe.edits else ()


def _edit_facts(recipe: Recipe) -> tuple[str, ...]:
    if len(recipe.edits) > 1:
        return (f"{len(recipe.edits)} changes",)
    for edit in recipe.edits:
        if isinstance(edit, Vary) and edit.phrases is None:
            return (f"{edit.similarity:.0%} similar, seed {edit.seed}",)
        return (_DONE.get(edit.do, "1 change"),)
    return ()


def key_label(key: int) -> str:
    """Return the major and the minor name of a key, as in `Phrase.key`: ``C / Am``."""
    return f"{KEY_NAMES[key + 5]} / {_MINORS[key + 5]}"


def stem(recipe: Recipe, piece: Piece) -> str:
    """Return the name of a piece's files without the ending, like ``musegen-seed42-16bars``."""
    source = recipe.source
    if isinstance(source, Random):
        what = f"seed{source.seed}"
    elif isinstance(source, Notes):
        what = safe_stem(source.name)
    elif isinstance(source, Morph):
        ends = (safe_stem(_end(end).replace("seed ", "seed")) for end in (source.a, source.b))
        what = "-to-".join(ends)
    elif isinstance(source, Blend):
        what = f"blend-{source.x * 100:.0f}-{source.y * 100:.0f}"
    elif isinstance(source, Mix):
        what = f"mix-{source.harmony * 100:.0f}-{source.texture * 100:.0f}"
    else:
        what = "map-" + "-".join(map(str, source.seeds[:3]))
    # Edited pieces get other names, because files of one seed may have different music.
    changed = (
        hashlib.sha256(write_recipe(recipe, checkpoints="").encode()).hexdigest()[:6]
        if recipe.edits
        else ""
    )
    return "-".join(filter(None, ("musegen", what, f"{piece.bars}bars", changed)))


def safe_stem(name: str) -> str:
    """Return a user's file name as at most 40 letters of any script, digits and dashes."""
    text = unicodedata.normalize("NFC", Path(name).name)
    # Many scripts write vowels as marks, which are no letters.
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else "-" for c in text)
    short = re.sub("-+", "-", kept).strip("-")[:40].encode()[:_MAX_BYTES]
    return short.decode(errors="ignore").strip("-") or "midi"


def marks(recipe: Recipe, piece: Piece) -> tuple[tuple[int, str], ...]:
    """Return the bar and the name of each section; none if the piece has no sections any more."""
    source = recipe.source
    if any(isinstance(edit, Cut) for edit in recipe.edits):
        return ()
    plan = read_plan(source.form) if isinstance(source, Random) else None
    if plan:
        names = [
            _SECTIONS.get(one.letter, one.letter if one.letter.isupper() else "Bridge")
            for one in plan
        ]
        starts = np.cumsum([0, *(one.bars for one in plan[:-1])]).tolist()
        return tuple(zip(starts, names, strict=True))
    if isinstance(source, Random) and source.form.isupper():
        phrases = -(-source.bars // BARS_PER_PHRASE)
        form = source.form[:phrases]  # a section has a phrase at least
        edges = np.arange(len(form)) * phrases // len(form) * BARS_PER_PHRASE
        return tuple(zip(edges.tolist(), form, strict=True))
    if isinstance(source, Morph):
        names = ["A", *(f"{share:.0%}" for _, share in shares(recipe, piece)[1:-1]), "B"]
        bars = _section(source, recipe, piece)
        return tuple((i * bars, name) for i, name in enumerate(names))
    return ()


def shares(recipe: Recipe, piece: Piece) -> tuple[tuple[int, float], ...]:
    """Return the bar of each section of a morph, and its share of B, 0 to 1."""
    source = recipe.source
    if not isinstance(source, Morph) or any(isinstance(edit, Cut) for edit in recipe.edits):
        return ()
    bars = _section(source, recipe, piece)
    along = CURVES[source.curve](np.linspace(0, 1, source.steps))
    return tuple((i * bars, round(float(t), 4)) for i, t in enumerate(along))


def _section(source: Morph, recipe: Recipe, piece: Piece) -> int:
    added = sum(edit.bars for edit in recipe.edits if edit.do == "extend")
    return (piece.bars - added) // source.steps
