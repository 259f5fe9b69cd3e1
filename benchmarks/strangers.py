"""Uploads MIDI files to the page: ``python -m benchmarks.strangers FOLDER...``.

Starts ``app.py`` and uploads real MIDI files from folders: 200 files with several tracks, one in
five of them merged from others up to all sixteen channels, and 500 that were damaged at random.
Prints how they were answered. The exit status is 1 if an answer took over 10 s, was longer than a
line or reported a fault of the server, or if the log has a traceback. Files that are sent right
after the start, while TensorFlow compiles, are timed by themselves. Needs the ``dev`` extra.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from benchmarks.app import serve

VISITORS = 4
MAX_SECONDS = 10.0  # that an answer may take


@dataclass(frozen=True)
class Answer:
    """The answer to a file; ``refused`` is the line that refuses it."""

    file: str
    seconds: float
    refused: str | None


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Damage a file at random.

    One half of the files stay MIDI, with other notes, times and lengths. In the other half bytes
    are changed, inserted and deleted, and some files are cut short.
    """
    new = bytearray(data)
    if rng.random() < 0.5:
        for at in rng.integers(14, len(new), size=int(rng.integers(1, 6))):
            new[at] = (new[at] & 0x80) | int(rng.integers(128))
        return bytes(new)
    for _ in range(rng.integers(1, 20)):
        at = int(rng.integers(len(new)))
        match rng.integers(3):
            case 0:
                new[at] = rng.integers(256)
            case 1:
                new[at:at] = rng.bytes(int(rng.integers(1, 5)))
            case _:
                del new[at : at + int(rng.integers(1, 5))]
    return bytes(new[: rng.integers(len(new))] if rng.random() < 0.2 else new)


def merge(files: list[Path]) -> mido.MidiFile:
    """Put the tracks of files into one, each on a channel of its own while there are channels."""
    whole = mido.MidiFile(ticks_per_beat=480)
    channel = 0
    for file in files:
        one = mido.MidiFile(file)
        for track in one.tracks:
            scaled = mido.MidiTrack()
            for message in track:
                new = message.copy(time=round(message.time * 480 / one.ticks_per_beat))
                if not message.is_meta and message.type != "sysex":
                    new = new.copy(channel=channel % 16)
                scaled.append(new)
            whole.tracks.append(scaled)
            channel += 1
    return whole


def write(real: list[Path], folder: Path, whole: int, broken: int) -> Iterator[Path]:
    """Write the files to send."""
    rng = np.random.default_rng(0)
    several = [file for file in real if len(mido.MidiFile(file).tracks) >= 3]
    for i in range(whole):
        path = folder / f"whole-{i}.mid"
        if i % 5:
            path.write_bytes(several[i % len(several)].read_bytes())
        else:
            some = rng.choice(len(several), min(5, len(several)), replace=False)
            merge([several[j] for j in some]).save(path)
        yield path
    for i in range(broken):
        path = folder / f"mutated-{i}.mid"
        path.write_bytes(mutate(real[rng.integers(len(real))].read_bytes(), rng))
        yield path


def send(url: str, files: list[Path], downloads: Path) -> list[Answer]:
    """Upload files, several visitors at a time, and return the answers."""

    def visit(mine: list[Path]) -> list[Answer]:
        client = Client(url, verbose=False, download_files=downloads)
        answers = []
        for file in mine:
            start, refused = time.perf_counter(), None
            try:
                client.predict(handle_file(file), similarity=1, api_name="/remix")
            except AppError as error:
                refused = str(error)
            answers.append(Answer(file.name, time.perf_counter() - start, refused))
        return answers

    with ThreadPoolExecutor(VISITORS) as pool:
        shares = [files[i::VISITORS] for i in range(VISITORS)]
        return [answer for answers in pool.map(visit, shares) for answer in answers]


def main() -> None:
    """Send the files and print how they were answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--whole", type=int, default=200)
    parser.add_argument("--mutated", type=int, default=500)
    options = parser.parse_args()
    found = sorted(path for folder in options.folders for path in folder.rglob("*.mid"))
    real = [found[i] for i in np.random.default_rng(0).permutation(len(found))[:300]]
    with tempfile.TemporaryDirectory() as folder:
        sent, log = Path(folder) / "sent", Path(folder) / "log.txt"
        sent.mkdir()
        files = list(write(real, sent, options.whole, options.mutated))
        with serve(log=log) as (url, _):
            # TensorFlow compiles once after each start, and the first visitors wait for that.
            first = send(url, files[:VISITORS], Path(folder) / "got")
            answers = send(url, files, Path(folder) / "got")
        log_text = log.read_text()

    wrong = []
    wait = max(answer.seconds for answer in first)
    print(f"right after the start, the longest of {len(first)} took {wait:.1f} s")
    for kind in ("whole", "mutated"):
        of = [answer for answer in answers if answer.file.startswith(kind)]
        refused = [answer.refused for answer in of if answer.refused is not None]
        longest = max((answer.seconds for answer in of), default=0)
        late = [answer for answer in of if answer.seconds > MAX_SECONDS]
        several = [line for line in refused if "\n" in line]
        faults = [line for line in refused if "(request " in line]  # see web/errors.py
        print(
            f"{kind}: {len(of)} sent, {len(of) - len(refused)} taken, {len(refused)} refused, "
            f"{len(several)} of them in several lines, {len(faults)} by a fault of the server; "
            f"the longest took {longest:.1f} s, {len(late)} over {MAX_SECONDS:g} s"
        )
        for line, count in Counter(line.split(" ", 1)[-1] for line in refused).most_common():
            print(f"  {count} x … {line}")
        wrong += [*late, *several, *faults]
    print(f"tracebacks in the log: {log_text.count('Traceback')}")
    sys.exit(1 if wrong or "Traceback" in log_text else 0)


if __name__ == "__main__":
    main()
