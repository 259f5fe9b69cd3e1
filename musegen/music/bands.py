"""Bands: instruments for the five parts that go together, and how they are played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from musegen.limits import DEFAULT_TEMPO
from musegen.music.instruments import DEFAULT_PROGRAMS, program_named
from musegen.music.notes import SONG_PARTS

__all__ = ["BANDS", "Band"]


@dataclass(frozen=True)
class Band:
    """Who plays.

    Attributes
    ----------
    name : str
        The genre.
    programs : mapping of str to int
        General MIDI program of each part; of ``drums``, the kit's.
    swing : float
        As in `Feel.swing`.
    tempo : float
        A typical one, in quarter notes a minute.
    """

    name: str
    programs: Mapping[str, int]
    swing: float
    tempo: float


def _band(
    name: str,
    *instruments: str,
    drums: int,
    tempo: float,
    swing: float = 0.0,
) -> Band:
    """A band by the names of its instruments: lead, counter melody, chords, bass."""
    programs = dict(zip(SONG_PARTS, map(program_named, instruments), strict=True))
    return Band(name, MappingProxyType({**programs, "drums": drums}), swing, tempo)


# Drum kits of General MIDI level 2.
_STANDARD, _ROOM, _POWER, _TR_808, _JAZZ, _BRUSHES, _ORCHESTRA = 0, 8, 16, 25, 32, 40, 48

# Chosen by measuring, with FluidR3 and TimGM6mb: beside each other, parts are within 6.4 LU of
# where they are in the first band, mostly within 4, so that none needs a level of its
# own. Lines are given to what sustains or rings, chords mostly to what is plucked or struck. What
# this leaves out: FluidR3's synth leads (15 to 21 LU over its piano) beside other instruments;
# TimGM6mb's first strings (12 LU over its electric piano); a lead on glockenspiel or xylophone,
# which is gone in 0.2 s; and chords on drawbar and percussive organs, a third or more of whose
# sound is below 200 Hz, where the bass is.
_ALL = (
    Band("Pop", DEFAULT_PROGRAMS, 0.0, DEFAULT_TEMPO),
    _band(
        "Rock",
        *("Overdriven Guitar", "Rock Organ", "Electric Guitar (clean)", "Electric Bass (pick)"),
        drums=_POWER,
        tempo=124,
    ),
    _band(
        "Soul",
        *("Alto Sax", "Rock Organ", "Electric Piano 2", "Electric Bass (finger)"),
        drums=_ROOM,
        tempo=88,
        swing=0.3,
    ),
    _band(
        "Funk",
        *("Brass Section", "Electric Guitar (muted)", "Clavinet", "Electric Bass (finger)"),
        drums=_ROOM,
        tempo=104,
    ),
    _band(
        "Jazz",
        *("Tenor Sax", "Vibraphone", "Acoustic Grand Piano", "Acoustic Bass"),
        drums=_BRUSHES,
        tempo=126,
        swing=0.8,
    ),
    _band(
        "Swing",
        *("Trumpet", "Clarinet", "Electric Guitar (jazz)", "Acoustic Bass"),
        drums=_JAZZ,
        tempo=160,
        swing=1.0,
    ),
    _band(
        "Bossa nova",
        *("Flute", "Vibraphone", "Acoustic Guitar (nylon)", "Acoustic Bass"),
        drums=_BRUSHES,
        tempo=126,
    ),
    _band(
        "Reggae",
        *("Trombone", "Percussive Organ", "Electric Guitar (clean)", "Fretless Bass"),
        drums=_ROOM,
        tempo=76,
        swing=0.4,
    ),
    _band(
        "Country",
        *("Harmonica", "Banjo", "Acoustic Guitar (steel)", "Electric Bass (finger)"),
        drums=_STANDARD,
        tempo=112,
        swing=0.3,
    ),
    _band(
        "Folk",
        *("Fiddle", "Accordion", "Acoustic Guitar (nylon)", "Acoustic Bass"),
        drums=_BRUSHES,
        tempo=104,
    ),
    _band(
        "Lo-fi",
        *("Acoustic Guitar (nylon)", "Vibraphone", "Electric Piano 1", "Fretless Bass"),
        drums=_JAZZ,
        tempo=78,
        swing=0.5,
    ),
    _band(
        "Synthwave",
        *("Synth Brass 1", "FX 3 (crystal)", "Synth Strings 1", "Lead 8 (bass + lead)"),
        drums=_TR_808,
        tempo=100,
    ),
    _band(
        "Chiptune",
        *("Lead 1 (square)", "Lead 3 (calliope)", "Lead 2 (sawtooth)", "Lead 8 (bass + lead)"),
        drums=_TR_808,
        tempo=140,
    ),
    _band(
        "Ambient",
        *("Pan Flute", "FX 4 (atmosphere)", "Pad 5 (bowed)", "Synth Bass 2"),
        drums=_BRUSHES,
        tempo=70,
    ),
    _band(
        "Chamber",
        *("Violin", "Flute", "Orchestral Harp", "Cello"),
        drums=_ORCHESTRA,
        tempo=90,
    ),
    _band(
        "Orchestra",
        *("Oboe", "French Horn", "String Ensemble 2", "Contrabass"),
        drums=_ORCHESTRA,
        tempo=84,
    ),
    _band(
        "Music box",
        *("Music Box", "Choir Aahs", "Orchestral Harp", "Pizzicato Strings"),
        drums=_BRUSHES,
        tempo=88,
    ),
)

# By name, the usual one first.
BANDS: Mapping[str, Band] = MappingProxyType({band.name: band for band in _ALL})
