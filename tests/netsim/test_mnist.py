import gzip
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from idx_files import write_idx

from devicegen.errors import ConfigError, MnistError
from netsim.inputs import ActiveInputs, binarized, grey_crops
from netsim.mnist import load_images

MNIST = Path(__file__).parents[2] / "data" / "raw" / "mnist"


@pytest.fixture
def folder(image_folder, tmp_path):
    copy = tmp_path / "images"
    shutil.copytree(image_folder, copy)
    return copy


def refused(folder, *words, other_data_set=True):
    with pytest.raises(MnistError) as error:
        load_images(folder, other_data_set)
    for word in words:
        assert word in str(error.value)


def test_published_files_are_what_they_claim():
    images = load_images(MNIST)
    assert images.train_images.shape == (60_000, 28, 28)
    assert images.test_images.shape == (10_000, 28, 28)
    np.testing.assert_array_equal(np.bincount(images.test_labels)[:3], [980, 1135, 1032])
    assert images.train_labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_another_data_set_needs_the_flag(folder):
    refused(folder, "train-images", "SHA-256", "published MNIST", "Copy it again", other_data_set=False)
    images = load_images(folder, other_data_set=True)
    assert images.train_images.shape == (400, 28, 28)
    assert len(images.sha256) == 64


def test_missing_file_is_named(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    refused(folder, "t10k-labels-idx1-ubyte.gz", "no such file")


def test_truncated_file_is_refused(folder):
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:5000])
    refused(folder, str(path), "cannot be unpacked")


def test_file_that_is_not_gzip_is_refused(folder):
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"<html>not found</html>")
    refused(folder, "cannot be unpacked", "expected gzip")


def test_labels_in_place_of_images_are_refused(folder):
    shutil.copy(folder / "train-labels-idx1-ubyte.gz", folder / "train-images-idx3-ubyte.gz")
    refused(folder, "magic number 2049, expected 2051")


def test_short_content_is_refused(folder):
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1]))
    refused(folder, "bytes unpacked, expected", "by its header")


def test_labels_must_match_images(folder):
    write_idx(folder / "train-labels-idx1-ubyte.gz", np.zeros(399))
    refused(folder, "400 images but 399 labels")


def test_classes_must_be_digits(folder):
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.full(100, 10))
    refused(folder, "holds class 10")


def test_sizes_of_both_parts_must_agree(folder):
    write_idx(folder / "t10k-images-idx3-ubyte.gz", np.zeros((100, 20, 20)))
    refused(folder, "expected one size")


def test_fingerprint_follows_the_content(folder):
    before = load_images(folder, True).sha256
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.ones(100))
    assert load_images(folder, True).sha256 != before
    assert before != hashlib.sha256(b"").hexdigest()


def test_binarized_pixels_are_those_above_the_threshold():
    images = np.array([[[0, 127], [128, 255]]], np.uint8)
    np.testing.assert_array_equal(binarized(images), [[0, 0, 1, 1]])


def test_crop_takes_the_middle_and_rescales():
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 2, 3], images[0, 25, 24], images[0, 1, 3], images[0, 2, 25] = 255, 51, 99, 99
    crop = grey_crops(images)
    assert crop.shape == (1, 528)
    assert (crop[0, 0], crop[0, -1]) == (1, np.float32(0.2))
    assert np.count_nonzero(crop) == 2


def test_small_images_cannot_be_cropped():
    with pytest.raises(ConfigError, match="20 x 20 pixels cannot be cropped"):
        grey_crops(np.zeros((1, 20, 20), np.uint8))


def test_active_inputs_hold_all_that_is_not_zero():
    inputs = np.random.default_rng(1).uniform(size=(7, 11)).astype(np.float32)
    inputs[inputs < 0.5] = 0
    inputs[3] = 0
    listed = ActiveInputs.of(inputs)
    again = np.zeros_like(inputs)
    for image in range(7):
        here = slice(listed.starts[image], listed.starts[image + 1])
        again[image, listed.pixels[here]] = listed.values[here]
    np.testing.assert_array_equal(again, inputs)
