"""Cuts single instruments out of a soundfont, for the page to fetch and play."""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from musegen.audio.sf2 import (
    GUARD,
    ROM,
    VORBIS,
    LayerWriter,
    SoundfontFile,
    Zone,
    open_soundfont,
    write_soundfont,
)
from musegen.errors import AudioError

__all__ = ["DRUM_BANK", "cut_soundfont", "soundfont_digest"]

DRUM_BANK = 128
_ALL_KEYS = frozenset(range(128))
_QUALITY = 0.4  # of Vorbis, 0 to 1
_WAY = 1  # of cutting; another number gives all cuts new addresses
_LOWEST_RATE = 8000  # that Vorbis has settings for
_BLOCK = 32768
_SOFTEST = 0.955
_PEAK = 32766 / 32767
_LINKED, _MONO = 0b1110, 1  # types of samples: left, right or linked to another; by itself


def cut_soundfont(
    path: Path,
    presets: Mapping[tuple[int, int], Collection[int] | None],
    quality: float | None = _QUALITY,
) -> bytes:
    """Return a soundfont with some presets of another, and only what they use.

    Zones, generators, modulators, loops, and the links between left and right are those of the
    original. Samples are stored as Ogg Vorbis (SF3), or as they are where that is smaller. The
    original is not read as a whole.

    Parameters
    ----------
    path : Path
        ``.sf2`` or ``.sf3``.
    presets : mapping of (int, int) to collection of int
        For each bank and program the keys that are played, or None for all of them. A preset that
        is missing is replaced by the one that FluidSynth would play.
    quality : float, optional
        Of Ogg Vorbis, 0 to 1; with None, all samples stay as they are.

    Raises
    ------
    AudioError
        If the file cannot be read or is damaged, or has nothing to play in place of a preset.
    """
    source = open_soundfont(path)
    try:
        cut = _Cut(source)
        for (bank, program), keys in presets.items():
            preset = _find_preset(source, bank, program)
            keys = _ALL_KEYS if keys is None else frozenset(keys)
            if preset is None or not cut.add(preset, bank, program, keys):
                what = "drums" if bank == DRUM_BANK else f"instrument {program + 1}"
                raise AudioError(f"{path.name} has no sound for {what}: choose another soundfont")
        return cut.write(quality)
    except (IndexError, OverflowError, ValueError, soundfile.LibsndfileError):
        raise AudioError(f"{path.name} is damaged: choose another soundfont") from None


def soundfont_digest(path: Path) -> str:
    """Return 16 hex digits that other soundfonts, or other ways to cut them, do not share.

    Read are all records of the soundfont, its size, and a little of its samples.

    Raises
    ------
    AudioError
        If the file cannot be read or is damaged.
    """
    source = open_soundfont(path)
    digest = hashlib.sha256(f"{_WAY} {_QUALITY} {len(source.samples)}".encode())
    for layer in (source.presets, source.instruments):
        for records in (layer.items, layer.bags, layer.generators, layer.modulators):
            digest.update(records.tobytes())
    digest.update(source.headers.tobytes())
    digest.update(repr(source.info).encode())
    digest.update(source.samples[:_BLOCK].tobytes() + source.samples[-_BLOCK:].tobytes())
    return digest.hexdigest()[:16]


def _find_preset(source: SoundfontFile, bank: int, program: int) -> int | None:
    """Return the number of the preset that FluidSynth plays for a bank and a program.

    Where it is missing, ``fluid_synth_program_change`` takes program 0 of the drums, and for other
    instruments the same program of bank 0, else program 0.
    """
    drums = bank == DRUM_BANK
    others = [(DRUM_BANK, 0)] if drums else [(0, program), (0, 0)]
    headers = source.presets.items[:-1]
    for place in [(bank, program), *others]:
        found = np.flatnonzero((headers["bank"] == place[0]) & (headers["program"] == place[1]))
        if len(found):
            return int(found[0])
    return None


