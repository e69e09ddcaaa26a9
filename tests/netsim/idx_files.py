"""Image and label files in MNIST's form."""

import gzip
import struct

import numpy as np


def write_idx(path, values):
    """A gzipped idx file of unsigned bytes."""
    header = struct.pack(f">I{values.ndim}I", 0x800 + values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.astype(np.uint8).tobytes(), mtime=0))
