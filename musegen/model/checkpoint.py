"""Checkpoints: folders of plain numbers and text that can be trusted not to run anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from musegen.errors import CheckpointError
from musegen.files import atomic_write
from musegen.model.attribute_controls import AttributeControls
from musegen.model.config import PriorConfig, VAEConfig
from musegen.model.prior import Prior
from musegen.model.vae import VAE
from musegen.music.attributes import ATTRIBUTES
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = [
    "load_arrays",
    "load_attribute_controls",
    "load_prior",
    "load_vae",
    "save_arrays",
    "save_attribute_controls",
    "save_prior",
    "save_vae",
]

_Config = TypeVar("_Config", VAEConfig, PriorConfig)

MAX_FILE_BYTES = 9_500_000  # what hosts that frown on files over 10 MB still take


def save_arrays(arrays: Mapping[str, np.ndarray], folder: Path, stem: str) -> None:
    """Write arrays as safetensors files of under 10 MB: ``stem-00001-of-00003.safetensors`` …

    An array that is larger than a file is cut along its first axis into ``name@0``, ``name@1`` ….
    Files of the same stem that were there before are replaced.
    """
    pieces: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        parts = -(-array.nbytes // MAX_FILE_BYTES) or 1
        if parts == 1:
            # safetensors would write a reversed or transposed view in the order of its memory.
            pieces[name] = np.ascontiguousarray(array)
        else:
            cut = np.array_split(array, parts)
            pieces.update({f"{name}@{i}": np.ascontiguousarray(c) for i, c in enumerate(cut)})
    shards: list[dict[str, np.ndarray]] = [{}]
    for name, array in pieces.items():
        if sum(a.nbytes for a in shards[-1].values()) + array.nbytes > MAX_FILE_BYTES:
            shards.append({})
        shards[-1][name] = array
    names = [f"{stem}-{i + 1:05}-of-{len(shards):05}.safetensors" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        with atomic_write(folder / name) as beside:
            save_file(shard, beside)
    for old in folder.glob(f"{stem}-*-of-*.safetensors"):
        if old.name not in names:
            old.unlink()


def load_arrays(folder: Path, stem: str) -> dict[str, np.ndarray]:
    """Read what `save_arrays` wrote.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged.
    """
    found = sorted(folder.glob(f"{stem}-*-of-*.safetensors"))
    if not found:
        raise CheckpointError(
            f"{folder} has no {stem} weights: get the checkpoint anew or train it"
        )
    count = int(found[0].stem.rsplit("-", 1)[1])
    pieces: dict[str, np.ndarray] = {}
    for i in range(count):
        path = folder / f"{stem}-{i + 1:05}-of-{count:05}.safetensors"
        try:
            pieces.update(load_file(path))
        except FileNotFoundError:
            raise CheckpointError(f"{path} is missing: get the checkpoint anew") from None
        except (SafetensorError, OSError, ValueError):
            raise CheckpointError(f"{path} is damaged: get the checkpoint anew") from None
    arrays: dict[str, np.ndarray] = {}
    for name in dict.fromkeys(key.split("@")[0] for key in pieces):
        cut = [pieces[f"{name}@{i}"] for i in range(len(pieces)) if f"{name}@{i}" in pieces]
        arrays[name] = np.concatenate(cut) if cut else pieces[name]
    return arrays


def save_vae(vae: VAE, folder: Path) -> None:
    """Write a VAE's config and its weights in half precision."""
    _save_model(vae, vae.trainable_variables, folder, "vae")


def load_vae(folder: Path) -> VAE:
    """Read a VAE, ready to encode and decode.

    Raises
    ------
    CheckpointError
        If the folder, or a file in it, is missing or damaged.
    """
    vae = VAE(_config(folder, "vae", VAEConfig))
    vae.build_from(vae.codec.arrays(PhraseSet.from_phrases([Phrase()])))
    _assign(vae.trainable_variables, folder, "vae")
    return vae


def save_prior(prior: Prior, folder: Path) -> None:
    """Write a prior's config and its weights in half precision."""
    _save_model(prior, prior.weights, folder, "prior")


def load_prior(folder: Path) -> Prior:
    """Read a prior.

    Raises
    ------
    CheckpointError
        If a file of it is missing or damaged.
    """
    prior = Prior(_config(folder, "prior", PriorConfig))
    prior.build_from()
    _assign(prior.weights, folder, "prior")
    return prior


def save_attribute_controls(controls: AttributeControls, folder: Path) -> None:
    """Write controls in single precision: an array for each attribute, and the latents' own."""
    columns = zip(
        controls.names, controls.mean, controls.spread, np.float32(controls.slopes), strict=True
    )
    arrays = {name: np.float32([mean, spread, *slopes]) for name, mean, spread, slopes in columns}
    arrays["center"], arrays["color"] = np.float32(controls.center), np.float32(controls.color)
    arrays["reach"] = np.float32([controls.reach])
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
        center, color, (reach,) = arrays["center"], arrays["color"], arrays["reach"]
    except (KeyError, ValueError):
        rows, center, color, reach = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 0.0
    dim = len(center)
    if not names or rows.shape[1] != 2 + dim or color.shape != (dim, dim):
        raise CheckpointError(f"{folder} has controls that are damaged: get the checkpoint anew")
    return AttributeControls(
        names, rows[:, 0], rows[:, 1], rows[:, 2:], center, color, float(reach)
    )


def _save_model(model: VAE | Prior, variables: list, folder: Path, stem: str) -> None:
    with atomic_write(folder / f"{stem}.json") as beside:
        beside.write_text(json.dumps(asdict(model.config), indent=2) + "\n")
    half = {v.path: np.asarray(v.numpy()).astype(np.float16) for v in variables}
    save_arrays(half, folder, stem)


def _config(folder: Path, stem: str, kind: type[_Config]) -> _Config:
    path = folder / f"{stem}.json"
    try:
        return kind(**json.loads(path.read_text()))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: name a folder that holds a checkpoint") from None
    except (OSError, ValueError, TypeError):
        raise CheckpointError(f"{path} is damaged: get the checkpoint anew") from None


def _assign(variables: list, folder: Path, stem: str) -> None:
    arrays = load_arrays(folder, stem)
    for variable in variables:
        array = arrays.get(variable.path)
        if array is None or array.shape != tuple(variable.shape):
            raise CheckpointError(
                f"{folder} has weights that do not fit its {stem}.json ({variable.path}): "
                "get the checkpoint anew"
            )
        variable.assign(array)
