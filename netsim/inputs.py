"""Images as network inputs: binarized whole pictures (Al Misba 2022) or grey crops (Fumarola 2016)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.errors import ConfigError

BINARY_THRESHOLD = 127
"""A pixel is on when its value is above this (Al Misba 2022)."""

CROP_SHAPE = (24, 22)
"""Rows and columns of the crop: 528 inputs (Fumarola 2016, Fig. 4)."""


def binarized(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(n, pixels) inputs, 1 where a pixel is above `BINARY_THRESHOLD`, else 0."""
    return (images.reshape(len(images), -1) > BINARY_THRESHOLD).astype(np.float32)


def grey_crops(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(n, 528) inputs in [0, 1]: the middle 24 x 22 pixels, rescaled from 0..255.

    The digits were centred by their mass in 28 x 28 pixels: the crop cuts 2 rows and 3 columns on each side.
    """
    rows, columns = CROP_SHAPE
    if images.shape[1] < rows or images.shape[2] < columns:
        raise ConfigError(
            f"images of {images.shape[1]} x {images.shape[2]} pixels cannot be cropped to {rows} x {columns}: "
            "use images of 28 x 28 pixels"
        )
    top, left = (images.shape[1] - rows) // 2, (images.shape[2] - columns) // 2
    crop = images[:, top : top + rows, left : left + columns]
    return (crop.reshape(len(images), -1) / np.float32(255)).astype(np.float32)


@dataclass(frozen=True)
class ActiveInputs:
    """The inputs that are not zero, image after image: what an event-driven kernel reads.

    starts : (n + 1,) int64, where each image begins in the two arrays below
    pixels : int32 index of an active input
    values : float32 its value
    """

    starts: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]

    @classmethod
    def of(cls, inputs: npt.NDArray[np.float32]) -> ActiveInputs:
        """List the active inputs of (n, pixels) dense ones."""
        active = inputs != 0
        starts = np.concatenate(([0], np.cumsum(active.sum(axis=1)))).astype(np.int64)
        return cls(starts, np.nonzero(active)[1].astype(np.int32), inputs[active])
