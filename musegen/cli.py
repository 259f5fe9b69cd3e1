"""The command line: ``musegen`` or ``python -m musegen``.

argparse stays: with typer or cyclopts each option needs an annotation as long as its
``add_argument``, and errors of one line, ranges, repeated ``--out`` and ``NAME=SD`` need the same
code as here.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.audio import FORMATS, fluidsynth_problem, render_file, write_audio
from musegen.batch import MIDI, PATH, MakePieces, draw_pieces, vary_file, write_many, write_piece
from musegen.drawing import length_of
from musegen.errors import MuseGenError, MusicError, WorkerError, is_disk_full
from musegen.hearing import read_music
from musegen.latent.forms import DEFAULT_FORM, FORMS, section_order
from musegen.latent.paths import stack_path, write_paths
from musegen.latent.plans import read_plan
from musegen.limits import (
    DEFAULT_BARS,
    DEFAULT_SIMILARITY,
    DEFAULT_STEPS,
    DEFAULT_TEMPERATURE,
    GUIDANCES,
    MAX_BARS,
    MAX_SEED,
    MAX_STEPS,
    MAX_STYLE_WEIGHT,
    TEMPERATURES,
)
from musegen.midi import load_playable
from musegen.midi.load import display_text
from musegen.music import Piece
from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.music.keys import key_named
from musegen.music.notes import PARTS, part_index
from musegen.music.similarity import describe_likeness
from musegen.parallel import DASK, PROCESSES, WorkerPool
from musegen.sheets import SHEETS, check_packages

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["main"]

_MAX_COUNT = 100_000  # pieces of 16 bars: 3 hours on two cores, and 250 MB of MIDI
_MAX_WORKERS = 1000
_MAP_POINTS = (200, 20_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of this process if not given.

    Returns
    -------
    int
        Exit status: 0, or 1 after one line on stderr about a file or value that cannot be used.
        A wrong call raises ``SystemExit(2)`` after such a line.
    """
    options = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of libraries
            if isinstance(getattr(options, "out", None), list):
                _check_outs(options.out)
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


# Commands -----------------------------------------------------------------------------------------


def _random(options: argparse.Namespace) -> None:
    bars = length_of(options.form, options.bars)
    seed = options.seed
    if seed is None:
        seed = secrets.randbelow(2**31)
        print(f"seed {seed}", file=sys.stderr)
    make = partial(
        draw_pieces,
        seed=seed,
        bars=bars,
        form=options.form,
        temperature=options.temperature,
        key=options.key,
        chords=options.chords,
        style=dict(options.style),
        guidance=options.guidance,
        **dict(options.set),
    )
    _write_many(make, options, bars)


def _interpolate(options: argparse.Namespace) -> None:
    mg, a, b = _load_ends(options)
    _say_progress("encoding the ends and morphing")
    morph = mg.interpolate(a, b, steps=options.steps, chords=options.chords)
    _save_one(mg, morph, options.out)


def _mix(options: argparse.Namespace) -> None:
    mg, a, b = _load_ends(options)
    _say_progress("encoding both pieces and mixing")
    _save_one(mg, mg.mix(a, b, options.harmony, options.texture), options.out)


def _load_ends(options: argparse.Namespace) -> tuple[MuseGen, Piece, Piece]:
    """Load the models, and the pieces that A and B are, at most `options.bars` long."""
    read = [end if isinstance(end, int) else _read(end) for end in (options.a, options.b)]
    mg, bars = _load(), options.bars
    a, b = (mg.random(end, bars) if isinstance(end, int) else end.first(bars) for end in read)
    return mg, a, b


def _reconstruct(options: argparse.Namespace) -> None:
    piece = _read(options.input)
    mg = _load()
    _say_progress(f"encoding {piece.bars} bars")
    again = mg.adjust(piece, **dict(options.set)) if options.set else mg.reconstruct(piece)
    _save_one(mg, again, options.out)
    if not options.set:
        print(describe_likeness(again.phrases, piece.phrases))


