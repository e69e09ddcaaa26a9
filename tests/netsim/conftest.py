import numpy as np
import pytest
from idx_files import write_idx


def blobs(n, draw):
    """Images of ten classes: a bright patch whose place tells the class, and noise."""
    labels = np.arange(n) % 10
    images = draw.integers(0, 90, (n, 28, 28))
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 4 * (label // 2), 6 + 9 * (label % 2)
        image[row : row + 4, column : column + 7] = draw.integers(150, 256, (4, 7))
    return images, labels


@pytest.fixture(scope="session")
def image_folder(tmp_path_factory):
    """400 training and 100 test images that a small network learns in seconds, in MNIST's form."""
    folder, draw = tmp_path_factory.mktemp("blobs"), np.random.default_rng(7)
    for part, n in (("train", 400), ("t10k", 100)):
        images, labels = blobs(n, draw)
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", labels)
    return folder
