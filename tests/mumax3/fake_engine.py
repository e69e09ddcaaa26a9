"""A program that takes MuMax3's command line and writes its kind of output, rightly or wrongly.

FAKE_ENGINE_FAULTS is a JSON object {script's stem: fault}; a fault that ends in "-once" happens only the
first time the script is met. Without a fault, the wall stands further right the softer the script's Ku1 is.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np


def numbers(text: str, name: str) -> list[float]:
    return [float(v) for v in re.search(name + r"\(([^)]*)\)", text, re.IGNORECASE)[1].split(",")]


def write_ovf(path: Path, m: np.ndarray, cell: list[float], time_s: float) -> None:
    _, ny, nx = m.shape
    header = [
        "# OOMMF OVF 2.0",
        "# Segment count: 1",
        "# Begin: Segment",
        "# Begin: Header",
        "# Title: m",
        "# meshtype: rectangular",
        "# meshunit: m",
        "# valuedim: 3",
        f"# Desc: Total simulation time:  {time_s}  s",
        f"# xnodes: {nx}",
        f"# ynodes: {ny}",
        "# znodes: 1",
        *(f"# {axis}stepsize: {size}" for axis, size in zip("xyz", cell, strict=True)),
        "# End: Header",
        "# Begin: Data Binary 4",
    ]
    data = np.concatenate([[1234567.0], np.moveaxis(m, 0, -1).ravel()]).astype("<f4").tobytes()
    path.write_bytes("\n".join(header).encode() + b"\n" + data + b"\n# End: Data Binary 4\n# End: Segment\n")


def hang(folder: Path) -> None:
    """Ignore a polite request to end, and have a child that has lost its parent and ignores it as well."""
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    parent = (
        "import subprocess, sys; "
        "null = subprocess.DEVNULL; "
        f"p = subprocess.Popen([sys.executable, '-c', {stubborn!r}], stdout=null, stderr=null); print(p.pid)"
    )
    orphan = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=True).stdout
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "hanging.pids").write_text(f"{os.getpid()} {orphan}")
    time.sleep(600)


def simulate(script: Path, fault: str) -> bool:
    text = "\n".join(line.partition("//")[0] for line in script.read_text().splitlines())
    nx, ny, _ = (int(v) for v in numbers(text, "SetGridSize"))
    cell = numbers(text, "SetCellSize")
    seed = int(numbers(text, r"Therm(?:Re)?Seed")[0])
    ku = float(re.search(r"Ku1\s*=\s*(\S+)", text)[1])
    period = numbers(text, "TableAutoSave")[0]
    out = script.with_suffix(".out")
    out.mkdir(exist_ok=True)
    (out / "log.txt").write_text(f"//fake engine: {script.name}\n")
    if fault == "crash":
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    if fault == "hang":
        hang(script.parent)
    if fault == "gpu-memory":
        print("panic: CUDA_ERROR_OUT_OF_MEMORY")
        return False
    if fault == "error":
        print(f"script line 7: {script.name}: undefined: Foo")
        return False
    if fault == "nothing":
        return True

    length = nx * cell[0]
    rng = np.random.default_rng(seed)
    q = 60e-9 + (8e5 - ku) / 1e5 * 0.6 * length + 10e-9 * rng.standard_normal()
    x = (np.arange(nx) + 0.5) * cell[0]

    def magnetization(wall: float) -> np.ndarray:
        mz = np.broadcast_to(-np.tanh((x - wall) / 11e-9), (ny, nx))
        return np.stack([-np.sqrt(1 - mz**2), 0 * mz, mz])

    end = 0.0
    stages = re.findall(r"run\(([^)]*)\)|SaveAs\(m, \"(\w+)\"\)", text)
    total = sum(float(seconds) for seconds, _ in stages if seconds)
    for seconds, name in stages:
        end += float(seconds) if seconds else 0.0
        if name and not (fault == "missing" and name == "final"):
            m = magnetization(60e-9 + (q - 60e-9) * end / total)
            if fault == "nan" and name == "final":
                m[2, 0, 3] = np.nan
            if fault == "wrong-grid":
                m = m[:, :-1]
            write_ovf(out / f"{name}.ovf", m, cell, end)
    if fault == "cut-off":
        whole = (out / "final.ovf").read_bytes()
        (out / "final.ovf").write_bytes(whole[: len(whole) // 2])
    rows = np.arange(0, total * (0.5 if fault == "ends-early" else 1.0) + period / 2, period)
    value = "NaN" if fault == "nan-in-table" else "0.25"
    table = "".join(f"{t:.6g}\t0\t0\t{value}\n" for t in rows)
    (out / "table.txt").write_text("# t (s)\tmx ()\tmy ()\tmz ()\n" + table)
    return True


def main() -> int:
    if "-test" in sys.argv:
        print(os.environ.get("FAKE_ENGINE_SAYS", "//mumax 3.11.1 linux_amd64"))
        time.sleep(float(os.environ.get("FAKE_ENGINE_TEST_TAKES_S", "0")))
        return int(os.environ.get("FAKE_ENGINE_TEST_EXITS", "0"))
    faults = json.loads(os.environ.get("FAKE_ENGINE_FAULTS", "{}"))
    scripts = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    with open("fake_engine.calls", "a") as calls:
        calls.write(" ".join(sys.argv[1:]) + "\n")
    good = True
    for script in scripts:
        fault = faults.get(script.stem, "")
        if fault.endswith("-once"):
            met = script.with_suffix(".met")
            fault = "" if met.exists() else fault.removesuffix("-once")
            met.touch()
        good &= simulate(script, fault)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
