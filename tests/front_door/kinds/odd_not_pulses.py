"""What people have beside pulse files and give instead of them: no table may come of it, whatever is answered."""

from __future__ import annotations

import json

import numpy as np

from kinds.bench import Bench, Refusal, oddity
from kinds.writing import across, npy, npz, text

NO_PULSES = r"pulse|SET|RESET|polarity|layout|--column"


@oddity
def odd_forming_sweep(b: Bench) -> Refusal:
    """One forming sweep: voltage and the logarithm-like current."""
    v = np.linspace(0, 4, 200)
    current = 1e-9 * np.exp(1.4 * v) * (1 + 0.01 * b.rng.standard_normal(200))
    b.file("forming.csv", text(["V (V)", "I (A)"], across(v, current)))
    b.told(read_voltage=0.1)
    return Refusal((r"voltage|sweep|I-?V|loop",))


@oddity
def odd_transfer_curves(b: Bench) -> Refusal:
    """Transfer curves of a transistor, forth and back."""
    vg = np.concatenate([np.linspace(-2, 2, 81), np.linspace(2, -2, 81)])
    ids = 1e-6 / (1 + np.exp(-(vg - np.where(np.arange(162) < 81, 0.4, -0.3)) * 4))
    b.file("transfer.csv", text(["Vg (V)", "Ids (A)", "Igs (A)"], across(vg, ids, 1e-11 * np.abs(vg))))
    b.told(read_voltage=0.05)
    return Refusal((r"voltage|sweep|Vg|I-?V|loop|pulse",))


@oddity
def odd_capacitance(b: Bench) -> Refusal:
    """Capacitance against voltage."""
    v = np.linspace(-3, 3, 121)
    b.file("cv.csv", text(["Bias (V)", "Cp (F)", "Gp (S)"], across(v, 1e-12 * (1 + np.tanh(v)), 1e-6 * (1 + v**2))))
    return Refusal((NO_PULSES + r"|voltage|sweep|capacit",))


@oddity
def odd_retention_of_levels(b: Bench) -> Refusal:
    """Eight levels watched over time, a column a level."""
    t = np.geomspace(1, 1e5, 70)
    levels = [5.0 * k * t**-0.004 * (1 + 0.002 * b.rng.standard_normal(70)) for k in range(1, 9)]
    b.file("levels.csv", text(["Time (s)", *(f"L{k} (uS)" for k in range(8))], across(t, *levels)))
    return Refusal((r"time|retention|drift|pulse",))


@oddity
def odd_endurance_of_switching(b: Bench) -> Refusal:
    """HRS and LRS against the cycle number, once per decade."""
    n = np.unique(np.geomspace(1, 1e8, 60).astype(int))
    lrs, hrs = 8e3 * np.exp(0.1 * b.rng.standard_normal(n.size)), 3e5 * np.exp(0.2 * b.rng.standard_normal(n.size))
    b.file("cycling.csv", text(["# cycles", "R_HRS (Ohm)", "R_LRS (Ohm)"], across(n, hrs, lrs)))
    return Refusal((r"endurance|HRS|LRS|all the way|two states|ramp|pulse",))


@oddity
def odd_spike_timing(b: Bench) -> Refusal:
    """Change of weight against the time between spikes."""
    dt = np.concatenate([np.linspace(-80, -2, 40), np.linspace(2, 80, 40)])
    dw = np.where(dt > 0, 60 * np.exp(-dt / 20), -50 * np.exp(dt / 25)) + b.rng.standard_normal(80)
    b.file("stdp.csv", text(["delta t (ms)", "dW (%)"], across(dt, dw)))
    return Refusal((r"time|unit|%|STDP|spike|pulse",))


@oddity
def odd_paired_pulses(b: Bench) -> Refusal:
    """Paired-pulse facilitation against the interval."""
    dt = np.linspace(10, 1000, 60)
    b.file("ppf.csv", text(["interval (ms)", "PPF (%)"], across(dt, 100 + 80 * np.exp(-dt / 150))))
    return Refusal((r"unit|%|interval|time|pulse",))


@oddity
def odd_rates(b: Bench) -> Refusal:
    """Gain against the rate of spikes."""
    f = np.linspace(1, 60, 60)
    b.file("srdp.csv", text(["Frequency (Hz)", "gain"], across(f, 1 + 0.05 * f)))
    return Refusal((NO_PULSES + r"|unit|frequency|Hz",))


@oddity
def odd_diffraction(b: Bench) -> Refusal:
    """An X-ray diffractogram."""
    angle = np.linspace(20, 60, 400)
    counts = 50 + 900 * np.exp(-((angle - 38) ** 2) / 0.1) + b.rng.poisson(20, 400)
    b.file("film.xy", text(None, across(angle, counts), " "))
    return Refusal((NO_PULSES + r"|unit|column|heading",))


@oddity
def odd_temperatures(b: Bench) -> Refusal:
    """Resistance against temperature, both in columns that rise and fall."""
    t = np.linspace(10, 300, 100)
    b.file("rt.csv", text(["T (K)", "R (ohm)"], across(t, 1000 * np.exp(50 / t))))
    return Refusal((NO_PULSES + r"|temperature|T \(K\)",))


