"""Bands: instruments for the five parts that sound good together, with swing and tempo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from musegen.limits import DEFAULT_TEMPO
from musegen.midi.general_midi import DRUM_KITS, program_named
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.notes import SONG_PARTS

__all__ = ["BANDS", "Band"]


@dataclass(frozen=True)
class Band:
    """The instruments of a genre.

    Attributes
    ----------
    name : str
        The genre, such as ``Jazz``.
    programs : mapping of str to int
        General MIDI program of each part; of ``drums``, the drum kit.
    swing : float
        As in `Feel.swing`.
    tempo : float
        A typical tempo, in quarter notes a minute.
    """

    name: str
    programs: Mapping[str, int]
    swing: float
    tempo: float


def _band(
    name: str,
    *instruments: str,
    drums: str,
    tempo: float,
    swing: float = 0.0,
) -> Band:
    """Make a band from the names of its instruments (lead, counter, chords, bass)."""
    programs = dict(zip(SONG_PARTS, map(program_named, instruments), strict=True))
    return Band(name, MappingProxyType({**programs, "drums": DRUM_KITS[drums]}), swing, tempo)


# The instruments were chosen by measuring the loudness of each part with FluidR3 and TimGM6mb:
# relative to each other the parts are within 6.4 LU of the first band, mostly within 4, so that no
# band needs levels of its own. Melodies are on instruments that sustain or ring, chords mostly on
# plucked or struck ones. Excluded are: FluidR3's synth leads (15 to 21 LU louder than its piano)
# beside other instruments; TimGM6mb's first strings (12 LU louder than its electric piano); a lead
# on glockenspiel or xylophone, which decays in 0.2 s; and chords on drawbar and percussive organs,
# a third or more of whose sound is below 200 Hz, in the range of the bass.
_ALL = (
    Band("Pop", DEFAULT_PROGRAMS, 0.0, DEFAULT_TEMPO),
    _band(
        "Rock",
        *("Overdriven Guitar", "Rock Organ", "Electric Guitar (clean)", "Electric Bass (pick)"),
        drums="Power Kit",
        tempo=124,
    ),
    _band(
        "Soul",
        *("Alto Sax", "Rock Organ", "Electric Piano 2", "Electric Bass (finger)"),
        drums="Room Kit",
        tempo=88,
        swing=0.3,
    ),
    _band(
        "Funk",
        *("Brass Section", "Electric Guitar (muted)", "Clavinet", "Electric Bass (finger)"),
        drums="Room Kit",
        tempo=104,
    ),
    _band(
        "Jazz",
        *("Tenor Sax", "Vibraphone", "Acoustic Grand Piano", "Acoustic Bass"),
        drums="Brush Kit",
        tempo=126,
        swing=0.8,
    ),
    _band(
        "Swing",
        *("Trumpet", "Clarinet", "Electric Guitar (jazz)", "Acoustic Bass"),
        drums="Jazz Kit",
        tempo=160,
        swing=1.0,
    ),
    _band(
        "Bossa nova",
        *("Flute", "Vibraphone", "Acoustic Guitar (nylon)", "Acoustic Bass"),
        drums="Brush Kit",
        tempo=126,
    ),
    _band(
        "Reggae",
        *("Trombone", "Percussive Organ", "Electric Guitar (clean)", "Fretless Bass"),
        drums="Room Kit",
        tempo=76,
        swing=0.4,
    ),
    _band(
        "Country",
        *("Harmonica", "Banjo", "Acoustic Guitar (steel)", "Electric Bass (finger)"),
        drums="Standard Kit",
        tempo=112,
        swing=0.3,
    ),
    _band(
        "Folk",
        *("Fiddle", "Accordion", "Acoustic Guitar (nylon)", "Acoustic Bass"),
        drums="Brush Kit",
        tempo=104,
    ),
    _band(
        "Lo-fi",
        *("Acoustic Guitar (nylon)", "Vibraphone", "Electric Piano 1", "Fretless Bass"),
        drums="Jazz Kit",
        tempo=78,
        swing=0.5,
    ),
    _band(
        "Synthwave",
        *("Synth Brass 1", "FX 3 (crystal)", "Synth Strings 1", "Lead 8 (bass + lead)"),
        drums="TR-808 Kit",
        tempo=100,
    ),
    _band(
        "Chiptune",
        *("Lead 1 (square)", "Lead 3 (calliope)", "Lead 2 (sawtooth)", "Lead 8 (bass + lead)"),
        drums="TR-808 Kit",
        tempo=140,
    ),
    _band(
        "Ambient",
        *("Pan Flute", "FX 4 (atmosphere)", "Pad 5 (bowed)", "Synth Bass 2"),
        drums="Brush Kit",
        tempo=70,
    ),
    _band(
        "Chamber",
        *("Violin", "Flute", "Orchestral Harp", "Cello"),
        drums="Orchestra Kit",
        tempo=90,
    ),
    _band(
        "Orchestra",
        *("Oboe", "French Horn", "String Ensemble 2", "Contrabass"),
        drums="Orchestra Kit",
        tempo=84,
    ),
    _band(
        "Music box",
        *("Music Box", "Choir Aahs", "Orchestral Harp", "Pizzicato Strings"),
        drums="Brush Kit",
        tempo=88,
    ),
)

# By name; the first is the default.
BANDS: Mapping[str, Band] = MappingProxyType({band.name: band for band in _ALL})
