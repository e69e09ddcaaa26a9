"""A program that takes MuMax3's command line and answers a train's script with a wall that walks at random.

SET moves it by +30 nm on average, RESET by -20 nm, both with a spread of 10 nm; it stays between 40 and 560 nm.
With a racetrack of an odd number the wall leaves over the right end at its third pulse if FAKE_TRAIN_LOSES is set.
"""

import os
import re
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "mumax3"))
from fake_engine import numbers, write_ovf


def walk(text: str) -> list[float]:
    """Wall positions [nm]: relaxed, thermalised, and after each pulse; NaN once it has left."""
    cycles = int(re.search(r"cycle < (\d+)", text)[1])
    runs = re.findall(r"pulse < (\d+);.*?\n\s*J = vector\(0, 0, (-?)", text)
    start = float(re.search(r"notch at (\S+) m", text)[1]) * 1e9
    rng = np.random.default_rng(int(numbers(text, r"Therm(?:Re)?Seed")[0]))
    q = [start, start]
    for count, minus in runs * cycles:
        for _ in range(int(count)):
            step = (-20 if minus else 30) + 10 * rng.standard_normal()
            q.append(float(np.clip(q[-1] + step, 40, 560)))
    return q


def simulate(script: Path) -> None:
    text = script.read_text()
    nx, ny, _ = (int(v) for v in numbers(text, "SetGridSize"))
    cell = numbers(text, "SetCellSize")
    x_nm = (np.arange(nx) + 0.5) * cell[0] * 1e9
    thermalise, pulse, rest = (float(v) for v in re.findall(r"run\(([^)]*)\)", text)[:3])
    step = float(re.search(r"FixDt = (\S+)", text)[1])  # by which each run overshoots, as runs of many steps may
    out = script.with_suffix(".out")
    out.mkdir(exist_ok=True)
    positions = walk(text)
    lost_from = 4 if os.environ.get("FAKE_TRAIN_LOSES") and int(script.stem[-1]) % 2 else len(positions)
    for index, q in enumerate(positions):
        name = ("relaxed", "thermalised")[index] if index < 2 else f"m{index - 2:06d}"
        time_s = 0.0 if index == 0 else thermalise + (index - 1) * (pulse + rest) + (2 * index - 1) * step
        mz = np.broadcast_to(-np.tanh((x_nm - q) / 11) if index < lost_from else np.ones(nx), (ny, nx))
        write_ovf(out / f"{name}.ovf", np.stack([-np.sqrt(1 - mz**2), 0 * mz, mz]), cell, time_s)
    period = numbers(text, "TableAutoSave")[0]
    end_s = thermalise + (len(positions) - 2) * (pulse + rest)
    rows = np.arange(0, end_s + period / 2, period)
    (out / "table.txt").write_text("# t (s)\tmx ()\tmy ()\tmz ()\n" + "".join(f"{t:.7g}\t0\t0\t0.2\n" for t in rows))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if not argument.startswith("-"):
            simulate(Path(argument))
