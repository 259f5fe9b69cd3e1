"""Names of instruments and drum kits."""

import pytest

from musegen.errors import MusicError
from musegen.midi.general_midi import BUNDLED_SOUNDFONT, program_name, program_named


def test_program_names_can_be_converted_both_ways():
    assert program_name(0) == "Acoustic Grand Piano"
    assert all(program_named(program_name(program)) == program for program in range(128))


def test_an_unknown_instrument_is_a_music_error():
    with pytest.raises(MusicError, match="no instrument 'Kazoo'"):
        program_named("Kazoo")


def test_pretty_midi_ships_a_soundfont():
    assert BUNDLED_SOUNDFONT.read_bytes()[8:12] == b"sfbk"
