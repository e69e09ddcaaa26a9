"""The MNIST images (LeCun, Cortes, Burges) and any data set in the same four idx files, checked when read."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import MnistError

KNOWN_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""SHA-256 of the unpacked files of the data set as its authors published it."""

_IMAGES_MAGIC, _LABELS_MAGIC = 2051, 2049
CLASSES = 10

ByteArray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ImageSet:
    """Images and their classes.

    train_images, test_images : (n, rows, columns) uint8, 0 black background to 255
    train_labels, test_labels : (n,) uint8, 0 to 9
    sha256                    : of the four unpacked files together; names the data in provenance
    """

    train_images: ByteArray
    train_labels: ByteArray
    test_images: ByteArray
    test_labels: ByteArray
    sha256: str


def _unpack(path: Path) -> bytes:
    if not path.is_file():
        raise MnistError(f"{path}: no such file, expected a gzipped idx file. Put the four MNIST files beside it.")
    try:
        with gzip.open(path, "rb") as stream:
            return stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise MnistError(f"{path}: cannot be unpacked ({error}), expected gzip. Copy the file again.") from error


def _check_idx(path: Path, content: bytes, magic: int, kind: str) -> npt.NDArray[np.int64]:
    """Sizes that the header promises, after the file was found to hold exactly that."""
    n_axes = magic & 0xFF
    header = 4 + 4 * n_axes
    found = int.from_bytes(content[:4], "big")
    if len(content) < header or found != magic:
        raise MnistError(
            f"{path}: magic number {found}, expected {magic} ({kind}). This is another file: replace it by the {kind}."
        )
    sizes = np.frombuffer(content, ">u4", n_axes, 4).astype(np.int64)
    expected = header + int(np.prod(sizes))
    if len(content) != expected:
        raise MnistError(
            f"{path}: {len(content)} bytes unpacked, expected {expected} by its header. Copy the file again."
        )
    return sizes


def _read(folder: Path, name: str, magic: int, kind: str, known: bool) -> tuple[ByteArray, str]:
    path = folder / f"{name}.gz"
    content = _unpack(path)
    sizes = _check_idx(path, content, magic, kind)
    digest = hashlib.sha256(content).hexdigest()
    if known and digest != KNOWN_SHA256[name]:
        raise MnistError(
            f"{path}: SHA-256 {digest[:16]}..., expected {KNOWN_SHA256[name][:16]}... of the published MNIST: the file "
            "was altered. Copy it again. Another data set of that form is taken with `other_data_set: true` in the "
            "study, or `netsim score --other-data-set`."
        )
    values = np.frombuffer(content, np.uint8, offset=len(content) - int(np.prod(sizes)))
    return values.reshape(tuple(sizes)), digest


def _read_part(folder: Path, part: str, known: bool) -> tuple[ByteArray, ByteArray, str]:
    images, images_digest = _read(folder, f"{part}-images-idx3-ubyte", _IMAGES_MAGIC, "image file", known)
    labels, labels_digest = _read(folder, f"{part}-labels-idx1-ubyte", _LABELS_MAGIC, "label file", known)
    if len(images) != len(labels) or len(images) == 0:
        raise MnistError(
            f"{folder}: {len(images)} images but {len(labels)} labels in the {part} files, expected one label an image "
            "and at least one. Copy both files from one source."
        )
    if labels.max() >= CLASSES:
        raise MnistError(
            f"{folder}/{part}-labels-idx1-ubyte.gz: holds class {labels.max()}, expected 0 to {CLASSES - 1}. "
            "Use a data set of ten classes."
        )
    return images, labels, images_digest + labels_digest


def load_images(folder: Path, other_data_set: bool = False) -> ImageSet:
    """Read the four gzipped idx files in `folder`.

    other_data_set : accept a data set of the same form that is not the published MNIST
    Raises         : MnistError for a file that is missing, packed wrongly, of the wrong kind, size or content
    """
    folder = Path(folder)
    train_images, train_labels, train_digest = _read_part(folder, "train", not other_data_set)
    test_images, test_labels, test_digest = _read_part(folder, "t10k", not other_data_set)
    if train_images.shape[1:] != test_images.shape[1:]:
        raise MnistError(
            f"{folder}: training images of {train_images.shape[1:]} pixels, test images of {test_images.shape[1:]}, "
            "expected one size. Copy both from one source."
        )
    sha256 = hashlib.sha256((train_digest + test_digest).encode()).hexdigest()
    return ImageSet(train_images, train_labels, test_images, test_labels, sha256)
