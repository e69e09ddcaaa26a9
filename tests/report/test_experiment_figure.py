"""Pictures of sweeps: which numbers a plot shows, and where the papers' are marked."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from pydantic import ValidationError

from netsim.config import QuantizedNetwork
from netsim.config.base import Plot
from netsim.figures.experiment import draw_experiment
from netsim.figures.experiment_lines import Axis, axis_name, lines_of, shown, value_of
from netsim.figures.experiment_panels import draw_marks, draw_spans, looks_of
from netsim.ledger import Mark, Span
from netsim.results import Curve


def curve(device: str, level: float, **settings: str) -> Curve:
    test = level + np.array([[0.0, 1.0], [1.0, 2.0]])
    pulses = np.array([[100.0, 50.0], [100.0, 50.0]]) * bool(device)
    return Curve(
        "net", "quantized", device, not device, tuple(settings.items()), np.array([1, 2]), test + 1, test, pulses,
        {"energy_J": pulses * 1e-9},
    )  # fmt: skip


@pytest.fixture
def sweep():
    found = [curve("", 96)]
    for states in ("5", "3"):
        found += [curve("wall", 90 + float(states), n_states=states, alpha=a) for a in ("0.25", "0.15")]
    return found


def test_lines_have_a_point_at_each_value_of_x(sweep):
    plot = Plot(x="n_states", lines=("alpha",))
    base, one, two = lines_of(plot, sweep, None)
    assert base.x == ("",)
    assert (one.key, one.x) == ((("alpha", "0.25"),), ("5", "3"))
    assert two.key == (("alpha", "0.15"),)
    assert [float(v.mean()) for v in one.values] == [96.5, 94.5]


def test_panels_epochs_and_optimised_settings(sweep):
    plot = Plot(panels="alpha", lines=("n_states",))
    lines = lines_of(plot, sweep, "0.15")
    assert [line.key for line in lines] == [(), (("n_states", "5"),), (("n_states", "3"),)]
    assert lines[1].x == ("1", "2")
    best = lines_of(Plot(x="alpha", best_of=("n_states",)), sweep, None)[1]
    assert [float(v.mean()) for v in best.values] == [96.5, 96.5]


def test_totals_add_epochs_up_but_not_accuracies(sweep):
    plot = Plot(x="alpha", y="pulses", total=True)
    assert value_of(plot, sweep[1]).tolist() == [150, 150]
    assert value_of(plot, sweep[1], "test_accuracy").tolist() == [96, 97]
    assert not any(line.baseline for line in lines_of(plot, sweep, None))  # floating point gives no pulses


def test_tests_under_stress_are_shown_only_where_they_are_asked_for(sweep):
    stressed = curve("wall", 50, n_states="5", alpha="0.15", stress="hops", strength="0.1")
    assert shown(Plot(), [*sweep, stressed]) == sweep
    plot = Plot(x="strength", panels="stress", lines=("n_states", "alpha"))
    assert shown(plot, [*sweep, stressed])[-1] is stressed
    line = next(x for x in lines_of(plot, [*sweep, stressed], "hops") if len(x.x) == 2)
    assert line.x == ("0", "0.1")  # devices as they were trained stand at 0


def test_axes_are_numeric_where_all_values_are():
    axis = Axis.of(["5", "3"])
    assert axis.numeric
    assert axis.find(5.0) == 5
    assert axis.find(4) == 4  # between two points of ours: the paper's stands where it belongs
    assert axis.find(7) is None
    words = Axis.of(["auto", "1"])
    assert (words.numeric, words.find("1"), words.find(1)) == (False, 1, 1)
    assert axis_name("programming_J", total=True) == "programming [J], all epochs"


def test_marks_stand_on_the_line_that_they_belong_to(sweep):
    plot = Plot(x="n_states", lines=("alpha",))
    lines = lines_of(plot, sweep, None)
    looks, axis = looks_of(lines), Axis.of(["5", "3"])
    marks = [
        Mark(False, {"n_states": 5, "alpha": 0.15}, "test_accuracy", "last", 96.6),
        Mark(False, {"n_states": 5, "alpha": 0.35}, "test_accuracy", "last", 90.0),
        Mark(False, {"n_states": 5, "alpha": 0.15}, "pulses", "sum", 1e6),
        Mark(True, {}, "test_accuracy", "last", 97.1),
    ]
    axes = Figure().subplots()
    assert draw_marks(axes, plot, marks, lines, axis, None, looks) == 2
    first, base = axes.lines
    assert (first.get_xdata()[0], first.get_ydata()[0]) == (5, 96.6)
    assert first.get_markeredgecolor() == looks[(("alpha", "0.15"),)][0]
    assert base.get_ydata()[0] == 97.1


def test_the_papers_number_at_the_best_x_is_a_line_and_its_best_x_a_band(sweep):
    plot = Plot(x="n_states", lines=("alpha",))
    lines = lines_of(plot, sweep, None)
    axis, axes = Axis.of(["5", "3"]), Figure().subplots()
    best = Mark(False, {"alpha": 0.15}, "test_accuracy", "last", 95.0, best_of=("n_states",))
    assert draw_marks(axes, plot, [best], lines, axis, None, looks_of(lines)) == 1
    assert set(axes.lines[0].get_ydata()) == {95.0}
    assert draw_spans(axes, plot, [Span("n_states", 3, 4), Span("alpha", 0.1, 0.2)], axis) == 1
    assert axes.patches[0].get_x() == 3


@pytest.mark.parametrize(
    "plot",
    [
        Plot(title="epochs", panels="alpha"),
        Plot(x="alpha", y="pulses", total=True, log_y=True, log_x=True),
        Plot(x="n_states", parts=("energy_J", "pulses"), panels="alpha", log_y=True),
        Plot(x="n_states", map="alpha", cells=("pulses", "energy_J"), total=True),
        Plot(x="device", lines=("n_states", "alpha")),
    ],
)
def test_every_kind_of_picture_is_drawn(sweep, plot, tmp_path):
    draw_experiment(sweep, [plot, plot], [], tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000


def test_plots_name_settings_of_the_grid_once():
    grid = {"n_states": [5, 3], "alpha": [0.15, 0.25]}

    def network(**plot):
        return QuantizedNetwork(scheme="quantized", grid=grid, plot=plot)

    assert network(x="alpha").plot[0].x == "alpha"
    assert QuantizedNetwork(scheme="quantized", grid=grid, plot=[{}, {"x": "alpha"}]).plot[1].x == "alpha"
    with pytest.raises(ValidationError, match="plot names 'eta', expected a setting of the grid"):
        network(x="eta")
    with pytest.raises(ValidationError, match="plot names a setting twice"):
        network(x="alpha", panels="alpha")
    with pytest.raises(ValidationError, match="plot says nothing of 'n_states' of the grid"):
        network(x="alpha", lines=[])
    with pytest.raises(ValidationError, match="plot names 'weights'"):
        network(x="weights")
