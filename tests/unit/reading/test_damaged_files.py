"""A fuzzer: files with changed, missing and added bytes are read, or refused in one line.

``FUZZ_EXAMPLES=2000`` makes it try more of them, for two minutes.
"""

import os
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import full_band, written
from support.midi_files import odd_files

from musegen.errors import MusicError
from musegen.reading import read_midi_with_report

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))

_edits = st.lists(
    st.tuples(
        st.integers(0, 5000),
        st.integers(0, 3) | st.sampled_from([50, 1000]),  # bytes that are lost there
        st.binary(max_size=3),  # and that take their place
    ),
    min_size=1,
    max_size=5,
)


@cache
def band_file(folder) -> bytes:
    return written(full_band(), folder / "band.mid").read_bytes()


def damage(data: bytes, edits) -> bytes:
    for place, lost, new in edits:
        place %= len(data) + 1
        data = data[:place] + new + data[place + lost :]
    return data


@pytest.mark.timeout(10 * EXAMPLES)
@settings(max_examples=EXAMPLES)
@given(odd_files(), st.booleans(), _edits)
def test_any_bytes_are_music_or_refused_in_a_line(tmp_path_factory, odd, is_band, edits):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "damaged.mid"
    path.write_bytes(damage(band_file(folder) if is_band else odd.data, edits))
    try:
        piece, report = read_midi_with_report(path)
    except MusicError as error:
        lines = [str(error)]
    else:
        lines = report.lines
        assert len(piece.notes)
        piece.write_midi(folder / "again.mid")
    assert all(line.strip() and len(line.splitlines()) == 1 for line in lines)
