"""The picture of one synapse in training."""

import numpy as np

from devicegen.artificial.states import StatesResponse, artificial_state_table
from devicegen.table_file import write_table
from netsim.config import QuantizedNetwork
from netsim.figures.evolution import follow_synapse
from netsim.inputs import ActiveInputs
from netsim.train import Study


def test_the_synapse_that_changes_most_is_followed_image_by_image(tmp_path):
    write_table(tmp_path / "wall.h5", artificial_state_table("wall", StatesResponse(form="states")))
    draw = np.random.default_rng(0)
    inputs = (draw.uniform(size=(60, 20)) < 0.4).astype(np.float32)
    study = Study(ActiveInputs.of(inputs), draw.integers(0, 10, 60), inputs[:1], np.zeros(1, np.int64), (1, ("x",)))
    network = QuantizedNetwork(scheme="quantized", layers=(20, 16, 12, 10), n_states=3, alpha=0.25, eta=0.5)
    found = follow_synapse(network, tmp_path / "wall.h5", study, 60)
    assert found.precise.shape == found.target.shape == found.device.shape == (61,)
    expected = np.array([-0.833, 0, 1])[np.searchsorted([-0.5, 0.5], found.precise, side="right")]
    np.testing.assert_allclose(found.target, expected)
    assert np.ptp(found.target) > 0
    moved = np.flatnonzero(np.diff(found.device))
    # a device only moves where it was out of tolerance of the target that the image left
    assert np.all(np.abs(found.device[moved] - found.target[moved + 1]) > 0.25)
    assert moved.size > 0
