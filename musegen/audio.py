"""Pieces into sound: soundfonts, FluidSynth through midi2audio, loudness, file formats."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pretty_midi
import soundfile

from musegen.files import write_beside

if TYPE_CHECKING:
    from musegen.music.piece import Piece

__all__ = [
    "FORMATS",
    "AudioError",
    "Soundfont",
    "find_soundfonts",
    "fluidsynth_problem",
    "render",
    "to_int16",
    "write_audio",
]

_RATE = 44100  # samples a second: the rate the soundfonts were recorded at
_TAIL = 4.0  # seconds: the longest release kept; a crash or a held pad fades within it
_FADE = 0.05  # seconds: the end of the tail goes to zero over this, so that the cut is not heard
_SILENCE = 10 ** (-72 / 20)  # of the peak: a tail that has sunk to this is no longer heard
_NOTHING = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6

_TARGET = -16.0  # LUFS: what music services level to is -14 to -16; more would need hard limiting
_CEILING = -1.0  # dBFS: room for what MP3 and Vorbis add to a peak
_FLOOR = -2.8  # dBFS: a soft piece is louder than the target before it peaks lower than this
_MOST_LIMITING = 9.0  # dB: a lone drum hit is left quieter than the target rather than flattened


class AudioError(RuntimeError):
    """Sound that cannot be made or saved, said in one line: what is wrong, what to do."""


# Soundfonts ---------------------------------------------------------------------------------------

_ENVIRONMENT = "MUSEGEN_SOUNDFONT"
_ENDINGS = (".sf2", ".sf3")
# Known to hold all of General MIDI and to be mixed with care, best first. Others follow by name.
_BEST = ("fluidr3_gm", "musescore_general", "generaluser")
_LAST = "timgm6mb"
# Found in the same folders, but no General MIDI sets: banks that only add to one.
_PARTIAL = ("fluidr3_gs",)
_BUNDLED = "TimGM6mb.sf2"
_GET_ONE = f"install one (apt-get install fluid-soundfont-gm) or name a .sf2 file in {_ENVIRONMENT}"


@dataclass(frozen=True)
class Soundfont:
    """The recorded instruments a piece is played with.

    Attributes
    ----------
    name : str
        What people are shown, such as ``FluidR3 GM``. Of those found, each has its own.
    path : Path
        The file, ``.sf2`` or ``.sf3``; links are resolved.
    """

    name: str
    path: Path


def find_soundfonts() -> list[Soundfont]:
    """Soundfonts on this computer, best first.

    First what the environment variable ``MUSEGEN_SOUNDFONT`` names (a file or a folder), then the
    folders where Debian, Fedora, Arch, Homebrew, macOS and users keep them, at last TimGM6mb,
    which comes with `pretty_midi`.

    Returns
    -------
    list of Soundfont
        Each file once, no two with the same name.

    Raises
    ------
    AudioError
        If ``MUSEGEN_SOUNDFONT`` names what is not there, or a folder without soundfonts.
    """
    chosen = _chosen()
    installed = sorted((p for folder in _folders() for p in _inside(folder)), key=_rank)
    installed = [path for path in installed if path.stem.lower() not in _PARTIAL]
    bundled = Path(pretty_midi.__file__).with_name(_BUNDLED)
    by_name: dict[str, Soundfont] = {}
    for path in [*chosen, *installed, bundled]:
        if path.is_file():
            name = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
            by_name.setdefault(name.lower(), Soundfont(name, path))
    return list(by_name.values())


def _chosen() -> list[Path]:
    value = os.environ.get(_ENVIRONMENT, "").strip()
    if not value:
        return []
    path = Path(value).expanduser()
    if path.is_file():
        return [path.resolve()]
    found = sorted(_inside(path), key=_rank)
    if not found:
        what = "no soundfont in it" if path.is_dir() else "nothing there"
        raise AudioError(f"{_ENVIRONMENT} is {value}, but there is {what}: name a .sf2 file")
    return found


def _folders() -> list[Path]:
    home = Path.home()
    shares = [
        Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share"),
        *map(Path, filter(None, os.environ.get("XDG_DATA_DIRS", "").split(os.pathsep))),
        Path("/usr/local/share"),
        Path("/usr/share"),
        Path("/opt/homebrew/share"),
        Path("/home/linuxbrew/.linuxbrew/share"),
    ]
    # Debian: sounds/sf2 and sounds/sf3; Fedora, Arch and users of Homebrew: soundfonts.
    below = ("sounds/sf2", "sounds/sf3", "soundfonts")
    folders = [share / name for share in shares for name in below]
    return [*folders, home / "Library/Audio/Sounds/Banks", home / ".fluidsynth"]


def _inside(folder: Path) -> list[Path]:
    try:
        return [p.resolve() for p in folder.iterdir() if p.suffix.lower() in _ENDINGS]
    except OSError:  # no such folder, or not ours to read
        return []


def _rank(path: Path) -> tuple[int, str]:
    stem = path.stem.lower()
    if stem.startswith(_LAST):
        return len(_BEST) + 1, stem
    for place, start in enumerate(_BEST):
        if stem.startswith(start):
            return place, stem
    return len(_BEST), stem


def _check_soundfont(path: Path) -> None:
    if not path.is_file():
        raise AudioError(f"there is no soundfont at {path}: {_GET_ONE}")
    try:
        fault = _riff_fault(path, b"sfbk")
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from None
    if fault:
        raise AudioError(f"{path.name} is {fault} a soundfont: choose a .sf2 file")


def _riff_fault(path: Path, form: bytes) -> str | None:
    """What keeps a file from being a whole RIFF file of a form; None where nothing does."""
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != form:
        return "not"
    (size,) = struct.unpack("<I", head[4:8])
    return "only the beginning of" if path.stat().st_size < size + 8 else None


# Rendering ----------------------------------------------------------------------------------------


def fluidsynth_problem() -> str | None:
    """None where FluidSynth can be run; else one line that says so and how to install it."""
    if shutil.which("fluidsynth"):
        return None
    return (
        "FluidSynth is not installed, so a simpler renderer plays: install it with"
        " apt-get install fluidsynth (Debian, Ubuntu), brew install fluid-synth (macOS)"
        " or choco install fluidsynth (Windows)"
    )


def render(
    piece: Piece, soundfont: str | Path | None = None, *, timeout: float | None = None
) -> tuple[np.ndarray, int]:
    """Play a piece into an array.

    FluidSynth plays it, called through `midi2audio`; where it is not installed
    (`fluidsynth_problem` says so), `midirenderer` does.

    Parameters
    ----------
    piece : Piece
        What is played.
    soundfont : str or Path, optional
        A ``.sf2`` or ``.sf3`` file; the first of `find_soundfonts` if not given.
    timeout : float, optional
        Seconds after which the renderer is ended; a minute more than the piece lasts if not given.

    Returns
    -------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1]: the piece and the release of its last notes,
        up to 4 s. A piece with notes peaks between -3 and -0.5 dBFS, and pieces are brought near
        one loudness (-16 LUFS). A piece without notes is silence of its own length.
    rate : int
        Samples a second: 44100.

    Raises
    ------
    AudioError
        If the soundfont is missing, damaged or has no sound for the piece; if FluidSynth fails or
        runs out of time; if the disk is full.
    """
    embedded = fluidsynth_problem() is not None
    path = _soundfont_for(soundfont, embedded)
    samples = round(piece.seconds * _RATE)
    if not len(piece.notes):
        return np.zeros((samples, 2), np.float32), _RATE
    if timeout is None:
        timeout = 60 + piece.seconds
    try:
        with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
            audio = _play(piece, path, embedded, Path(folder), timeout)
    except OSError as error:
        raise _disk_error("a temporary file", error) from None
    if not np.abs(audio).max(initial=0) > _NOTHING:
        raise AudioError(f"{path.name} has no sound for this piece: choose another soundfont")
    return _level(_trim(audio, samples)), _RATE


def _soundfont_for(soundfont: str | Path | None, embedded: bool) -> Path:
    if soundfont is None:
        found = [font.path for font in find_soundfonts()]
        if embedded:
            found = [path for path in found if path.suffix.lower() == ".sf2"]
        if not found:
            raise AudioError(f"no soundfont was found: {_GET_ONE}")
        path = found[0]
    else:
        path = Path(soundfont).expanduser().resolve()
    _check_soundfont(path)
    if embedded and path.suffix.lower() != ".sf2":
        raise AudioError(f"{path.name} needs FluidSynth: install it or choose a .sf2 file")
    return path


# midi2audio waits for FluidSynth without a limit, lets it write to the terminal, drops its exit
# status, and puts its options behind the files, where FluidSynth for Windows takes them for files
# too. So it runs in a Python of its own, which can be ended and silenced, and there the one call
# it makes is put in order.
_MIDI2AUDIO = """
import subprocess, sys
import midi2audio