def _accompany(options: argparse.Namespace) -> None:
    piece = _read(options.input)
    mg = _load()
    _say_progress(f"encoding {piece.bars} bars and drawing the other parts")
    made = mg.accompany(
        piece,
        options.keep or ("lead",),
        options.seed,
        options.temperature,
        chords=options.chords,
        style=dict(options.style),
        guidance=options.guidance,
    )
    _save_one(mg, made, options.out)


def _restyle(options: argparse.Namespace) -> None:
    piece, like = _read(options.input), _read(options.like)
    mg = _load()
    _say_progress(f"encoding {piece.bars} bars and {like.bars}")
    made = mg.restyle(piece, like, options.strength, options.guidance)
    _save_one(mg, made, options.out)


def _vary(options: argparse.Namespace) -> None:
    bars = _read(options.input).bars
    _say_progress(f"loading the models and encoding {bars} bars")
    make = partial(
        vary_file,
        file=Path(options.input).absolute(),
        similarity=options.similarity,
        changes=dict(options.set),
        keep_chords=options.keep_chords,
    )
    _write_many(make, options, bars)


def _render(options: argparse.Namespace) -> None:
    if options.out.suffix.lower() in SHEETS:
        _check_outs([options.out])
        write_piece(_read(options.input), [options.out])
        return
    file = load_playable(options.input)
    _say_of(options.input, file.repairs)
    _check_outs([options.out])
    audio, rate = render_file(file, options.soundfont)
    write_audio(options.out, audio, rate)


def _chords(options: argparse.Namespace) -> None:
    piece = _read(options.input)
    print(piece.chords.text(piece.keys))


def _corpus(options: argparse.Namespace) -> None:
    from musegen.datasets import build_dataset

    phrases, summary = build_dataset(options.kind, options.source, _pool(options))
    phrases.save(options.out)
    print(summary)


def _train(options: argparse.Namespace) -> None:
    from musegen.model.environment import prefer_speed
    from musegen.music.phrase_set import PhraseSet

    # Before TensorFlow, which logs what it uses.
    phrases = PhraseSet.join([PhraseSet.load(path) for path in options.phrases])
    prefer_speed()
    from musegen.model.checkpoint import load_vae
    from musegen.model.config import default_config
    from musegen.training.distributed import join_workers
    from musegen.training.train import train_checkpoint

    configs = default_config(options.kind)
    with join_workers() as group:  # before anything else that uses TensorFlow
        partner = load_vae(Path(options.partner)) if options.partner else None
        train_checkpoint(phrases, options.checkpoint, *configs, options.resume, group, partner)


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
    print("similarity    neighbours  any two")
    for name, (neighbours, any_two) in measure_neighbours(mg, phrase_map).items():
        print(f"{name:14}{neighbours:10.2f}{any_two:9.2f}")


# Helpers ------------------------------------------------------------------------------------------


def _load() -> MuseGen:
    _say_progress("loading the models")
    from musegen.generator import load  # imports TensorFlow, which takes seconds

    return load()


def _say_progress(doing: str) -> None:
    """Say what takes seconds, to people: scripts get only what went wrong on stderr."""
    if sys.stderr.isatty():
        print(f"musegen: {doing} …", file=sys.stderr)


def _read(path: str) -> Piece:
    """Read a file or a recording; say on stderr what of it was lost, changed or repaired."""
    piece, report = read_music(path)
    _say_of(path, report.losses)
    return piece


def _say_of(path: str, lines: Iterable[str]) -> None:
    for line in lines:
        print(f"musegen: {display_text(Path(path).name)}: {line}", file=sys.stderr)


def _save_one(mg: MuseGen, piece: Piece, outs: Sequence[Path]) -> None:
    paths = [out for out in outs if out.suffix.lower() == PATH]
    if paths:
        path = stack_path(piece.path or mg.encode(piece))
        for out in paths:
            write_paths(out, path)
    write_piece(piece, outs)


