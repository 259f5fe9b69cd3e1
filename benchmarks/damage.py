"""What MuseGen reads of damaged files: ``python -m benchmarks.damage [FOLDER] [--count N]``.

Damages MIDI files in the ways that other programs do (lengths, counts, headers, events out of
range, foreign chunks, cuts), asks FluidSynth on a sample which of them it plays, and prints the
share that MuseGen reads with all their notes, for each kind of damage. Then it changes random
bytes of as many files as time allows. It ends with status 1 if a note was lost in more than 2 % of
the files that FluidSynth plays, or if a mutated file was answered with anything but music or a
line, or only after 10 s.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.strangers import mutate
from musegen.audio.soundfonts import choose_soundfont
from musegen.errors import MusicError
from musegen.midi.chunks import Chunk, find_chunks
from musegen.midi.events import encode_track, read_track
from musegen.midi.load import load_file
from musegen.music import Piece
from musegen.music.notes import make_notes, tidy_notes
from musegen.reading import read_midi_with_report

LONGEST = 10.0  # seconds that a file may take
SHARE = 0.98  # of the files that FluidSynth plays: those that are read with all their notes
_MAX_SOURCE = 10_000  # bytes of a file
_ASKED = 2  # files of each kind that FluidSynth is asked about


def _insert(event: bytes) -> Callable[[bytes, np.random.Generator], bytes]:
    """Put an event at the start of the track with most bytes."""

    def damage(data: bytes, rng: np.random.Generator) -> bytes:
        chunk = max(_chunks(data), key=lambda chunk: chunk.limit - chunk.start)
        size = (chunk.declared_end - chunk.start + len(event)).to_bytes(4, "big")
        return data[: chunk.start - 4] + size + event + data[chunk.start :]

    return damage


def _length(change: Callable[[int], int]) -> Callable[[bytes, np.random.Generator], bytes]:
    """Change the declared length of one track."""

    def damage(data: bytes, rng: np.random.Generator) -> bytes:
        chunks = _chunks(data)
        chunk = chunks[int(rng.integers(len(chunks)))]
        size = change(chunk.declared_end - chunk.start).to_bytes(4, "big")
        return data[: chunk.start - 4] + size + data[chunk.start :]

    return damage


def _velocities(data: bytes, rng: np.random.Generator) -> bytes:
    """Set the top bit of a hundredth of the velocities."""
    tracks = [read_track(data[chunk.start : chunk.limit]) for chunk in _chunks(data)]
    for track in tracks:
        track.events = [
            (tick, message[:2] + bytes([message[2] | 128]))
            if message[0] >> 4 == 9 and message[2] and rng.random() < 0.01
            else (tick, message)
            for tick, message in track.events
        ]
    return data[:14] + b"".join(encode_track(track.events, track.end_tick) for track in tracks)


def _chunks(data: bytes) -> tuple[Chunk, ...]:
    layout = find_chunks(data)
    return layout.tracks if layout else ()


def _declared(change: int) -> Callable[[bytes, np.random.Generator], bytes]:
    return lambda data, rng: (
        data[:10] + max(0, len(_chunks(data)) + change).to_bytes(2, "big") + data[12:]
    )


def _riff(first: bytes) -> Callable[[bytes, np.random.Generator], bytes]:
    return lambda data, rng: (
        b"RIFF" + (len(data) + 12 + len(first)).to_bytes(4, "little") + b"RMID" + first
        + b"data" + len(data).to_bytes(4, "little") + data
    )  # fmt: skip


_FOREIGN = b"XFIH\0\0\0\4abcd"
KINDS: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "velocities over 127": _velocities,
    "tempo of zero": _insert(b"\0\xff\x51\3\0\0\0"),
    "short tempo": _insert(b"\0\xff\x51\2\7\7"),
    "meter of zero": _insert(b"\0\xff\x58\4\0\2\x18\x08"),
    "short meter": _insert(b"\0\xff\x58\2\4\2"),
    "key of 18 flats": _insert(b"\0\xff\x59\2\xee\0"),
    "key of unknown mode": _insert(b"\0\xff\x59\2\1\7"),
    "short key": _insert(b"\0\xff\x59\1\1"),
    "SMPTE offset": _insert(b"\0\xff\x54\5\xff\0\0\0\0"),
    "short SMPTE offset": _insert(b"\0\xff\x54\1\0"),
    "long system exclusive": _insert(b"\0\xf0\xa7\x08" + b"\xff" * 5000),
    "chunk before": lambda data, rng: data[:14] + _FOREIGN + data[14:],
    "chunk between": lambda data, rng: (
        data[: _chunks(data)[-1].start - 8] + _FOREIGN + data[_chunks(data)[-1].start - 8 :]
    ),
    "chunk after": lambda data, rng: data + _FOREIGN,
    "too few tracks declared": _declared(-1),
    "too many tracks declared": _declared(3),
    "length too long": _length(lambda size: size + 1000),
    "length too short": _length(lambda size: size // 2),
    "length of zero": _length(lambda size: 0),
    "name of a track": lambda data, rng: (
        data[: _chunks(data)[-1].start - 8] + b"MTrK" + data[_chunks(data)[-1].start - 4 :]
    ),
    "last byte missing": lambda data, rng: data[:-1],
    "MacBinary header": lambda data, rng: b"\0\4song" + bytes(122) + data,
    "byte order mark": lambda data, rng: b"\xef\xbb\xbf" + data,
    "text before": lambda data, rng: b"From: me\n\n" + data,
    "longer header": lambda data, rng: data[:7] + b"\x0a" + data[8:14] + bytes(4) + data[14:],
    "unknown type": lambda data, rng: data[:9] + b"\x07" + data[10:],
    "RIFF": _riff(b""),
    "RIFF with a title": _riff(b"LIST\4\0\0\0INFO"),
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Reads damaged MIDI files.")
    parser.add_argument("folder", nargs="?", type=Path, help="of MIDI files; else music is made")
    parser.add_argument("--count", type=int, default=1000, help="damaged files; mutated ones twice")
    parser.add_argument("--seconds", type=float, default=600, help="for each half at most")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        sources = _sources(options.folder, Path(folder), rng)
        ok = _damage(sources, Path(folder), options.count, options.seconds, rng)
        ok &= _mutate(sources, Path(folder), 2 * options.count, options.seconds, rng)
    return 0 if ok else 1


def _sources(folder: Path | None, temporary: Path, rng: np.random.Generator) -> list[bytes]:
    """Return small files that need no repair of their own; noise where no folder is given."""
    if folder is None:
        for i in range(16):
            _random_piece(rng).write_midi(temporary / f"{i}.mid")
        folder = temporary
    files = sorted(file for file in folder.rglob("*.mid") if file.stat().st_size < _MAX_SOURCE)
    rng.shuffle(files)  # type: ignore[arg-type]
    return [file.read_bytes() for file in files[:200] if not load_file(file).repairs]


def _random_piece(rng: np.random.Generator) -> Piece:
    rows = [
        (int(onset), part, int(rng.integers(40, 80)), int(rng.integers(1, 8)), 90)
        for part in ("lead", "chords", "bass")
        for onset in rng.integers(0, 256, size=100)
    ]
    return Piece.from_notes(tidy_notes(make_notes(rows)), [0] * 8, [120.0] * 8)


def _notes(path: Path) -> Counter[tuple[int, int]]:
    """How often each pitch is played, and when, in hundredths of a second."""
    return Counter(
        (round(100 * note.start), note.pitch)
        for instrument in load_file(path).midi.instruments
        for note in instrument.notes
    )


def _damage(
    sources: list[bytes], folder: Path, count: int, seconds: float, rng: np.random.Generator
) -> bool:
    path, plain = folder / "damaged.mid", folder / "plain.mid"
    whole: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    played: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    soundfont = choose_soundfont(None, False)
    for kind, data in _until(seconds, _draw(sources, count)):
        plain.write_bytes(data)
        path.write_bytes(KINDS[kind](data, rng))
        expected = _notes(plain)
        tried[kind] += 1
        try:
            got = _notes(path)
            whole[kind] += not expected - got
        except MusicError:
            pass
        if asked[kind] < _ASKED:
            asked[kind] += 1
            played[kind] += _is_played(path, soundfont)
    for kind in tried:
        print(f"{whole[kind]:5} of {tried[kind]:4} whole, FluidSynth plays {played[kind]} of "
              f"{asked[kind]}: {kind}")  # fmt: skip
    share = sum(whole.values()) / max(1, sum(tried.values()))
    fluid = [kind for kind in tried if played[kind]]
    among = sum(whole[kind] for kind in fluid) / max(1, sum(tried[kind] for kind in fluid))
    print(f"read with all notes: {share:.3f}; of kinds that FluidSynth plays: {among:.3f}")
    return among >= SHARE or not fluid


def _draw(sources: list[bytes], count: int) -> Iterator[tuple[str, bytes]]:
    kinds = list(KINDS)
    for number in range(count):
        yield kinds[number % len(kinds)], sources[number % len(sources)]


def _until(seconds: float, items: Iterator) -> Iterator:
    end = time.monotonic() + seconds
    for item in items:
        if time.monotonic() > end:
            return
        yield item


def _is_played(path: Path, soundfont: Path) -> bool:
    """Whether FluidSynth renders sound of a file: a silent one is empty or all zeros."""
    out = path.with_suffix(".raw")
    out.unlink(missing_ok=True)
    command = [
        "fluidsynth",
        "-ni",
        "-R",
        "0",
        "-C",
        "0",
        "-r",
        "8000",
        "-O",
        "s16",
        "-T",
        "raw",
        "-F",
        str(out),
    ]
    try:
        subprocess.run([*command, str(soundfont), str(path)], capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return True
    return out.exists() and bool(np.fromfile(out, np.int16).any())


def _mutate(
    sources: list[bytes], folder: Path, count: int, seconds: float, rng: np.random.Generator
) -> bool:
    path = folder / "mutated.mid"
    results: Counter[str] = Counter()
    slowest = 0.0
    for number, data in _until(seconds, enumerate(sources[i % len(sources)] for i in range(count))):
        path.write_bytes(mutate(data, rng))
        start = time.monotonic()
        try:
            _, report = read_midi_with_report(path)
            lines, result = report.lines, "read"
        except MusicError as error:
            lines, result = (str(error),), "refused"
        except Exception as error:  # a bug, whatever it is
            lines, result = (), f"bug: {type(error).__name__}: {error}"
        slowest = max(slowest, time.monotonic() - start)
        if any(len(line.splitlines()) != 1 for line in lines):
            result = "more than a line"
        results[result] += 1
        if result not in ("read", "refused"):
            print(f"file {number}: {result}")
    print(f"mutated: {dict(results)}; slowest {slowest:.1f} s")
    return set(results) <= {"read", "refused"} and slowest <= LONGEST


if __name__ == "__main__":
    sys.exit(main())
