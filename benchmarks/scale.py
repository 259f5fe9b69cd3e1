"""Measures the cost of each step for a thousand songs, with one worker and with two.

python -m benchmarks.scale POP909 POP909-CL
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from musegen.batch import draw_pieces, write_many
from musegen.datasets import pop909
from musegen.datasets.build import build_phrases
from musegen.music.phrase_set import PhraseSet
from musegen.parallel import WorkerPool

_SONGS = 64
_FEW = 16
_BARS = 16
_PRIOR_STEPS = 24  # four of each length


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="+", type=Path, help="with POP909 and POP909-CL")
    parser.add_argument("--training", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.training:
        _train(options.folder[0], options.training)
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        print(f"{'per thousand':40}{'one':>10}{'two':>10}{'two : one':>11}")
        phrases = _corpus(options.folder)
        phrases.save(scratch / "phrases.npz")
        by_song = len(phrases) / len(set(phrases.source))
        steps = [_training_times(scratch, count) for count in (1, 2)]
        train = len(phrases.where("train"))
        epochs = [epoch / train * by_song * 1000 for epoch, _ in steps]
        _show(f"songs of {by_song:.0f} phrases: an epoch of the VAE", *epochs)
        _show("steps of the prior", *(1000 * seconds / _PRIOR_STEPS for _, seconds in steps))
        for what, ending in (("MIDI", ".mid"), ("sound", ".flac")):
            _show(f"pieces of {_BARS} bars: {what}", *_pieces(scratch, ending))


def _show(what: str, one: float, two: float) -> None:
    print(f"{what:40}{one:8.0f} s{two:8.0f} s{two / one:11.2f}", flush=True)


def _each(work: Callable[[int], object], few: int, many: int) -> float:
    """Seconds for one more item, so that the time to start does not count."""
    times = []
    for count in (few, many):
        start = time.monotonic()
        work(count)
        times.append(time.monotonic() - start)
    return (times[1] - times[0]) / (many - few)


def _corpus(folders: list[Path]) -> PhraseSet:
    """Read songs, by one process and by two."""
    sources = pop909.find_sources(folders)

    def read(count: int, workers: int) -> PhraseSet:
        return build_phrases(sources[:count], WorkerPool(workers=workers))[0]

    seconds = [_each(partial(read, workers=workers), _FEW, _SONGS) for workers in (1, 2)]
    _show("songs: read", *(1000 * each for each in seconds))
    return read(_SONGS, 1)


def _training_times(scratch: Path, count: int) -> tuple[float, float]:
    """Seconds of an epoch of the VAE and of the prior, each without the first epoch."""
    folder = scratch / f"{count}"
    ports = []
    for _ in range(count):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    # Each worker gets cores of its own: more threads would mostly wait for each other.
    threads = str(max(1, (os.cpu_count() or 1) // count))
    own = {"OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads}
    words = [scratch / "phrases.npz", "--training", folder]
    workers = []
    for index in range(count):
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})
        workers.append(
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.scale", *words],
                env={**os.environ, **own, "TF_CONFIG": config},
                stdout=subprocess.DEVNULL,
            )
        )
    if any(worker.wait() for worker in workers):
        raise SystemExit("training failed")
    return _last_epoch(folder / "train.csv"), _last_epoch(folder / "prior.csv")


def _train(phrases: Path, folder: Path) -> None:
    """Train two epochs of the VAE and the prior in the size of the shipped ones, as one worker."""
    from musegen.model.environment import prefer_speed

    prefer_speed()
    from musegen.model.config import default_config
    from musegen.training.distributed import join_workers
    from musegen.training.prior import train_prior
    from musegen.training.vae import train_vae

    model, prior, training = default_config("song")
    training = replace(training, epochs=2, prior_epochs=2, prior_steps=_PRIOR_STEPS)
    loaded = PhraseSet.load(phrases)
    with join_workers() as group:
        vae = train_vae(loaded, folder, model, training, group=group)
        train_prior(vae, loaded, folder, prior, training, group=group)


def _last_epoch(log: Path) -> float:
    with log.open(newline="") as file:
        return float(list(csv.DictReader(file))[-1]["seconds"])


def _pieces(scratch: Path, ending: str) -> list[float]:
    """Seconds for a thousand pieces."""
    make = partial(draw_pieces, seed=0, bars=_BARS)

    def write(count: int, workers: int) -> None:
        write_many(make, count, _BARS, [scratch / f"piece{ending}"], WorkerPool(workers=workers))

    write(1, 1)  # loads the model in this process
    # Counted from the first round of work of two workers, in whole rounds of sixteen pieces each.
    return [1000 * _each(partial(write, workers=workers), 32, 64) for workers in (1, 2)]


if __name__ == "__main__":
    main()