@oddity
def odd_noise_spectrum(b: Bench) -> Refusal:
    """A noise spectrum."""
    f = np.geomspace(1, 1e5, 100)
    b.file("noise.csv", text(["f (Hz)", "S_I (A^2/Hz)"], across(f, 1e-20 / f)))
    b.told(read_voltage=0.1)
    return Refusal((NO_PULSES + r"|unit|Hz|frequency",))


@oddity
def odd_simulator_parameters(b: Bench) -> Refusal:
    """A neural network simulator's device parameters in C++."""
    lines = ["maxConductance = 3.8e-8;", "minConductance = 3.1e-9;", "maxNumLevelLTP = 97;", "maxNumLevelLTD = 100;",
             "NL_LTP = 2.4; // nonlinearity", "NL_LTD = -4.88;",
             "sigmaCtoC = 0.035 * (maxConductance - minConductance);"]  # fmt: skip
    b.file("Cell.cpp", "RealDevice::RealDevice(int x, int y) {\n\t" + "\n\t".join(lines) + "\n}\n")
    return Refusal((NO_PULSES + r"|number|table|lines|code|column|parameter",))


@oddity
def odd_preset_of_a_library(b: Bench) -> Refusal:
    """A device preset of a simulation library, in Python."""
    b.file(
        "preset.py",
        "@dataclass\nclass MyPreset(SoftBoundsDevice):\n    dw_min: float = 0.0012\n    up_down: float = 0.05\n"
        "    w_max: float = 0.7\n    w_min: float = -0.65\n    dw_min_std: float = 0.4\n",
    )
    return Refusal((NO_PULSES + r"|number|table|lines|code|column|parameter|import",))


@oddity
def odd_parameters_in_json(b: Bench) -> Refusal:
    """Parameters of a model in JSON."""
    b.file("model.json", json.dumps({"alpha_p": 2.1, "alpha_d": -1.4, "Gmin": 1e-6, "Gmax": 1e-5, "levels": 64}))
    return Refusal((NO_PULSES + r"|list|number|table|JSON",))


@oddity
def odd_weights_of_a_network(b: Bench) -> Refusal:
    """Trained weights of a network, an array of 784 by 10."""
    b.file("weights.npy", npy(b.rng.normal(0, 0.05, (784, 10)).astype(np.float32)))
    return Refusal((NO_PULSES + r"|unit|negative|column",))


@oddity
def odd_images(b: Bench) -> Refusal:
    """Images and labels of a training set."""
    b.file("digits.npz", npz(x=b.rng.integers(0, 255, (30, 8, 8), dtype=np.uint8), y=np.arange(30) % 10))
    return Refusal((NO_PULSES + r"|dimension|array|unit|\bx\b",))


@oddity
def odd_a_paragraph(b: Bench) -> Refusal:
    """A paragraph of text."""
    b.file("notes.txt", "Measured on Tuesday.\nThe device switched well, see page 14.\nTo do: repeat at 85 C.\n")
    return Refusal((r"number|table|lines|column|nothing|no ",))


@oddity
def odd_web_page(b: Bench) -> Refusal:
    """The web page that the download button led to, saved as .csv."""
    b.file("data.csv", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in</body></html>\n")
    return Refusal((r"HTML|web page|number|table|lines|column|no ",))


@oddity
def odd_pointer_of_git_lfs(b: Bench) -> Refusal:
    """A pointer of Git LFS instead of the file."""
    digest = "0123456789abcdef" * 4
    b.file("big.csv", f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 48211\n")
    return Refusal((r"LFS|pointer|number|table|lines|column|no ",))


@oddity
def odd_finished_table(b: Bench) -> Refusal:
    """A device table that was made already."""
    b.file("device.h5", b"\x89HDF\r\n\x1a\n" + bytes(4000))
    return Refusal((r"HDF5|table|h5|binary|cannot|read",))


@oddity
def odd_noise_alone(b: Bench) -> Refusal:
    """Two columns of noise about one value, called LTP and LTD."""
    noise = 5 + 0.01 * b.rng.standard_normal((60, 2))
    b.file("nothing.csv", text(["LTP (uS)", "LTD (uS)"], noise.tolist()))
    b.told(first_read="before")
    return Refusal((r"noise|change|dead|switch|flat|constant|raise|lower|mov|direction",))


@oddity
def odd_levels_of_write_and_verify(b: Bench) -> Refusal:
    """What write-and-verify reached: target and reached conductance of each cell."""
    target = np.repeat(np.linspace(2, 30, 8), 12)
    b.file(
        "verify.csv", text(["target (uS)", "reached (uS)"], across(target, target + 0.2 * b.rng.standard_normal(96)))
    )
    return Refusal((NO_PULSES + r"|target",))


@oddity
def odd_cumulative_distribution(b: Bench) -> Refusal:
    """Cumulative distributions of the two states."""
    p = np.linspace(0.5, 99.5, 100)
    low, high = 4e3 * np.exp(0.1 * np.linspace(-2, 2, 100)), 2e5 * np.exp(0.3 * np.linspace(-2, 2, 100))
    b.file("cdf.csv", text(["probability (%)", "LRS (ohm)", "HRS (ohm)"], across(p, low, high)))
    return Refusal((NO_PULSES + r"|LRS|HRS|%|probab",))
