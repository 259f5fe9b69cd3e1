"""Writes model cards from reports: ``python -m musegen.evaluation.card DIR``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from string import Template

from musegen.files import atomic_write

__all__ = ["write_card"]

_ABOUT = {
    "song": {
        "title": "MuseGen song",
        "license": "mit",
        "what": "lead, counter melody, chords and bass, each coded by itself",
        "data": (
            "[POP909](https://github.com/music-x-lab/POP909-Dataset) (Wang et al., ISMIR 2020, MIT)"
            " on the corrected beat grid of"
            " [POP909-CL](https://github.com/AndyWeasley2004/POP909-CL-Dataset) (MIT): the songs"
            " wholly in 4/4, each two bars from each bar on; sections from [POP909-Structure]"
            "(https://github.com/Dsqvival/hierarchical-structure-analysis) (MIT). Songs whose"
            " number ends in 9, or in 8 after an even digit, were never trained on; those ending in"
            " 8 after an odd digit chose when to stop. Also bands of"
            " [Freedoom](https://github.com/freedoom/freedoom) (BSD-3),"
            " [Simutrans](https://github.com/simutrans/simutrans) (Artistic 1.0),"
            " [Tanner Helland](https://github.com/tannerhelland/free-music) (CC BY 4.0) and"
            " [EasyRPG](https://github.com/EasyRPG/RTP) (CC BY 4.0), the"
            " [OpenScore Lieder Corpus](https://github.com/OpenScore/Lieder) (CC0) and the"
            " [Open Hymnal](http://openhymnal.org) (public domain), of each a tenth of the pieces"
            " left out"
        ),
        "corpus": "pop909 POP909 POP909-CL",
        "limits": (
            "Draws are pop unless another style is asked for; of the others it knows few pieces."
            " Bands come back less faithfully than pop songs do. Keys outside a piano's move by"
            " octaves"
        ),
    },
    "drums": {
        "title": "MuseGen drums",
        "license": "mit",
        "what": "a human drummer's nine drum classes, velocities and timing offsets",
        "data": (
            "the [Groove MIDI Dataset](https://magenta.tensorflow.org/datasets/groove) (Gillick et"
            " al., ICML 2019, [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)): the"
            " performances in 4/4, each two bars from each bar on. Its validation and test"
            " performances were never trained on; a twentieth of its training performances chose"
            " when to stop. The prior has also heard the drums of the bands that `song` was trained"
            " on, with the touch of these drummers"
        ),
        "corpus": "groove GROOVE",
        "limits": (
            "Ten drummers, mostly rock, funk and jazz. Percussion of no class (cowbell, clap) is"
            " played by the nearest class; of more than two hits of one class in a sixteenth the"
            " two loudest stay"
        ),
    },
}

_CARD = Template("""---
license: $license
library_name: keras
pipeline_tag: other
tags:
- music
- midi
- music-generation
- variational-autoencoder
- flow-matching
---

# $title

A variational autoencoder of $what, two bars at a time, and a flow-matching prior over the
sequence of its latents. It is part of MuseGen, a place to explore a latent space of music;
`docs/model.md` describes the architecture.

## Use

```python
from musegen.model.latent_space import LatentSpace

space = LatentSpace("checkpoints/$kind")
z = space.encode(phrases)  # latents, (n, $latent_dim)
phrases = space.decode(z)
path = space.to_latents(noise)  # noise ~ N(0, I), (pieces, phrases, $latent_dim)
```

## Data

Trained on $data.

## Numbers

$phrases phrases of $sources sources of the $split split, decoded greedily, with 95 % intervals from
a bootstrap over sources. A classifier's accuracy of .5 is perfect: it cannot tell generated music
from people's. What tells reconstructions is lost in encoding and decoding; without velocities or
lengths, the classifier does not see these. What is called chance is measured against another song's
chords, band or drums. Measured with

    python -m musegen corpus $corpus --out $kind.npz
    python -m musegen evaluate checkpoints/$kind --phrases $kind.npz \\
        --json checkpoints/$kind/evaluation.json

| measure | value | 95 % interval | baseline | what the baseline is |
|---|---|---|---|---|
$rows

![The numbers as bars beside their baselines, and piano rolls of phrases](evaluation.png)

## Training

$parameters numbers in half precision. The VAE: Adam, $epochs epochs in $minutes minutes, most
of them on two CPU cores (bfloat16 through oneDNN). The prior: $prior_epochs epochs of 200 steps in
$prior_minutes minutes. `docs/model.md` has the details, `train.csv` and `prior.csv` have every
loss, and `docs/training.md` how it was trained. To train one like it on one dataset alone:

    python -m musegen train $kind --phrases $kind.npz --checkpoint checkpoints/$kind

## Limits

$limits.
""")


def write_card(folder: str | Path) -> None:
    """Write a checkpoint's ``README.md`` from its configs, logs and ``evaluation.json``."""
    folder = Path(folder)
    report = json.loads((folder / "evaluation.json").read_text())
    config = json.loads((folder / "vae.json").read_text())
    rows = [_row(name, **measure) for name, measure in report["measures"].items()]
    logs = {name: _log(folder / f"{name}.csv") for name in ("train", "prior")}
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors")) / 2
    text = _CARD.substitute(
        _ABOUT[config["kind"]],
        kind=config["kind"],
        latent_dim=config["latent_dim"],
        split=report["split"],
        sources=report["sources"],
        phrases=f"{report['phrases']:,}",
        rows="\n".join(rows),
        parameters=f"{size / 1e6:.1f} million",
        epochs=logs["train"][0],
        minutes=logs["train"][1],
        prior_epochs=logs["prior"][0],
        prior_minutes=logs["prior"][1],
    )
    with atomic_write(folder / "README.md") as temporary:
        temporary.write_text(text)


def _row(
    name: str,
    value: float,
    low: float | None,
    high: float | None,
    baseline: float | None,
    baseline_is: str,
) -> str:
    interval = "" if low is None else f"{low:.3f} to {high:.3f}"
    other = "" if baseline is None else f"{baseline:.3f}"
    return f"| {name} | {value:.3f} | {interval} | {other} | {baseline_is} |"


def _log(path: Path) -> tuple[int, int]:
    """Return the epochs and minutes of a training."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return len(rows), round(sum(float(row["seconds"]) for row in rows) / 60)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write_card(name)
