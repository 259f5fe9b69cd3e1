"""Files that odd programs write lose no note."""

from hypothesis import given
from support.midi_files import OddFile, odd_files

from musegen.midi import load_file


@given(odd_files())
def test_every_note_of_an_odd_file_is_read(tmp_path_factory, file: OddFile):
    path = tmp_path_factory.mktemp("odd") / "song.mid"
    path.write_bytes(file.data)
    loaded = load_file(path)
    instruments = zip(loaded.midi.instruments, loaded.channels, strict=True)
    notes = [(note, channel) for instrument, channel in instruments for note in instrument.notes]
    read = {(round(n.start / file.seconds), c - 1, n.pitch) for n, c in notes}
    assert read == file.notes
    assert all(note.end > note.start for note, _ in notes)
    assert all(len(line.splitlines()) == 1 for line in loaded.repairs)
