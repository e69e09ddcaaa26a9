"""Images of fields in MuMax3's colours: hue for the direction in the plane, lightness for the z component."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import ScriptError
from devicegen.files import written_whole

_FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "gif": "GIF"}


def write_image(path: Path, values: npt.NDArray[np.float32], default_format: str) -> None:
    """Write an image of a field (1 or 3, ny, nx), lowest row at the bottom, one pixel a cell.

    The format goes by the file's ending, `default_format` where it has none.
    """
    from PIL import Image

    ending = path.suffix.lstrip(".").lower() or default_format
    if ending not in _FORMATS:
        raise ScriptError(f"found the image format '{ending}', expected one of {', '.join(_FORMATS)}")
    pixels = vector_colours(values) if values.shape[0] == 3 else scalar_greys(values[0])
    target = path if path.suffix else path.with_name(f"{path.name}.{ending}")
    with written_whole(target) as draft:
        Image.fromarray(np.ascontiguousarray(pixels[::-1])).save(draft, format=_FORMATS[ending], quality=100)


def vector_colours(m: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Colours (ny, nx, 3) of a vector field (3, ny, nx): white is +z, black is -z, grey is no magnetization."""
    x, y, z = m.astype(np.float64)
    saturation = np.clip(np.sqrt(x * x + y * y + z * z), 0, 1)
    lightness = np.clip(0.5 * z + 0.5, 0, 1)
    hue = np.mod(np.arctan2(y, x) * (3 / math.pi), 6)
    chroma = np.where(lightness <= 0.5, 2 * lightness, 2 - 2 * lightness) * saturation
    second = chroma * (1 - np.abs(np.mod(hue, 2) - 1))
    zero = np.zeros_like(chroma)
    sector = np.minimum(hue.astype(int), 5)
    red = np.choose(sector, [chroma, second, zero, zero, second, chroma])
    green = np.choose(sector, [second, chroma, chroma, second, zero, zero])
    blue = np.choose(sector, [zero, zero, second, chroma, chroma, second])
    base = lightness - 0.5 * chroma
    return (255 * np.stack([red + base, green + base, blue + base], axis=-1)).astype(np.uint8)


def scalar_greys(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Greys (ny, nx, 3) of a scalar field (ny, nx), from black at its smallest to white at its largest value."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 1, high + 1
    grey = (255 * (values.astype(np.float64) - low) / (high - low)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)
