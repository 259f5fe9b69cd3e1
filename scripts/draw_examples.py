"""Draw the examples of the page again, after the checkpoints or the examples have changed.

``python scripts/draw_examples.py`` writes ``checkpoints/examples.npz``.
"""

from __future__ import annotations

from musegen.files import CHECKPOINTS
from musegen.generator import load
from musegen.model.fingerprint import fingerprint
from musegen.recipe.examples import EXAMPLES, EXAMPLES_FILE, save_examples
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import Recipe


def main() -> None:
    """Draw each example, without its sound settings, and write the file."""
    model = load()
    runner = RecipeRunner(lambda: model)
    pieces = {name: runner.run(Recipe(source=recipe.source)) for name, recipe in EXAMPLES.items()}
    save_examples(pieces, EXAMPLES_FILE, fingerprint(CHECKPOINTS))
    print(f"{EXAMPLES_FILE}: {EXAMPLES_FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
