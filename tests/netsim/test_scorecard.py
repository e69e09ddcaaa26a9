"""The scorecard finds the flaw that was put into a device."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from device_tables import abrupt_device, linear_device
from test_netsim_command import SMALL

from devicegen.errors import ConfigError
from devicegen.table import Coverage, DeviceTable
from devicegen.table_file import write_table
from netsim.config import PairNetwork
from netsim.config.scorecard import ScorecardConfig
from netsim.figures.scorecard import write_card
from netsim.results import read_epochs
from netsim.scorecard import flaws_present, known_read_noise, score_device
from netsim.scorecard_files import read_scorecard, write_scorecard
from netsim.scores import FlawCost, PairScore, Score, Scorecard, quantized_verdict, verdict
from netsim.unmeasured import Range


def score(test):
    return Score(test, 0.1, test, 1e6, None, {})


def pair_score(*costs):
    flaws = tuple(
        FlawCost(name, score(80), back, 0.2, score(90), alone, 0.2) for name, back, alone in costs
    )  # fmt: skip
    return PairScore(score(80), score(93), score(94), False, flaws, (), ())


def test_verdict_names_the_dearest_flaw_or_says_that_none_is_clear():
    assert "without its noise it would gain 5.0 ± 0.2 points" in verdict(pair_score(("noise", 5, 1), ("bounds", 2, 8)))
    assert "bounds alone would cost 8.0 ± 0.2" in verdict(pair_score(("noise", 0.1, 1), ("bounds", 0.2, 8)))
    assert "no flaw costs more than the seeds differ" in verdict(pair_score(("noise", 0.1, 0.1)))


def test_only_flaws_that_a_device_has_are_trained():
    network = PairNetwork(scheme="pair")
    assert flaws_present(network, linear_device(20, noise=0.01, reset_ratio=3)) == (
        "noise", "nonlinearity", "asymmetry", "bounds", "coarseness",
    )  # fmt: skip
    assert "coarseness" not in flaws_present(network, linear_device(400, noise=1e-4))
    assert "read_noise" in flaws_present(network.model_copy(update={"read_noise": 0.01}), linear_device())
    assert "drift" in flaws_present(network.model_copy(update={"drift_exponent": 0.01}), abrupt_device())
    one = linear_device()
    own = replace(one, per_device=((one.jump_set, one.jump_reset), (one.jump_set, one.jump_reset)))
    assert "variation" in flaws_present(network, own)


def test_read_noise_is_taken_from_the_table():
    table = linear_device(g_min=1e-6, g_max=3e-6)
    assert known_read_noise(table) == 0
    known = replace(table, provenance={"estimation": {"read_noise_S": 2e-8}})
    assert known_read_noise(known) == pytest.approx(0.01)


def test_a_device_of_exchanged_polarities_is_refused_before_training(image_folder, tmp_path):
    right = linear_device()
    write_table(
        tmp_path / "swapped.h5",
        DeviceTable("swapped", "artificial", True, 0.0, 1.0, {}, right.jump_reset, right.jump_set),
    )
    with pytest.raises(Exception, match="SET pulses raise the mean conductance in only 0%"):
        score_device(tmp_path / "swapped.h5", image_folder, tmp_path, ScorecardConfig(**SMALL), other_data_set=True)


def test_a_device_too_coarse_for_levels_is_scored_in_pairs_alone(image_folder, tmp_path):
    write_table(tmp_path / "two.h5", linear_device(2, noise=0.001))
    card = score_device(
        tmp_path / "two.h5", image_folder, tmp_path / "card", ScorecardConfig(**SMALL), other_data_set=True
    )
    assert card.pair is not None
    assert card.quantized is None
    assert "too few for 5 levels" in card.not_quantized


def test_scorecard_travels_through_its_file(image_folder, tmp_path):
    write_table(tmp_path / "coarse.h5", linear_device(30, noise=0.02))
    card = score_device(
        tmp_path / "coarse.h5", image_folder, tmp_path / "card", ScorecardConfig(**SMALL), other_data_set=True
    )
    write_scorecard(card, tmp_path / "card.json")
    assert read_scorecard(tmp_path / "card.json") == card
    assert json.loads((tmp_path / "card.json").read_text())["verdict"] == verdict(card.pair)
    assert card.quantized is not None
    assert card.quantized.levels == 5
    assert card.quantized.as_it_is.pulses > 0
    lost, spread = card.quantized.lost[0], card.quantized.spread[0]
    assert lost + spread == pytest.approx(card.quantized.floating_point.test - card.quantized.as_it_is.test)
    priced = f"having 5 levels {'costs' if lost >= 0 else 'gains'} {abs(lost):.1f} ± "
    assert priced in quantized_verdict(card.quantized)
    assert card.measured is card.pair.as_it_is.unmeasured is None
    assert card.cautions == []
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"bad.json: cannot be read as a scorecard"):
        read_scorecard(tmp_path / "bad.json")


def test_a_scorecard_says_what_was_fired_where_nobody_measured(image_folder, tmp_path, caplog):
    coverage = Coverage((0.0, 0.4), (0.0, 1.0))
    write_table(tmp_path / "half.h5", replace(linear_device(30, noise=0.02), coverage=coverage))
    card = score_device(
        tmp_path / "half.h5", image_folder, tmp_path / "card", ScorecardConfig(**SMALL), other_data_set=True
    )
    assert card.measured == Range(0.0, 1.0, coverage)
    assert card.pair is not None
    assert card.quantized is not None
    rows = read_epochs(tmp_path / "card" / "flaws.csv")
    real = [row for row in rows if ("without", "nothing") in row.settings]
    shares = {seed: next(row.measures["unmeasured_set"] for row in real if row.seed == seed) for seed in (0, 1)}
    fired = card.pair.as_it_is.unmeasured
    assert fired is not None
    assert fired.set_share == pytest.approx(np.mean(list(shares.values())))
    assert card.pair.ideal.unmeasured is None
    pair, quantized = card.cautions
    assert pair.startswith(f"pair: {fired.set_share:.0%} of the SET pulses of this training were fired where SET was")
    assert "never measured (above 0.4 S)" in pair
    assert quantized.startswith("quantized: ")
    assert not caplog.messages  # not in the log as well
    write_card(card, tmp_path)
    assert read_scorecard(tmp_path / "scorecard.json") == card
    with open(tmp_path / "flaws.csv", newline="") as stream:
        first, ideal, *_ = csv.DictReader(stream)
    assert float(first["unmeasured_share"]) == pytest.approx(fired.share, rel=1e-5)
    assert ideal["unmeasured_share"] == ""


def test_a_scorecard_from_before_anybody_counted_is_read(tmp_path):
    card = Scorecard("old", True, ScorecardConfig(), pair_score(("noise", 5, 1)), None)
    write_scorecard(card, tmp_path / "old.json")
    content = json.loads((tmp_path / "old.json").read_text())
    del content["measured"]
    for name in ("as_it_is", "ideal", "floating_point"):
        del content["pair"][name]["unmeasured"]
    (tmp_path / "old.json").write_text(json.dumps(content))
    assert read_scorecard(tmp_path / "old.json") == card
