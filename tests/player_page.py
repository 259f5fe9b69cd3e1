"""A page with the player alone, for tests: `python tests/player_page.py PORT FILE.mid...`.

It needs no model. A button for each file shows it; one line tells the events that came.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import gradio as gr

from musegen.music import read_midi
from musegen.studio.layout import FILE
from musegen.studio.player import player
from musegen.studio.takes import Take, facts
from musegen.studio.theme import theme


def main() -> None:
    port, *files = sys.argv[1:]
    with gr.Blocks(title="Player", fill_width=True) as page:
        take = gr.State()
        stage = player(elem_id="player")
        told = gr.Textbox("", elem_id="told", label="Told")
        for file in files:
            name = Path(file).stem
            piece = read_midi(file)
            half = len(piece) // 2 * 2
            shown = Take(
                piece, name, f"musegen-{name}", facts(piece), marks=((0, "A"), (half, "B"))
            )
            gr.Button(name, elem_id=name).click(
                lambda shown=shown: (replace(shown), shown.picture()), None, [take, stage]
            ).success(lambda shown=shown: shown.sound(None), None, stage)

        def other(take: Take) -> tuple[Take, object]:
            take = replace(take, piece=take.piece.with_programs({"lead": 73}))
            return take, take.sound(None)

        gr.Button("Other instrument", elem_id="other").click(other, take, [take, stage])

        def tell(event: gr.EventData) -> str:
            return f"phrase {event._data['index']}"

        stage.phrase(tell, None, told)
        stems = gr.File(visible=False)
        made = stage.stems(lambda take: str(take.stems_file(None)), take, stems)
        made.success(None, stems, None, js=FILE)
    page.launch(
        server_port=int(port),
        theme=theme(),
        css=resources.files("musegen.studio").joinpath("studio.css").read_text("utf-8"),
        head=resources.files("musegen.studio").joinpath("head.html").read_text("utf-8"),
        ssr_mode=False,
    )


if __name__ == "__main__":
    main()
