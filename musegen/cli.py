"""The command line: ``python -m musegen``."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.audio import FORMATS, fluidsynth_problem, render, write_audio
from musegen.batch import MIDI, PATH, draw_pieces, vary_file, write_many, write_piece
from musegen.errors import MuseGenError, MusicError, MusicWarning, WorkerError, is_disk_full
from musegen.latent.forms import DEFAULT_FORM, FORMS, section_order
from musegen.latent.paths import stack_path, write_paths
from musegen.limits import DEFAULT_TEMPERATURE
from musegen.music import Piece
from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.parallel import DASK, PROCESSES, WorkerPool
from musegen.reading import read_midi

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["main"]

_LARGEST_COUNT = 100_000  # pieces of 16 bars: 3 hours on two cores, and 250 MB of MIDI
_MOST_WORKERS = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``python -m musegen``; those of this process without it.

    Returns
    -------
    int
        Exit status: 0, or 1 after one line on stderr about a file or figure that cannot be used.
        A wrong call raises ``SystemExit(2)`` after one such line.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            options.run(options)
    except KeyboardInterrupt:
        print("musegen: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except MuseGenError as error:
        return _fail(str(error))
    except OSError as error:
        if is_disk_full(error):
            return _fail("the disk is full: make room and try again")
        place = f" {error.filename}" if error.filename else ""
        return _fail(f"cannot read or write{place}: {error.strerror or error}")
    return 0


def _fail(message: str) -> int:
    print(f"musegen: {message}", file=sys.stderr)
    return 1


def _show_warning(message: Warning, category: type[Warning], *_: object, **__: object) -> None:
    if issubclass(category, MusicWarning):
        print(f"musegen: {message}", file=sys.stderr)


# Commands -----------------------------------------------------------------------------------------


def _random(options: argparse.Namespace) -> None:
    seed = options.seed
    if seed is None:
        seed = secrets.randbelow(2**31)
        print(f"seed {seed}", file=sys.stderr)
    make = partial(
        draw_pieces,
        seed=seed,
        bars=options.bars,
        form=options.form,
        temperature=options.temperature,
        **dict(options.set),
    )
    _write_many(make, options, options.bars)


def _interpolate(options: argparse.Namespace) -> None:
    read = [_seed_or_piece(text) for text in (options.a, options.b)]
    mg = _load()
    ends = [
        mg.random(end, options.bars) if isinstance(end, int) else end.first(options.bars)
        for end in read
    ]
    _save_one(mg, mg.interpolate(*ends, steps=options.steps), options.out)


def _reconstruct(options: argparse.Namespace) -> None:
    piece = read_midi(options.input)
    mg = _load()
    again = mg.adjust(piece, **dict(options.set)) if options.set else mg.reconstruct(piece)
    _save_one(mg, again, options.out)


def _vary(options: argparse.Namespace) -> None:
    bars = read_midi(options.input).bars
    make = partial(
        vary_file,
        file=Path(options.input).absolute(),
        similarity=options.similarity,
        changes=dict(options.set),
    )
    _write_many(make, options, bars)


def _render(options: argparse.Namespace) -> None:
    _say_renderer()
    audio, rate = render(read_midi(options.input), options.soundfont)
    write_audio(options.out, audio, rate)


def _corpus(options: argparse.Namespace) -> None:
    from musegen.datasets import build_corpus

    phrases, summary = build_corpus(options.kind, options.source, _pool(options))
    phrases.save(options.out)
    print(summary)


def _train(options: argparse.Namespace) -> None:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # see musegen.model
    from musegen.model.checkpoint import load_vae
    from musegen.model.config import default_config
    from musegen.music.phrase_set import PhraseSet
    from musegen.training.attributes import train_attribute_controls
    from musegen.training.distributed import join_workers
    from musegen.training.prior import train_prior
    from musegen.training.vae import train_vae

    phrases = PhraseSet.load(options.phrases)
    folder = Path(options.checkpoint)
    vae_config, prior_config, training = default_config(options.kind)
    with join_workers() as workers:
        train_vae(phrases, folder, vae_config, training, options.resume, workers)
        resume = options.resume and (folder / "prior.csv").exists()
        # The prior is of the best VAE, as it is shipped, not of the last.
        vae = load_vae(folder)
        train_prior(vae, phrases, folder, prior_config, training, resume, workers)
        if workers.is_chief:
            train_attribute_controls(vae, phrases, folder)


def _evaluate(options: argparse.Namespace) -> None:
    from musegen.evaluation import evaluate
    from musegen.music.phrase_set import PhraseSet

    report = evaluate(Path(options.checkpoint), PhraseSet.load(options.phrases))
    if options.json:
        report.save(options.json)
    print(report)


def _map(options: argparse.Namespace) -> None:
    from musegen.map.layout import make_map, measure_neighbours

    mg = _load()
    phrase_map = make_map(mg, options.points)
    phrase_map.save(options.out)
    print("how alike     neighbours  any two")
    for name, (near, any_two) in measure_neighbours(mg, phrase_map).items():
        print(f"{name:14}{near:10.2f}{any_two:9.2f}")


# Helpers ------------------------------------------------------------------------------------------


def _load() -> MuseGen:
    from musegen.generator import load

    return load()


def _seed_or_piece(text: str) -> int | Piece:
    if text.isascii() and text.isdigit():
        if len(text) > 16:  # over the largest seed, and perhaps more digits than Python reads
            raise MusicError(f"seed {text[:20]}… is too large: take one under {2**53}")
        return int(text)
    return read_midi(text)


def _save_one(mg: MuseGen, piece: Piece, outs: Sequence[Path]) -> None:
    if piece.path is None and any(out.suffix == PATH for out in outs):
        piece = replace(piece, path=mg.encode(piece))
    for out in outs:
        if out.suffix == PATH:
            write_paths(out, stack_path(piece.path))
    _say_renderer_of(outs)
    write_piece(piece, outs)


def _write_many(make: Callable, options: argparse.Namespace, bars: int) -> None:
    pool = _pool(options)
    if pool == WorkerPool():
        pool = WorkerPool(workers=1)  # the model keeps the cores busy by itself
    _say_renderer_of(options.out)
    write_many(make, options.count, bars, options.out, pool)


def _pool(options: argparse.Namespace) -> WorkerPool:
    if options.workers and "://" in options.engine:
        raise WorkerError("a running cluster has the workers that it has: leave --workers out")
    return WorkerPool(options.engine, options.workers)


def _say_renderer_of(outs: Sequence[Path]) -> None:
    if any(out.suffix in FORMATS for out in outs):
        _say_renderer()


def _say_renderer() -> None:
    problem = fluidsynth_problem()
    if problem:
        print(f"musegen: {problem}", file=sys.stderr)


# The parser ---------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        # argparse prints the whole usage first; one line says it.
        self.exit(2, f"musegen: {message} (see {self.prog} --help)\n")


def _out(*endings: str) -> Callable[[str], Path]:
    def path(text: str) -> Path:
        found = Path(text)
        if found.suffix not in endings:
            raise argparse.ArgumentTypeError(f"{text!r} does not end in {' or '.join(endings)}")
        return found

    return path


def _form(text: str) -> str:
    try:
        section_order(text, 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _number_between(kind: type, low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            word = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} is not {word} from {low} to {high}")
        return value

    return number


def _engine_name(text: str) -> str:
    if text not in (PROCESSES, DASK) and "://" not in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not {PROCESSES}, {DASK} or an address like tcp://10.0.0.5:8786"
        )
    return text


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name not in ATTRIBUTES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an attribute and a number, like density=1.5; there are "
            + ", ".join(ATTRIBUTES)
        )
    return name, _number_between(float, -MAX_ATTRIBUTE_CHANGE, MAX_ATTRIBUTE_CHANGE)(value)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m musegen", description="Explore a latent space of music.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    seed, bars = _number_between(int, 0, 2**53), _number_between(int, 1, 256)
    count = _number_between(int, 1, _LARGEST_COUNT)
    every = _out(MIDI, *FORMATS, PATH)

    def command(name: str, run: Callable, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    def add_out(to: argparse.ArgumentParser) -> None:
        to.add_argument(
            "--out",
            type=every,
            action="append",
            required=True,
            metavar="FILE",
            help="may be given more than once: .mid, .wav, .flac, .ogg, .mp3 or .npy (the path)",
        )

    def add_set(to: argparse.ArgumentParser, what: str) -> None:
        to.add_argument(
            "--set",
            type=_setting,
            action="append",
            default=[],
            metavar="NAME=SD",
            help=f"{what}, in standard deviations of the training music, -3 to 3; may be given "
            "more than once: " + ", ".join(ATTRIBUTES),
        )

    def add_engine(to: argparse.ArgumentParser, usual: str) -> None:
        to.add_argument(
            "--workers",
            type=_number_between(int, 1, _MOST_WORKERS),
            metavar="N",
            help=f"processes that work side by side ({usual})",
        )
        to.add_argument(
            "--engine",
            type=_engine_name,
            default=PROCESSES,
            help="processes; dask, a cluster of this machine; or the address of a running Dask "
            "scheduler, like tcp://10.0.0.5:8786, with the workers that it has (default processes)",
        )

    random = command("random", _random, "Draw a piece from the latent space.")
    random.add_argument("--seed", type=seed, help="the same seed gives the same piece")
    random.add_argument("--bars", type=bars, default=16, help="length (default 16)")
    random.add_argument(
        "--form",
        type=_form,
        default=DEFAULT_FORM,
        help=", ".join(FORMS) + f" (default {DEFAULT_FORM})",
    )
    random.add_argument(
        "--temperature",
        type=_number_between(float, 0, 2),
        default=DEFAULT_TEMPERATURE,
        help=f"0 typical … 2 wild (default {DEFAULT_TEMPERATURE:g})",
    )
    random.add_argument("--count", type=count, default=1, help="pieces, of the seeds that follow")
    add_set(random, "where an attribute lies")
    add_engine(random, "default 1")
    add_out(random)

    interpolate = command("interpolate", _interpolate, "Morph one piece into another.")
    interpolate.add_argument("a", metavar="A", help="a seed or a MIDI file")
    interpolate.add_argument("b", metavar="B", help="a seed or a MIDI file")
    interpolate.add_argument(
        "--steps", type=_number_between(int, 2, 64), default=9, help="sections (default 9)"
    )
    interpolate.add_argument(
        "--bars", type=bars, default=16, help="length of an end; a file is cut to it (default 16)"
    )
    add_out(interpolate)

    reconstruct = command("reconstruct", _reconstruct, "Encode a MIDI file and decode it again.")
    reconstruct.add_argument("input", metavar="IN.mid")
    add_set(reconstruct, "by how much an attribute changes")
    add_out(reconstruct)

    vary = command("vary", _vary, "Make variations of a MIDI file.")
    vary.add_argument("input", metavar="IN.mid")
    vary.add_argument(
        "--similarity",
        type=_number_between(float, 0, 1),
        default=0.8,
        help="1 the same … 0 something new (default 0.8)",
    )
    vary.add_argument("--count", type=count, default=1, help="how many")
    add_set(vary, "by how much an attribute changes")
    add_engine(vary, "default 1")
    add_out(vary)

    render = command("render", _render, "Turn a MIDI file into sound.")
    render.add_argument("input", metavar="IN.mid")
    render.add_argument("--out", type=_out(*FORMATS), required=True, metavar="FILE")
    render.add_argument("--soundfont", metavar="SF2", help="a .sf2 or .sf3 file")

    corpus = command("corpus", _corpus, "Turn a data set into phrases.")
    corpus.add_argument("kind", choices=["pop909", "groove", "midi"])
    corpus.add_argument(
        "source", nargs="+", metavar="SOURCE", help="folders; pop909 needs POP909 and POP909-CL"
    )
    add_engine(corpus, "default: as many as there are cores")
    corpus.add_argument("--out", type=_out(".npz"), required=True, metavar="PHRASES.npz")

    train = command("train", _train, "Train a VAE and its prior.")
    train.add_argument("kind", choices=["song", "drums"])
    train.add_argument("--phrases", required=True, metavar="PHRASES.npz")
    train.add_argument("--checkpoint", required=True, metavar="DIR")
    train.add_argument("--resume", action="store_true", help="go on where it was stopped")

    evaluate = command("evaluate", _evaluate, "Measure a checkpoint on phrases.")
    evaluate.add_argument("checkpoint", metavar="DIR")
    evaluate.add_argument("--phrases", required=True, metavar="PHRASES.npz")
    evaluate.add_argument("--json", type=_out(".json"), metavar="FILE")

    map_ = command(
        "map", _map, "Lay out phrases of the checkpoints so that neighbours sound alike."
    )
    map_.add_argument(
        "--points",
        type=_number_between(int, 200, 20_000),
        default=4000,
        help="phrases, of the seeds from 0 (default 4000)",
    )
    map_.add_argument("--out", type=_out(".npz"), required=True, metavar="MAP.npz")
    return parser