def _write_many(make: MakePieces, options: argparse.Namespace, bars: int) -> None:
    pool = _pool(options)
    if not pool.workers and "://" not in pool.kind:
        pool = replace(pool, workers=1)  # one model keeps all cores busy
    write_many(make, options.count, bars, options.out, pool)


def _pool(options: argparse.Namespace) -> WorkerPool:
    if options.workers and "://" in options.engine:
        raise WorkerError("a running cluster has its own number of workers: leave --workers out")
    return WorkerPool(options.engine, options.workers)


def _check_outs(outs: Sequence[Path]) -> None:
    """Say early what is missing to write some files."""
    if any(out.suffix.lower() in SHEETS for out in outs):
        check_packages()
    problem = fluidsynth_problem() if any(out.suffix.lower() in FORMATS for out in outs) else None
    if problem:
        print(f"musegen: {problem}", file=sys.stderr)


# The parser ---------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        # argparse would print the whole usage first.
        self.exit(2, f"musegen: {message} (see {self.prog} --help)\n")


def _file(*endings: str) -> Callable[[str], Path]:
    def file(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() not in endings:
            raise argparse.ArgumentTypeError(f"{text!r} does not end in {' or '.join(endings)}")
        return path

    return file


def _number(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            word = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(
                f"{text[:30]!r} is not {word} from {low:.16g} to {high:.16g}"
            )
        return value

    return number


_seed = _number(int, 0, MAX_SEED)


def _seed_or_file(text: str) -> int | str:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", text):
        return text
    return text if not text.isdigit() and os.path.exists(text) else int(_seed(text))


def _form(text: str) -> str:
    try:
        if read_plan(text) is None:
            section_order(text, 1)
    except MusicError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _key(text: str) -> str:
    try:
        key_named(text)
    except MusicError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _part(text: str) -> str:
    try:
        part_index(text)
    except MusicError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _style(text: str) -> tuple[str, float]:
    name, separator, weight = text.partition("=")
    return name, _number(float, 0, MAX_STYLE_WEIGHT)(weight) if separator else 1.0


def _engine(text: str) -> str:
    if text not in (PROCESSES, DASK) and "://" not in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not {PROCESSES}, {DASK} or an address like tcp://10.0.0.5:8786"
        )
    return text


def _attribute(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name not in ATTRIBUTES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an attribute and a number, like density=1.5; there are "
            + ", ".join(ATTRIBUTES)
        )
    return name, _number(float, -MAX_ATTRIBUTE_CHANGE, MAX_ATTRIBUTE_CHANGE)(value)


def _parser() -> argparse.ArgumentParser:
    is_script = Path(sys.argv[0]).name != "__main__.py"
    parser = _Parser(
        prog="musegen" if is_script else "python -m musegen",
        description="Explore a latent space of music.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    bars = _number(int, 1, MAX_BARS)

    def command(name: str, run: Callable[[argparse.Namespace], None], help: str) -> _Parser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    def add_out(to: _Parser) -> None:
        help = (
            "may be given more than once: .mid, .wav, .flac, .ogg, .mp3; .musicxml, .pdf or .svg "
            "(sheet music; .lead.pdf: a lead sheet); .npy (the path)"
        )
        every = _file(*MIDI, *FORMATS, *SHEETS, PATH)
        to.add_argument(
            "--out", type=every, action="append", required=True, metavar="FILE", help=help
        )

    def add_set(to: _Parser, what: str) -> None:
        help = (
            f"{what}, in standard deviations of the training music, -3 to 3; may be given more "
            f"than once: {', '.join(ATTRIBUTES)}"
        )
        to.add_argument(
            "--set", type=_attribute, action="append", default=[], metavar="NAME=SD", help=help
        )

    def add_asked(to: _Parser) -> None:
        to.add_argument(
            "--chords",
            metavar="BARS",
            help="what the band plays, such as '| C G | Am F |', 'I V vi IV' or 'pop'; repeated",
        )
        to.add_argument(
            "--style",
            type=_style,
            action="append",
            default=[],
            metavar="NAME[=WEIGHT]",
            help="such as pop; may be given more than once",
        )
        add_guidance(to)

    def add_guidance(to: _Parser) -> None:
        to.add_argument(
            "--guidance",
            type=_number(float, *GUIDANCES),
            metavar="STRENGTH",
            help="how strictly chords and given parts are obeyed: 1 as in the training songs, to 5",
        )

    def add_count(to: _Parser, help: str) -> None:
        to.add_argument("--count", type=_number(int, 1, _MAX_COUNT), default=1, help=help)

    def add_engine(to: _Parser, default: str) -> None:
        to.add_argument(
            "--workers",
            type=_number(int, 1, _MAX_WORKERS),
            metavar="N",
            help=f"processes that work in parallel (default: {default})",
        )
        to.add_argument(
            "--engine",
            type=_engine,
            default=PROCESSES,
            help=f"{PROCESSES}; {DASK}, a cluster on this machine; or the address of a running "
            f"Dask scheduler, like tcp://10.0.0.5:8786 (default {PROCESSES})",
        )

    random = command("random", _random, "Draw a piece from the latent space.")
    random.add_argument("--seed", type=_seed, help="the same seed gives the same piece")
    random.add_argument(
        "--bars", type=bars, help=f"length (default {DEFAULT_BARS}, or that of a plan)"
    )
    random.add_argument(
        "--form",
        type=_form,
        default=DEFAULT_FORM,
        help=f"{', '.join(FORMS)}, a letter for each section, or a plan of letters and bars such "
        "as 'i4 A8 A8 B8 o4' (default %(default)s)",
    )
    random.add_argument(
        "--key",
        type=_key,
        metavar="KEY",
        help="such as Eb or Am (default: that of the chords, or C)",
    )
    add_asked(random)
    random.add_argument(
        "--temperature",
        type=_number(float, *TEMPERATURES),
        default=DEFAULT_TEMPERATURE,
        help="0 typical … 2 wild (default %(default)g)",
    )
    add_count(random, "how many pieces, from this seed and the next ones")
    add_set(random, "value of an attribute")
    add_engine(random, "1")
    add_out(random)

    def add_ends(to: _Parser, length: str) -> None:
        for name in ("a", "b"):
            to.add_argument(
                name, type=_seed_or_file, metavar=name.upper(), help="a seed or a MIDI file"
            )
        to.add_argument(
            "--bars",
            type=bars,
            default=DEFAULT_BARS,
            help=f"length of {length}; longer files are cut (default %(default)s)",
        )

    interpolate = command("interpolate", _interpolate, "Morph one piece into another.")
    add_ends(interpolate, "a section")
    interpolate.add_argument(
        "--steps",
        type=_number(int, 2, MAX_STEPS),
        default=DEFAULT_STEPS,
        help="sections (default %(default)s)",
    )
    interpolate.add_argument(
        "--chords", metavar="BARS", help="what each section between the ends plays, as for random"
    )
    add_out(interpolate)

    mix = command("mix", _mix, "Play one piece with the harmony or the texture of another.")
    add_ends(mix, "the piece")
    for name, default, what in (
        ("harmony", 0.0, "chords and tune"),
        ("texture", 1.0, "figuration, rhythm, register and drums"),
    ):
        mix.add_argument(
            f"--{name}",
            type=_number(float, 0, 1),
            default=default,
            help=f"how much of B's {what}, 0 to 1 (default %(default)g)",
        )
    add_out(mix)

    reconstruct = command("reconstruct", _reconstruct, "Encode a MIDI file and decode it again.")
    reconstruct.add_argument("input", metavar="IN.mid")
    add_set(reconstruct, "change of an attribute")
    add_out(reconstruct)

    accompany = command("accompany", _accompany, "Draw the parts that a MIDI file lacks.")
    accompany.add_argument("input", metavar="IN.mid")
    accompany.add_argument(
        "--keep",
        type=_part,
        action="append",
        metavar="PART",
        help=f"stays note for note, all others are drawn; may be given more than once: "
        f"{', '.join(PARTS)} (default lead)",
    )
    accompany.add_argument("--seed", type=_seed, help="the same seed gives the same parts")
    accompany.add_argument(
        "--temperature",
        type=_number(float, *TEMPERATURES),
        default=DEFAULT_TEMPERATURE,
        help="0 gives the most typical music (default %(default)s)",
    )
    add_asked(accompany)
    add_out(accompany)

    restyle = command("restyle", _restyle, "Play a MIDI file as another one is played.")
    restyle.add_argument("input", metavar="IN.mid", help="its chords and its lead stay")
    restyle.add_argument(
        "like", metavar="LIKE.mid", help="gives figuration, rhythm, register and drums"
    )
    restyle.add_argument(
        "--strength",
        type=_number(float, 0, 1),
        default=1.0,
        help="how much of LIKE.mid, 0 to 1 (default %(default)g)",
    )
    add_guidance(restyle)
    add_out(restyle)

    vary = command("vary", _vary, "Make variations of a MIDI file.")
    vary.add_argument("input", metavar="IN.mid")
    vary.add_argument(
        "--similarity",
        type=_number(float, 0, 1),
        default=DEFAULT_SIMILARITY,
        help="1 the same … 0 something new (default %(default)s)",
    )
    vary.add_argument(
        "--keep-chords", action="store_true", help="the variations play the chords of the file"
    )
    add_count(vary, "how many variations")
    add_set(vary, "change of an attribute")
    add_engine(vary, "1")
    add_out(vary)

    render = command("render", _render, "Turn a MIDI file into sound, as it is, or sheet music.")
    render.add_argument("input", metavar="IN.mid")
    render.add_argument("--out", type=_file(*FORMATS, *SHEETS), required=True, metavar="FILE")
    render.add_argument("--soundfont", metavar="SF2", help="a .sf2 or .sf3 file")

    chords = command("chords", _chords, "Print the chords of a MIDI file.")
    chords.add_argument("input", metavar="IN.mid")

    corpus = command("corpus", _corpus, "Turn a data set into phrases.")
    corpus.add_argument("kind", choices=["bands", "groove", "hymns", "lieder", "midi", "pop909"])
    corpus.add_argument(
        "source", nargs="+", metavar="SOURCE", help="folders; pop909 needs POP909 and POP909-CL"
    )
    add_engine(corpus, "as many as there are cores")
    corpus.add_argument("--out", type=_file(".npz"), required=True, metavar="PHRASES.npz")

    train = command("train", _train, "Train a VAE and its prior.")
    train.add_argument("kind", choices=["song", "drums"])
    train.add_argument("--phrases", required=True, nargs="+", metavar="PHRASES.npz")
    train.add_argument("--checkpoint", required=True, metavar="DIR")
    train.add_argument(
        "--partner",
        metavar="DIR",
        help="checkpoint of the other model: the prior learns to play to its music",
    )
    train.add_argument("--resume", action="store_true", help="continue a training that stopped")

    evaluate = command("evaluate", _evaluate, "Measure a checkpoint on phrases.")
    evaluate.add_argument("checkpoint", metavar="DIR")
    evaluate.add_argument("--phrases", required=True, metavar="PHRASES.npz")
    evaluate.add_argument("--json", type=_file(".json"), metavar="FILE")

    map_ = command("map", _map, "Lay out phrases so that neighbours sound alike.")
    map_.add_argument(
        "--points",
        type=_number(int, *_MAP_POINTS),
        default=4000,
        help="phrases, of the seeds from 0 on (default %(default)s)",
    )
    map_.add_argument("--out", type=_file(".npz"), required=True, metavar="MAP.npz")
    return parser