class _Cut:
    """A part of a soundfont, collected preset by preset."""

    def __init__(self, source: SoundfontFile) -> None:
        self._source = source
        self._presets = LayerWriter(source.presets)
        self._instruments = LayerWriter(source.instruments)
        self._instrument_numbers: dict[tuple[int, frozenset[int]], int | None] = {}
        self._sample_numbers: dict[int, int] = {}

    def add(self, preset: int, bank: int, program: int, keys: frozenset[int]) -> bool:
        """Add a preset; return whether it plays anything."""
        zones = [*self._zones(self._source.presets.zones(preset), keys, self._add_instrument)]
        self._presets.add(preset, zones, bank=bank, program=program)
        return any(zone.target is not None for zone in zones)

    def _add_instrument(self, instrument: int, keys: frozenset[int]) -> int | None:
        """Add an instrument once; return its number, or None if it plays none of the keys."""
        if (instrument, keys) not in self._instrument_numbers:
            zones = [
                *self._zones(self._source.instruments.zones(instrument), keys, self._add_sample)
            ]
            plays = any(zone.target is not None for zone in zones)
            number = self._instruments.add(instrument, zones) if plays else None
            self._instrument_numbers[instrument, keys] = number
        return self._instrument_numbers[instrument, keys]

    def _add_sample(self, sample: int, keys: frozenset[int]) -> int:
        return self._sample_numbers.setdefault(sample, len(self._sample_numbers))

    @staticmethod
    def _zones(
        zones: Iterator[Zone],
        keys: frozenset[int],
        add: Callable[[int, frozenset[int]], int | None],
    ) -> Iterator[Zone]:
        """Yield the zones that play one of the keys, with new numbers, and global zones."""
        for zone in zones:
            if zone.target is None:
                yield zone
            elif here := zone.keys_in(keys):
                number = add(zone.target, here)
                if number is not None:
                    yield Zone(zone.generators, zone.modulators, number)

    def write(self, quality: float | None) -> bytes:
        """Return the file, with samples compressed or, without a quality, as they are."""
        source = self._source
        headers = source.headers[:-1][list(self._sample_numbers)].copy()
        with ThreadPoolExecutor(os.cpu_count()) as threads:  # libsndfile frees Python's lock
            samples = list(threads.map(lambda h: _encode_sample(source, h, quality), headers))
        # Words first: only compressed samples may begin at any byte.
        order = sorted(range(len(samples)), key=lambda i: samples[i].is_compressed)
        place = 0
        for i in order:
            headers[i] = samples[i].header_at(place)
            place += len(samples[i].data)
        for header in headers:
            link = self._sample_numbers.get(int(header["link"]))
            if header["type"] & _LINKED and link is None:  # the other channel is not played
                header["type"] = int(header["type"]) & ~_LINKED | _MONO
            header["link"] = link or 0
        end = np.zeros(1, headers.dtype)
        # FluidSynth plays words only from a chunk of even length.
        chunks = [(b"smpl", b"".join([*(samples[i].data for i in order), bytes(place % 2)]))]
        if any(len(sample.low_bytes) for sample in samples):
            chunks.append((b"sm24", b"".join(samples[i].low_bytes for i in order)))
        is_sf3 = any(sample.is_compressed for sample in samples)
        info = [(b"ifil", struct.pack("<2H", *((3, 1) if is_sf3 else (2, 4))))]
        info += [(name, text) for name, text in source.info if name != b"ifil"]
        records = [
            *self._presets.chunks("preset"),
            *self._instruments.chunks("instrument"),
            (b"shdr", headers.tobytes() + end.tobytes()),
        ]
        return write_soundfont(info, chunks, records)


@dataclass(frozen=True)
class _Sample:
    """A sample of the new file.

    Attributes
    ----------
    header : numpy.void
        Its header; start, end and loop count from the first byte or word of `data`.
    data : bytes
        An Ogg Vorbis file, or words of 16 bits.
    low_bytes : bytes
        The lower 8 of 24 bits.
    """

    header: Any
    data: bytes
    low_bytes: bytes = b""

    @property
    def is_compressed(self) -> bool:
        return bool(self.header["type"] & VORBIS)

    def header_at(self, place: int) -> Any:
        """Return the header of the sample at a byte of the file's samples."""
        header = self.header.copy()
        moved = (
            ("start", "end") if self.is_compressed else ("start", "end", "loop_start", "loop_end")
        )
        for name in moved:
            header[name] += place if self.is_compressed else place // 2
        return header


def _encode_sample(source: SoundfontFile, header: Any, quality: float | None) -> _Sample:
    start, end = int(header["start"]), int(header["end"])
    new = header.copy()
    if header["type"] & VORBIS:
        new["start"], new["end"] = 0, end - start
        return _Sample(new, source.samples[start:end].tobytes())
    if header["type"] & ROM:
        start = end = 0
    # What follows a sample belongs to it: FluidSynth plays it where a loop ends after the sample.
    data = source.samples[2 * start : 2 * (end + GUARD)].tobytes()
    low = source.low_bytes[start : end + GUARD].tobytes()
    for name in ("start", "end", "loop_start", "loop_end"):
        new[name] = max(0, int(header[name]) - start)
    if quality is not None:
        sound = _to_float(data, low)
        coded = _vorbis(sound, int(header["rate"]), quality)
        if coded and len(coded) < len(data):
            new["start"], new["end"] = 0, len(coded)
            new["type"] |= VORBIS
            return _Sample(new, coded)
    return _Sample(new, data, low)


def _to_float(data: bytes, low: bytes) -> npt.NDArray[np.float32]:
    """Return a sample of 16 or 24 bits in [-1, 1]."""
    sound = np.frombuffer(data, "<i2").astype(np.float32)
    if low:
        sound += np.frombuffer(low, np.uint8).astype(np.float32) / 256
    return (sound / 32768).astype(np.float32)


def _vorbis(sound: npt.NDArray[np.float32], rate: int, quality: float) -> bytes:
    """Encode a sample so that decoding it to 16 bits does not overflow, which would wrap around.

    Vorbis makes peaks a little higher, so that a sample at full scale is made up to 0.4 dB softer.
    If that is not enough, the result is empty.
    """
    factor = 1.0
    while factor > _SOFTEST:
        data = io.BytesIO()
        with soundfile.SoundFile(
            data, "w", max(rate, _LOWEST_RATE), 1,
            format="OGG", subtype="VORBIS", compression_level=1 - quality,
        ) as file:  # fmt: skip
            for start in range(0, len(sound), _BLOCK):  # long arrays overflow libsndfile's stack
                file.write(sound[start : start + _BLOCK] * np.float32(factor))
        coded = data.getvalue()
        peak = float(np.abs(soundfile.read(io.BytesIO(coded), dtype="float32")[0]).max(initial=0))
        if peak < _PEAK:
            return coded
        factor *= 0.998 * _PEAK / peak
    return b""
