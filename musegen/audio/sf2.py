"""The SoundFont 2 format: its records, read from a file without its recordings, and written.

A soundfont has presets, presets have zones, a zone of a preset names an instrument, instruments
have zones, and a zone of an instrument names a sample. Zones are lists of generators (settings) and
modulators; the first zone of a list may be global and name nothing. See the SoundFont Technical
Specification 2.04, E-mu Systems 2006. SF3 is the same with samples compressed as Ogg Vorbis.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from musegen.audio.riff import riff_chunks, riff_problem
from musegen.errors import AudioError

__all__ = [
    "GUARD",
    "ROM",
    "VORBIS",
    "Layer",
    "LayerWriter",
    "SoundfontFile",
    "Zone",
    "open_soundfont",
    "write_soundfont",
]

Records = npt.NDArray[Any]

_INSTRUMENT_NUMBER, _SAMPLE_NUMBER, _KEY_RANGE = 41, 53, 43  # generators
# Flags in a sample's type: it is compressed, and its loop counts from its start; it is in a chip.
VORBIS, ROM = 0x10, 0x8000
GUARD = 46  # samples of silence that follow each recording

_BAG = np.dtype([("generators", "<u2"), ("modulators", "<u2")])
_GENERATOR = np.dtype([("kind", "<u2"), ("amount", "<u2")])
_MODULATOR = np.dtype([("bytes", "V10")])
_PRESET = np.dtype(
    [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "V12")]
)
_INSTRUMENT = np.dtype([("name", "S20"), ("bag", "<u2")])
_SAMPLE_HEADER = np.dtype(
    [
        ("name", "S20"),
        *((name, "<u4") for name in ("start", "end", "loop_start", "loop_end", "rate")),
        ("pitch", "u1"),
        ("correction", "i1"),
        ("link", "<u2"),
        ("type", "<u2"),
    ]
)
_LAYERS = {
    "preset": (b"phdr", b"pbag", b"pmod", b"pgen"),
    "instrument": (b"inst", b"ibag", b"imod", b"igen"),
}


@dataclass(frozen=True)
class Zone:
    """Settings of some keys of a preset or an instrument.

    Attributes
    ----------
    generators, modulators : numpy.ndarray
        Records. The last generator names an instrument or a sample, unless the zone is global.
    target : int, optional
        Number of the instrument or sample.
    """

    generators: Records
    modulators: Records
    target: int | None

    def keys_in(self, keys: frozenset[int]) -> frozenset[int]:
        """Return those of the keys that are in the zone's range."""
        ranges = self.generators[self.generators["kind"] == _KEY_RANGE]["amount"]
        if not len(ranges):
            return keys
        low, high = int(ranges[-1]) & 255, int(ranges[-1]) >> 8
        return frozenset(key for key in keys if low <= key <= high)


@dataclass(frozen=True)
class Layer:
    """The presets of a soundfont with their zones, or its instruments with theirs."""

    items: Records  # and one more, where the last one's zones end
    bags: Records
    generators: Records
    modulators: Records
    target: int  # the generator that names what a zone plays

    def zones(self, item: int) -> Iterator[Zone]:
        """Yield the zones of a preset or an instrument."""
        for bag in range(self.items["bag"][item], self.items["bag"][item + 1]):
            here, end = self.bags[bag], self.bags[bag + 1]
            generators = self.generators[here["generators"] : end["generators"]]
            modulators = self.modulators[here["modulators"] : end["modulators"]]
            (named,) = np.nonzero(generators["kind"] == self.target)
            if len(named):  # whatever follows is ignored
                generators = generators[: named[0] + 1]
            target = int(generators["amount"][-1]) if len(named) else None
            yield Zone(generators, modulators, target)


@dataclass(frozen=True)
class SoundfontFile:
    """A soundfont.

    Attributes
    ----------
    info : list of (bytes, bytes)
        Name and content of each text about it, such as ``INAM`` and ``ICOP``.
    presets, instruments : Layer
    headers : numpy.ndarray
        Of samples, with start, end and loop, and one more.
    samples : numpy.ndarray
        Bytes of all recordings, mapped from the file: read only where they are used.
    low_bytes : numpy.ndarray
        The lowest 8 of 24 bits of each sample; empty for a soundfont of 16 bits.
    """

    info: list[tuple[bytes, bytes]]
    presets: Layer
    instruments: Layer
    headers: Records
    samples: npt.NDArray[np.uint8]
    low_bytes: npt.NDArray[np.uint8]


