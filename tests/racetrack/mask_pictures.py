"""What MuMax3's ``ImageShape`` makes of a picture, for tests."""

from pathlib import Path

import numpy as np
from PIL import Image


def read_mask(path: Path) -> np.ndarray:
    """(rows, columns) True where the picture is dark, which is where material is; row 0 has the lowest y."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"))[::-1] < 128