soundfont, midi, wav, rate, *options = sys.argv[1:]
call = subprocess.call

def call_in_order(command):
    program, flags, *files = command[:4]
    sys.exit(call([program, flags, *options, *command[4:], *files]))

subprocess.call = call_in_order
midi2audio.FluidSynth(soundfont, int(rate)).midi_to_audio(midi, wav)
"""
_OPTIONS = (
    "-f", os.devnull,  # no settings from the user's own FluidSynth: a piece sounds alike everywhere
    "-T", "wav",
    "-O", "float",  # FluidSynth plays far below full scale: 16 bits would lose two or three of them
    "-o", "synth.default-soundfont=",  # never another soundfont in place of one it cannot load
    "-o", "synth.dynamic-sample-loading=1",  # FluidR3: 45 MB of memory for 169, the same sound
)  # fmt: skip

# Also apart: it panics, in Rust's sense, on some damaged soundfonts.
_MIDIRENDERER = """
import pathlib, sys
import midirenderer

soundfont, midi, wav = map(pathlib.Path, sys.argv[1:])
wav.write_bytes(midirenderer.render_wave_from(soundfont.read_bytes(), midi.read_bytes()))
"""


def _play(
    piece: Piece, soundfont: Path, embedded: bool, folder: Path, timeout: float
) -> np.ndarray:
    """The piece as the renderer leaves it: float32 of shape ``(samples, 2)``, at `_RATE`."""
    midi, wav, log = folder / "piece.mid", folder / "piece.wav", folder / "log.txt"
    files = [str(soundfont), str(midi), str(wav)]
    if embedded:
        renderer = "midirenderer"
        _write_long_midi(piece, midi)
        command = [sys.executable, "-c", _MIDIRENDERER, *files]
    else:
        renderer = "FluidSynth"
        piece.write_midi(midi)
        command = [sys.executable, "-c", _MIDI2AUDIO, *files, str(_RATE), *_OPTIONS]
    with log.open("wb") as output:
        status = _run(command, folder, output, timeout)
    said = log.read_text(errors="replace")
    if status is None:
        raise AudioError(f"{renderer} was not done after {timeout:.3g} s and was ended: try again")
    # FluidSynth exits 0 when it cannot load the soundfont, and writes silence.
    if "failed to load the soundfont" in said.lower() or "not a soundfont" in said.lower():
        raise AudioError(f"{renderer} cannot load {soundfont.name}: choose another soundfont")
    if status or not wav.is_file():
        reason = _reason(said, status)
        raise AudioError(
            f"{renderer} failed with {soundfont.name}: {reason}; try another soundfont"
        )
    return _read_whole(wav, piece, renderer)


def _write_long_midi(piece: Piece, path: Path) -> None:
    # midirenderer stops at the last event, in the middle of a release: add one later that does
    # nothing (an undefined controller).
    midi = piece.to_pretty_midi()
    late = pretty_midi.ControlChange(number=3, value=0, time=piece.seconds + _TAIL)
    midi.instruments[0].control_changes.append(late)
    midi.write(str(path))


def _read_whole(wav: Path, piece: Piece, renderer: str) -> np.ndarray:
    unfinished = AudioError(f"{renderer} left an unfinished file: see that the disk is not full")
    if _riff_fault(wav, b"WAVE"):
        raise unfinished
    try:
        audio, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        raise unfinished from None
    notes = piece.notes
    end = piece.seconds_at((notes["onset"] + notes["duration"]).max())
    if len(audio) < (end - 0.1) * rate or audio.shape[1] != 2 or not np.isfinite(audio).all():
        raise unfinished
    return audio if rate == _RATE else _resample(audio, rate)


def _run(command: list[str], folder: Path, output: io.BufferedWriter, timeout: float) -> int | None:
    """Exit status of a command; None if it ran out of time. Nothing it started outlives it."""
    process = subprocess.Popen(
        command,
        cwd=folder,  # else a file named midi2audio.py in the user's folder would be imported
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a group of its own, so that FluidSynth ends with its parent
    )
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    process.wait()


def _reason(said: str, status: int) -> str:
    """The last error in what a renderer said, else its exit status."""
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()]
    return lines[-1].removeprefix("fluidsynth: ")[:160] if lines else f"exit status {status}"


def _resample(audio: np.ndarray, rate: int) -> np.ndarray:
    """Sound at `_RATE`, by cutting its spectrum off at the new highest frequency."""
    divisor = int(np.gcd(rate, _RATE))
    up, down = _RATE // divisor, rate // divisor
    unit = -(-len(audio) // down)
    unit = -(-unit // 512) * 512  # lengths with small factors: an FFT of a prime length is slow
    spectrum = np.fft.rfft(audio, unit * down, axis=0)[: unit * up // 2 + 1]
    resampled = np.fft.irfft(spectrum, unit * up, axis=0) * (up / down)
    return resampled[: round(len(audio) * _RATE / rate)].astype(np.float32)


# Length and loudness ------------------------------------------------------------------------------


def _trim(audio: np.ndarray, least: int) -> np.ndarray:
    """The sound up to where it has died away, at least `least` samples and at most a tail more."""
    loudest = np.abs(audio).max(axis=1)
    heard = int(np.flatnonzero(loudest > _SILENCE * loudest.max())[-1]) + 1
    length = min(max(heard, least), least + round(_TAIL * _RATE))
    trimmed = np.zeros((length, 2), np.float32)
    trimmed[: len(audio)] = audio[:length]
    fade = min(round(_FADE * _RATE), length)
    trimmed[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return trimmed


def _level(audio: np.ndarray) -> np.ndarray:
    """Sound brought to the target loudness, its peak between `_FLOOR` and `_CEILING`."""
    gain = _TARGET - _loudness(audio)
    peak = 20 * np.log10(np.abs(audio).max())
    for _ in range(3):
        gain = np.clip(gain, _FLOOR - peak, _CEILING + _MOST_LIMITING - peak)
        levelled = _limit(audio * np.float32(10 ** (gain / 20)), 10 ** (_CEILING / 20))
        missing = _TARGET - _loudness(levelled)
        if missing < 0.1:  # LU: near enough, or so even a sound that its floor makes it louder
            break
        gain += missing  # what the limiter took
    return levelled


def _loudness(audio: np.ndarray) -> float:
    """Loudness in LUFS by ITU-R BS.1770-4: K-weighted, gated; stereo at `_RATE`.

    Its two filters are applied as one curve over the spectrum of each 100 ms; four of these make
    one of the standard's blocks. A sound that is all below the gates is -70 LUFS.
    """
    hop = _RATE // 10
    count = max(4, -(-len(audio) // hop))
    padded = np.zeros((count * hop, 2), np.float32)
    padded[: len(audio)] = audio
    spectrum = np.fft.rfft(padded.reshape(count, hop, 2), axis=1)
    power = np.einsum("khc,h->k", np.abs(spectrum) ** 2, _k_weighting(hop)) * 2 / hop**2
    blocks = np.lib.stride_tricks.sliding_window_view(power, 4).mean(axis=1)

    def level(power: np.ndarray) -> np.ndarray:
        return -0.691 + 10 * np.log10(np.maximum(power, 1e-12))

    heard = blocks[level(blocks) > -70]
    if not len(heard):
        return -70.0
    heard = heard[level(heard) > level(heard.mean()) - 10]
    return float(level(heard.mean()))


def _k_weighting(hop: int) -> np.ndarray:
    """Power response of the standard's shelf and high pass at a spectrum's frequencies."""
    # De Man 2014, "Evaluation of implementations of the EBU R128 loudness measurement": the
    # formulas behind the coefficients, which the standard gives for 48 kHz alone.
    z = np.exp(-2j * np.pi * np.arange(hop // 2 + 1) / hop)
    k, q = np.tan(np.pi * 1681.974450955533 / _RATE), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    rise = [high - band * k / q + k * k, 2 * (k * k - high), high + band * k / q + k * k]
    shelf = np.polyval(rise, z) / np.polyval(_poles(k, q), z)
    k, q = np.tan(np.pi * 38.13547087602444 / _RATE), 0.5003270373238773
    poles = _poles(k, q)
    high_pass = poles[-1] * np.polyval([1, -2, 1], z) / np.polyval(poles, z)
    return np.abs(shelf * high_pass) ** 2


def _poles(k: float, q: float) -> list[float]:
    """Denominator of a second-order filter, highest power of z (a delay of one sample) first."""
    return [1 - k / q + k * k, 2 * (k * k - 1), 1 + k / q + k * k]


def _limit(audio: np.ndarray, ceiling: float) -> np.ndarray:
    """Sound whose peaks are turned down to `ceiling`, by a gain that moves slowly around them."""
    peaks = np.abs(audio).max(axis=1)
    if peaks.max() <= ceiling:
        return audio
    hop, reach = 64, 24  # samples; hops: the gain moves within 35 ms, too slow to be heard as noise
    count = -(-len(peaks) // hop)
    blocks = np.pad(peaks, (0, count * hop - len(peaks))).reshape(count, hop).max(axis=1)
    needed = np.minimum(1, ceiling / np.maximum(blocks, ceiling))
    # The least gain needed anywhere near, one hop further than the smoothing reaches: the smooth
    # gain then stays under what each sample needs, between the middles of two hops as well.
    near = np.pad(needed, 2 * reach + 1, constant_values=1.0)
    near = np.lib.stride_tricks.sliding_window_view(near, 2 * reach + 3).min(axis=1)
    window = np.hanning(2 * reach + 1)
    smooth = np.convolve(near, window / window.sum(), "valid")
    middles = (np.arange(len(smooth)) + (count - len(smooth)) / 2 + 0.5) * hop
    gain = np.interp(np.arange(len(audio)), middles, smooth).astype(np.float32)
    return np.clip(audio * gain[:, None], -ceiling, ceiling, dtype=np.float32)


# Files --------------------------------------------------------------------------------------------

# libsndfile's scale runs from 0 (best) to 1 (smallest): Vorbis near 190, MP3 near 200 kbit/s.
_WRITERS: dict[str, dict] = {
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": 0.1},
    ".ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.4},
    ".wav": {"format": "WAV", "subtype": "PCM_16"},
}
FORMATS: tuple[str, ...] = tuple(_WRITERS)
"""Endings of the sound files that `write_audio` writes."""


def write_audio(path: str | Path, audio: np.ndarray, rate: int) -> None:
    """Write a sound file, whole or not at all; the ending says in which format.

    Parameters
    ----------
    path : str or Path
        Ends in one of `FORMATS`. WAV and FLAC have 16 bits.
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1].
    rate : int
        Samples a second.

    Raises
    ------
    AudioError
        If the ending is another, the disk is full or the file cannot be written.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise AudioError(f"{path.name} does not say a format: end it in {', '.join(FORMATS)}")
    if writer["subtype"] == "PCM_16":
        audio = to_int16(audio)
    # Into memory first: libsndfile does not say why a write failed, the system does.
    data = io.BytesIO()
    try:
        with soundfile.SoundFile(data, "w", rate, audio.shape[1], **writer) as file:
            for start in range(0, len(audio), rate):  # Vorbis overflows its stack on long arrays
                file.write(audio[start : start + rate])
    except soundfile.LibsndfileError as error:
        raise AudioError(f"cannot make {path.suffix} of this sound: {error.error_string}") from None
    try:
        with write_beside(path) as beside:
            beside.write_bytes(data.getbuffer())
    except OSError as error:
        raise _disk_error(str(path), error) from None


def _disk_error(what: str, error: OSError) -> AudioError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return AudioError(f"the disk is full: {what} was not written; make room and try again")
    return AudioError(f"cannot write {what}: {error.strerror or error}")


def to_int16(audio: np.ndarray) -> np.ndarray:
    """Float audio in [-1, 1] as int16 of the same shape; what lies outside is clipped."""
    return np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)
