"""Reads and writes checkpoints: folders of safetensors and JSON, which cannot run any code."""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from musegen.errors import CheckpointError
from musegen.files import atomic_write
from musegen.model.attribute_controls import AttributeControls
from musegen.model.codecs import CODECS
from musegen.model.codecs.tables import Shapes, Tables, no_tables
from musegen.model.config import InferenceConfig, PriorConfig, VAEConfig
from musegen.model.prior import Prior
from musegen.model.tensors import to_numpy
from musegen.model.vae import VAE
from musegen.music.attributes import ATTRIBUTES
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = [
    "load_arrays",
    "load_attribute_controls",
    "load_inference_config",
    "load_note_tables",
    "load_prior",
    "load_vae",
    "save_arrays",
    "save_attribute_controls",
    "save_inference_config",
    "save_note_tables",
    "save_prior",
    "save_vae",
]

_Config = TypeVar("_Config", VAEConfig, PriorConfig, InferenceConfig)

MAX_FILE_BYTES = 9_500_000  # hosts such as Hugging Face want Git LFS for files over 10 MB
_REMEDY = "download the checkpoint again"
# Checkpoints that were made earlier have these; nothing reads them any more.
_FORMER_SETTINGS = ("encoding_share", "encoding_momentum", "sustain_from")


