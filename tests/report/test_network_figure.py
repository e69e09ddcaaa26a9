"""The picture of a network: what its legend says and what its colours mean."""

import struct

import numpy as np

from netsim.figures.network import coinciding, draw_network, legend_text, looks
from netsim.results import FIXED_COLUMNS, Curve, curves, read_epochs


def curve(device: str, level: float, seeds: int = 3, **settings: str) -> Curve:
    epochs = np.array([2]) if settings.get("weights") == "written" else np.array([1, 2])
    test = level + np.arange(seeds)[:, None] + 0.5 * (epochs - 2)[None, :]
    train = np.full_like(test, np.nan) if settings.get("weights") == "written" else test + 1
    return Curve("net", "pair", device, not device, tuple(settings.items()), epochs, train, test, np.zeros_like(test))


def test_curves_that_coincide_share_a_legend_entry():
    found = [curve("", 90), curve("pcm", 80, ratio="1"), curve("pcmo", 70, ratio="1"), curve("pcm", 80, ratio="auto")]
    groups = coinciding(found)
    assert [len(group) for group in groups] == [1, 2, 1]
    assert [legend_text(group) for group in groups] == [
        "floating point: train 92.00 ± 1.00 %, test 91.00 ± 1.00 %",
        "pcm, ratio = 1 or auto: train 82.00 ± 1.00 %, test 81.00 ± 1.00 %",
        "pcmo, ratio = 1: train 72.00 ± 1.00 %, test 71.00 ± 1.00 %",
    ]


def test_settings_that_are_not_all_combinations_are_listed():
    group = [curve("wall", 80, n="5", alpha="0.15"), curve("wall", 80, n="3", alpha="0.25"), curve("", 80)]
    assert legend_text(group).startswith("wall, n = 5; α = 0.15 or n = 3; α = 0.25 and floating point: train")


def test_colour_tells_devices_and_line_style_their_settings():
    found = [curve("", 90)] + [curve(d, 80, ratio=r) for r in "123" for d in ("pcm", "pcmo")]
    base, *drawn = looks(found)
    assert len({look.colour for look in drawn[::2]}) == 1
    assert len({look.colour for look in (base, *drawn)}) == 3
    assert [look.variant for look in drawn[::2]] == [0, 1, 2]


def test_every_curve_of_a_wide_sweep_looks_different():
    found = [
        curve("wall", 80, precursor=p, n=n, alpha=a, weights=w)
        for p in ("float", "quantized", "stochastic")
        for n in "53"
        for a in ("0.15", "0.25")
        for w in ("software", "written")
    ]
    seen = looks(found)
    assert seen[::2] == seen[1::2]  # a point has the colour and number of its line
    assert len(set(seen)) == 12


def test_the_picture_grows_with_the_legend_and_counts_seeds_not_writings(runs_path, tmp_path, monkeypatch):
    titles = []
    monkeypatch.setattr("matplotlib.figure.Figure.suptitle", lambda self, text, **_: titles.append(text))
    many = tmp_path / "many.csv"
    lines = [",".join([*FIXED_COLUMNS[:4], "alpha", "weights", *FIXED_COLUMNS[4:]])]
    for k in range(12):
        for seed in (0, 1):
            lines += [f"net,ex_situ,wall,0,{k},software,{seed},{e},0.9,{0.8 + k / 100},0,1" for e in (0, 1)]
        lines += [f"net,ex_situ,wall,0,{k},written,{trial},1,,{0.7 + k / 100},9,1" for trial in range(5)]
    many.write_text("\n".join(lines) + "\n")
    assert len(curves(read_epochs(many))) == 24
    heights = []
    for runs in (runs_path, many):
        draw_network(runs, tmp_path / "net.png")
        heights.append(struct.unpack(">II", (tmp_path / "net.png").read_bytes()[16:24])[1])
    assert heights[1] > heights[0] + 200
    assert titles == [
        "net; band: lowest to highest of 2 seeds",
        "net; band: lowest to highest of 2 seeds; points: written devices, lowest to highest of 5 writings",
    ]