def open_soundfont(path: Path) -> SoundfontFile:
    """Read all of a soundfont but its recordings.

    Raises
    ------
    AudioError
        If the file cannot be read, is no soundfont, or is damaged.
    """
    try:
        problem = riff_problem(path, b"sfbk")
        if problem:
            raise AudioError(f"{path.name} is {problem} a soundfont: choose a .sf2 file")
        with path.open("rb") as file:
            return _read(file, np.memmap(file, np.uint8, "r"))
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from None
    except (IndexError, KeyError, ValueError):
        raise AudioError(f"{path.name} is damaged: choose another soundfont") from None


def _read(file: BinaryIO, content: npt.NDArray[np.uint8]) -> SoundfontFile:
    chunks: dict[bytes, npt.NDArray[np.uint8]] = {}
    info: list[tuple[bytes, bytes]] = []
    for _, place, size in riff_chunks(file, 12, len(content)):
        form = content[place : place + 4].tobytes()
        for name, start, length in riff_chunks(file, place + 4, place + size):
            data = content[start : start + length]
            if form == b"INFO":
                info.append((name, data.tobytes()))
            else:
                chunks[name] = data

    def records(name: bytes, dtype: np.dtype[Any]) -> Records:
        data = chunks[name]
        return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize].tobytes(), dtype)

    def layer(kind: str, dtype: np.dtype[Any], target: int) -> Layer:
        items, bags, modulators, generators = _LAYERS[kind]
        return Layer(
            records(items, dtype),
            records(bags, _BAG),
            records(generators, _GENERATOR),
            records(modulators, _MODULATOR),
            target,
        )

    none = np.empty(0, np.uint8)
    samples, low = chunks.get(b"smpl", none), chunks.get(b"sm24", none)
    return SoundfontFile(
        info,
        layer("preset", _PRESET, _INSTRUMENT_NUMBER),
        layer("instrument", _INSTRUMENT, _SAMPLE_NUMBER),
        records(b"shdr", _SAMPLE_HEADER),
        samples,
        low if len(low) >= len(samples) // 2 else none,
    )


class LayerWriter:
    """Collects the presets of a new soundfont, or its instruments."""

    def __init__(self, source: Layer) -> None:
        self._source = source
        self._items: list[Records] = []
        self._bags: list[tuple[int, int]] = []
        self._generators: list[Records] = []
        self._modulators: list[Records] = []

    def add(self, item: int, zones: Iterable[Zone], **changes: int) -> int:
        """Add an item with these zones, and other values of its header; return its number."""
        header = self._source.items[item : item + 1].copy()
        header["bag"] = len(self._bags)
        for name, value in changes.items():
            header[name] = value
        self._items.append(header)
        for zone in zones:
            self._bags.append(self._end())
            generators = zone.generators.copy()
            if zone.target is not None:
                generators["amount"][-1] = zone.target
            self._generators.append(generators)
            self._modulators.append(zone.modulators)
        return len(self._items) - 1

    def chunks(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield the four chunks of the layer, each with the record that ends it."""
        last = np.zeros(1, self._source.items.dtype)
        last["name"] = b"EOP" if kind == "preset" else b"EOI"
        last["bag"] = len(self._bags)
        tables = (
            [*self._items, last],
            [np.array([*self._bags, self._end()], _BAG)],
            [*self._modulators, np.zeros(1, _MODULATOR)],
            [*self._generators, np.zeros(1, _GENERATOR)],
        )
        for name, records in zip(_LAYERS[kind], tables, strict=True):
            yield name, b"".join(table.tobytes() for table in records)

    def _end(self) -> tuple[int, int]:
        return sum(map(len, self._generators)), sum(map(len, self._modulators))


def write_soundfont(
    info: Iterable[tuple[bytes, bytes]],
    samples: Iterable[tuple[bytes, bytes]],
    records: Iterable[tuple[bytes, bytes]],
) -> bytes:
    """Return the content of a soundfont file with these chunks of its three lists."""
    lists = ((b"INFO", info), (b"sdta", samples), (b"pdta", records))
    body = b"".join(
        _chunk(b"LIST", form + b"".join(_chunk(*chunk) for chunk in chunks))
        for form, chunks in lists
    )
    return _chunk(b"RIFF", b"sfbk" + body)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