def save_arrays(arrays: Mapping[str, np.ndarray], folder: Path, stem: str) -> None:
    """Write arrays as safetensors files of under 10 MB: ``stem-00001-of-00003.safetensors`` …

    An array larger than a file is cut along its first axis into ``name@0``, ``name@1`` …. Earlier
    files of the same stem are replaced.
    """
    pieces: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if array.nbytes <= MAX_FILE_BYTES:
            pieces[name] = array
        else:
            cut = np.array_split(array, -(-array.nbytes // MAX_FILE_BYTES))
            pieces |= {f"{name}@{i}": part for i, part in enumerate(cut)}
    shards: list[dict[str, np.ndarray]] = [{}]
    for name, array in pieces.items():
        if sum(a.nbytes for a in shards[-1].values()) + array.nbytes > MAX_FILE_BYTES:
            shards.append({})
        # Contiguous, or safetensors would write a transposed view in the order of its memory.
        shards[-1][name] = np.ascontiguousarray(array)
    names = [f"{stem}-{i + 1:05}-of-{len(shards):05}.safetensors" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        with atomic_write(folder / name) as temporary:
            save_file(shard, temporary)
    for old in folder.glob(f"{stem}-*-of-*.safetensors"):
        if old.name not in names:
            old.unlink()


def load_arrays(folder: Path, stem: str) -> dict[str, np.ndarray]:
    """Read arrays that `save_arrays` wrote.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged.
    """
    found = sorted(folder.glob(f"{stem}-*-of-*.safetensors"))
    if not found:
        raise CheckpointError(f"{folder} has no {stem} weights: {_REMEDY} or train it")
    count = int(found[0].stem.rsplit("-", 1)[1])
    pieces: dict[str, np.ndarray] = {}
    for i in range(count):
        path = folder / f"{stem}-{i + 1:05}-of-{count:05}.safetensors"
        try:
            pieces.update(load_file(path))
        except FileNotFoundError:
            raise CheckpointError(f"{path} is missing: {_REMEDY}") from None
        except (SafetensorError, OSError, ValueError):
            raise CheckpointError(f"{path} is damaged: {_REMEDY}") from None
    arrays: dict[str, np.ndarray] = {}
    for name in dict.fromkeys(key.split("@")[0] for key in pieces):
        cut = [pieces[f"{name}@{i}"] for i in range(len(pieces)) if f"{name}@{i}" in pieces]
        arrays[name] = np.concatenate(cut) if cut else pieces[name]
    return arrays


def save_vae(vae: VAE, folder: Path) -> None:
    """Write a VAE's configuration, and its weights in half precision."""
    _save_model(vae, vae.trainable_variables, folder, "vae")


def load_vae(folder: Path) -> VAE:
    """Read a VAE, ready to encode and decode.

    Raises
    ------
    CheckpointError
        If the folder or a file in it is missing or damaged.
    """
    config = _read_config(folder, "vae", VAEConfig)
    if config.kind not in CODECS:
        raise CheckpointError(f"{folder} has a model of the kind {config.kind[:20]!r}: {_REMEDY}")
    vae = VAE(config)
    vae.build_from(vae.codec.to_arrays(PhraseSet.from_phrases([Phrase()])))
    _assign(vae.trainable_variables, folder, "vae")
    return vae


def save_prior(prior: Prior, folder: Path) -> None:
    """Write a prior's configuration, and its weights in half precision."""
    _save_model(prior, prior.weights, folder, "prior")


def load_prior(folder: Path) -> Prior:
    """Read a prior.

    Raises
    ------
    CheckpointError
        If one of its files is missing or damaged.
    """
    config = _read_config(folder, "prior", PriorConfig)
    prior = Prior(replace(config, styles=tuple(config.styles)))
    prior.build_from()
    _assign(prior.weights, folder, "prior")
    return prior


def save_inference_config(settings: InferenceConfig, folder: Path) -> None:
    """Write the settings that were chosen for a checkpoint's weights."""
    _write_config(settings, folder, "inference")


def load_inference_config(folder: Path) -> InferenceConfig:
    """Read the settings for a checkpoint's weights; the defaults if it has none.

    Raises
    ------
    CheckpointError
        If the file is damaged.
    """
    path = folder / "inference.json"
    if not path.exists():
        return InferenceConfig()
    settings = _read_config(folder, "inference", InferenceConfig, _FORMER_SETTINGS)
    try:
        numbers = [float(value) for value in vars(settings).values()]
    except (TypeError, ValueError):
        numbers = [np.nan]
    if not np.isfinite(numbers).all() or settings.flow_steps < 1 or settings.encoding_steps < 0:
        raise CheckpointError(f"{path} is damaged: {_REMEDY}")
    return replace(
        settings,
        encoding_steps=int(settings.encoding_steps),
        flow_steps=int(settings.flow_steps),
    )


def save_attribute_controls(controls: AttributeControls, folder: Path) -> None:
    """Write controls in single precision: an array for each attribute, and three of the latents."""
    rows = np.column_stack([controls.mean, controls.deviation, controls.slopes]).astype(np.float32)
    arrays = dict(zip(controls.names, rows, strict=True))
    arrays["center"] = controls.center.astype(np.float32)
    arrays["color"] = controls.coloring.astype(np.float32)
    arrays["reach"] = np.array([controls.max_distance], np.float32)
    save_arrays(arrays, folder, "controls")


def load_attribute_controls(folder: Path) -> AttributeControls:
    """Read controls.

    Raises
    ------
    CheckpointError
        If their file is missing or damaged.
    """
    arrays = load_arrays(folder, "controls")
    names = tuple(name for name in ATTRIBUTES if name in arrays)
    try:
        rows = np.stack([arrays[name] for name in names])
        center, coloring, (max_distance,) = arrays["center"], arrays["color"], arrays["reach"]
        dim = len(center)
        if rows.shape[1] != 2 + dim or coloring.shape != (dim, dim):
            raise ValueError
    except (KeyError, ValueError):
        raise CheckpointError(f"the controls in {folder} are damaged: {_REMEDY}") from None
    mean, deviation, slopes = rows[:, 0], rows[:, 1], rows[:, 2:]
    return AttributeControls(names, mean, deviation, slopes, center, coloring, float(max_distance))


def save_note_tables(tables: Tables, folder: Path) -> None:
    """Write the tables by which the notes of draws agree."""
    save_arrays(tables, folder, "notes")


def load_note_tables(folder: Path, shapes: Shapes) -> Tables:
    """Read tables of given shapes; zeros if the checkpoint has none.

    Raises
    ------
    CheckpointError
        If the file is damaged.
    """
    if not any(folder.glob("notes-*.safetensors")):
        return no_tables(shapes)
    tables = load_arrays(folder, "notes")
    if {name: table.shape for name, table in tables.items()} != dict(shapes):
        raise CheckpointError(f"the tables of notes in {folder} are damaged: {_REMEDY}")
    return tables


def _save_model(model: VAE | Prior, variables: list[Any], folder: Path, stem: str) -> None:
    _write_config(model.config, folder, stem)
    half = {variable.path: to_numpy(variable).astype(np.float16) for variable in variables}
    save_arrays(half, folder, stem)


def _write_config(
    config: VAEConfig | PriorConfig | InferenceConfig, folder: Path, stem: str
) -> None:
    with atomic_write(folder / f"{stem}.json") as temporary:
        temporary.write_text(json.dumps(asdict(config), indent=2) + "\n")


def _read_config(
    folder: Path, stem: str, kind: type[_Config], former: Collection[str] = ()
) -> _Config:
    path = folder / f"{stem}.json"
    try:
        values = dict(json.loads(path.read_text()))
        config = kind(**{name: values[name] for name in values if name not in former})
        return TypeAdapter(kind).validate_python(asdict(config))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: name a folder that holds a checkpoint") from None
    except (OSError, ValueError, TypeError):
        raise CheckpointError(f"{path} is damaged: {_REMEDY}") from None


def _assign(variables: list[Any], folder: Path, stem: str) -> None:
    arrays = load_arrays(folder, stem)
    for variable in variables:
        array = arrays.get(variable.path)
        if array is None or array.shape != tuple(variable.shape):
            raise CheckpointError(
                f"the weights in {folder} do not fit its {stem}.json ({variable.path}): {_REMEDY}"
            )
        variable.assign(array)
