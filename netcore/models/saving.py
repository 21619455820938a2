"""Saving: models and weights as files that hold numbers and text only, and are read with care.

A file is a zip archive that is not compressed: metadata.json, config.json, and each array as a .npy member of its own.
Nothing in it is ever run (no pickle). What is read is bounded: members of known names only, no larger together than
the file itself, arrays only in the shapes that the model expects, a model no larger than the file's own weights.
"""

import io
import json
import math
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.errors import NetcoreFileError, NetcoreValueError
from netcore.models.compiling import compile_arguments
from netcore.models.describing import Classes, entry, layer_of
from netcore.names import snake_case
from netcore.parameters import weights_limited_to
from netcore.syntax import undisturbed

FORMAT = 1
LARGEST = 4 << 30  # bytes of a file that is read
TEXT_LIMIT = 16 << 20  # bytes of a text member
MEMBERS = 100_000
HEADER = 4096  # bytes in which the header of an array must end
NAME = re.compile(r"[\w ./-]{1,300}")
KINDS = "biuf"  # numbers, never objects

Arrays = dict[str, Array]


# --- whole models


def save_model(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write architecture, weights, what compile chose, the optimizer's state and the random streams.

    Raises:
        NetcoreValueError "file.ending", "file.exists": the path does not end in .keras, or is there already.
    """
    path = _target(filepath, (".keras", ".h5"), overwrite)
    texts = {"config.json": json.dumps(entry(model))}
    if model.compiled:
        texts["compile.json"] = json.dumps(compile_arguments(model))
    arrays: Arrays = {}
    if model.graph is not None and model.compiled:
        model.ready_to_train()
        arrays = model.training_state()
    elif model.graph is not None:
        arrays = model.weight_state()
    _write(path, texts, {f"state/{name}": array for name, array in arrays.items()})


def load_model(filepath: Any, custom_objects: Classes = None, compile: bool = True, safe_mode: bool = True) -> Any:
    """The model of a file: training goes on exactly where it was saved.

    Args:
        custom_objects: layers of one's own, by class name.
        compile: whether optimizer, loss and metrics come back too.
        safe_mode: accepted for Keras programs; netcore knows no other mode.

    Raises:
        NetcoreFileError "file.missing": there is no such file.
        NetcoreValueError "file.hdf5", "file.not_netcore", "file.damaged", "file.too_large".
    """
    with _Archive(filepath) as archive:
        description = archive.json("config.json")
        arrays = archive.sizes("state/weight.")
        with weights_limited_to(sum(arrays.values())):
            model: Any = layer_of(description, custom_objects)
        if not hasattr(model, "training_state"):
            raise _damaged(archive.path, "config.json")
        if compile and archive.has("compile.json"):
            model.compile_from_config(archive.json("compile.json"))
        if arrays or model.graph is not None:
            trained = model.compiled and model.graph is not None
            if trained:
                model.ready_to_train()
            expected = model.training_state() if trained else model.weight_state()
            found = archive.arrays("state/", expected, carried=trained)
            (model.set_training_state if trained else model.set_weight_state)(found)
    return model


# --- weights alone


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights, each under the place of its layer: layers/dense_1/vars/0."""
    path = _target(filepath, (".weights.h5", ".weights.npz"), overwrite)
    _write(path, {}, {name: weight.numpy() for name, weight in weight_places(model).items()})


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> None:
    """Read the weights of a file into the model, whose layers must be the same.

    Args:
        skip_mismatch: leave weights alone whose shape in the file is another one, instead of refusing.

    Raises:
        NetcoreFileError "file.missing": there is no such file.
        NetcoreValueError "file.weights": a weight is missing or has another shape; others as for `load_model`.
    """
    model._require_graph()
    with _Archive(filepath) as archive:
        whole = archive.has("config.json")  # a whole model serves as well
        places = {f"state/weight.{i}": one for i, one in enumerate(model.weights)} if whole else weight_places(model)
        fitting = {}
        for name, weight in places.items():
            shape = archive.shape(name)
            if shape == weight.shape:
                fitting[name] = weight
            elif not skip_mismatch:
                raise NetcoreValueError(
                    "file.weights",
                    "{path}: the model's weight {name} has shape {expected}, but the file holds {given}. Load weights "
                    "into a model with the same layers.",
                    path=archive.path.name,
                    name=name,
                    expected=weight.shape,
                    given="none" if shape is None else shape,
                )
        for name, weight in fitting.items():
            weight.assign(archive.array(name, weight.shape))


def weight_places(model: Any) -> dict[str, Any]:
    """Place in the file of each weight: class and number of its layer, as in Keras's files, then its own number."""
    places: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for layer in model._require_graph().layers:
        kind = snake_case(type(layer).__name__)
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        folder = f"layers/{kind}_{number}" if number else f"layers/{kind}"
        places |= {f"{folder}/vars/{index}": weight for index, weight in enumerate(layer.weights)}
    return places


# --- writing


def _target(filepath: Any, endings: tuple[str, ...], overwrite: bool) -> Path:
    path = Path(filepath)
    if not path.name.endswith(endings):
        raise NetcoreValueError(
            "file.ending",
            "The file name must end in {ending}, but got {value!r}. Try {base}{ending}.",
            ending=endings[0],
            value=str(filepath),
            base=path.name.split(".")[0] or "model",
        )
    if path.exists() and not overwrite:
        raise NetcoreValueError(
            "file.exists", "{path} is there already. Give another name, or overwrite=True.", path=str(filepath)
        )
    return path


def _write(path: Path, texts: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """Write into a file beside it first: a file that was there stays whole until the new one is complete."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("metadata.json", json.dumps({"library": "netcore", "format": FORMAT}))
            for name, text in texts.items():
                archive.writestr(name, text)
            for name, array in arrays.items():
                member = io.BytesIO()
                np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)
                archive.writestr(f"{name}.npy", member.getvalue())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


# --- reading


class _Archive:
    """A file that is opened to be read, its table of contents checked."""

    def __init__(self, filepath: Any) -> None:
        self.path = Path(filepath)
        if not self.path.is_file():
            raise NetcoreFileError(
                "file.missing", "File not found: {path}. Please ensure the path is right.", path=str(filepath)
            )
        size = self.path.stat().st_size
        if size > LARGEST:
            raise NetcoreValueError("file.too_large", "{path} is too large to be read.", path=self.path.name)
        with self.path.open("rb") as file:
            if file.read(4) == b"\x89HDF":
                raise NetcoreValueError(
                    "file.hdf5",
                    "{path} is an HDF5 file, which netcore does not read. Save it again with netcore's model.save or "
                    "save_weights.",
                    path=self.path.name,
                )
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, ValueError, OSError):
            raise self._foreign() from None
        self._members = {info.filename: info for info in self._zip.infolist()}
        self._check(size)

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *error: Any) -> None:
        self._zip.close()

    def _check(self, size: int) -> None:
        """Members of known names, not compressed, and together no larger than the file."""
        infos = self._zip.infolist()
        known = all(
            NAME.fullmatch(info.filename)
            and ".." not in info.filename
            and not info.filename.startswith("/")
            and info.filename.endswith((".npy", ".json"))
            for info in infos
        )
        plain = all(info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1 for info in infos)
        small = sum(info.file_size for info in infos) <= size and len(infos) <= MEMBERS
        alone = len(self._members) == len(infos)
        if not (known and plain and small and alone and self.has("metadata.json")):
            self._zip.close()
            raise self._foreign()
        about = self.json("metadata.json")
        if not isinstance(about, dict) or about.get("library") != "netcore" or about.get("format") != FORMAT:
            self._zip.close()
            raise self._foreign()

    def _foreign(self) -> NetcoreValueError:
        return NetcoreValueError(
            "file.not_netcore",
            "{path} was not written by netcore's model.save or save_weights, so it is not opened.",
            path=self.path.name,
        )

    def has(self, name: str) -> bool:
        return name in self._members

    def _bytes(self, name: str, first: int | None = None) -> bytes:
        """A member, or its first bytes."""
        info = self._members.get(name)
        if info is None:
            raise _damaged(self.path, name)
        try:
            with self._zip.open(info) as member:
                return member.read(-1 if first is None else first)
        except (zipfile.BadZipFile, OSError, EOFError):
            raise _damaged(self.path, name) from None

    def json(self, name: str) -> Any:
        if name in self._members and self._members[name].file_size > TEXT_LIMIT:
            raise _damaged(self.path, name)
        try:
            return json.loads(self._bytes(name))
        except (ValueError, RecursionError):
            raise _damaged(self.path, name) from None

    def sizes(self, prefix: str) -> dict[str, int]:
        """Name -> how many numbers, of all arrays whose name begins so."""
        names = [name.removesuffix(".npy") for name in self._members if name.startswith(prefix)]
        return {name: math.prod(self.shape(name) or ()) for name in names}

    def shape(self, name: str) -> tuple[int, ...] | None:
        """Shape of an array; None if it is not there."""
        return None if not self.has(f"{name}.npy") else self._header(name)[0]

    def _header(self, name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
        """Shape, order, type and length of the header, checked against the size of the member."""
        member = f"{name}.npy"
        head = io.BytesIO(self._bytes(member, HEADER))
        try:
            if np.lib.format.read_magic(head) != (1, 0):
                raise _damaged(self.path, member)
            shape, fortran, dtype = undisturbed(lambda: _after_magic(head))
        except ValueError:
            raise _damaged(self.path, member) from None
        length = head.tell()
        if dtype.kind not in KINDS or math.prod(shape) * dtype.itemsize + length != self._members[member].file_size:
            raise _damaged(self.path, member)
        return shape, fortran, dtype, length

    def array(self, name: str, shape: tuple[int, ...]) -> Array:
        """An array of that shape and no other."""
        found, fortran, dtype, length = self._header(name) if self.has(f"{name}.npy") else (None, False, None, 0)
        if found != shape:
            raise _damaged(self.path, name)
        numbers = np.frombuffer(self._bytes(f"{name}.npy"), dtype, offset=length)
        return numbers.reshape(shape, order="F" if fortran else "C").copy()

    def arrays(self, prefix: str, expected: Arrays, *, carried: bool) -> Arrays:
        """All arrays of `expected`, in its shapes, and the states that stateful layers have kept."""
        found = {name: self.array(prefix + name, array.shape) for name, array in expected.items()}
        if carried:
            for member in self._members:
                name = member.removeprefix(prefix).removesuffix(".npy")
                if name.startswith("carried.") and name not in found:
                    found[name] = self.array(prefix + name, self._header(prefix + name)[0])
        return found


def _after_magic(head: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    head.seek(np.lib.format.MAGIC_LEN)
    return np.lib.format.read_array_header_1_0(head)


def _damaged(path: Path, name: str) -> NetcoreValueError:
    return NetcoreValueError(
        "file.damaged",
        "{path} is damaged, or not the file that it says it is: something is wrong with its part {part}.",
        path=path.name,
        part=name,
    )
