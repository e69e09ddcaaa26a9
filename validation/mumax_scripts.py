"""Run a folder of MuMax3 scripts with the embedded engine and count how many pass their own expect() lines.

    python validation/mumax_scripts.py FOLDER [--only NAME ...] [--timeout SECONDS] [--jobs N]

MuMax3's repository has such a folder, ``test/``; its scripts are not part of this project.
A script passes if it ends with exit code 0, is unsupported if it is refused because of something that mx3cpu
does not have, and fails otherwise. Prints one line a script and writes RESULTS.md into the folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    script: Path
    verdict: str
    seconds: float
    note: str


def run_script(script: Path, timeout_s: float) -> Result:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "devicegen.engine.cli", "-f", "-o", folder, script.name]
        try:
            done = subprocess.run(
                command, cwd=script.parent, capture_output=True, text=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            return Result(script, "fail", timeout_s, f"not finished after {timeout_s:g} s")
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if done.returncode == 0:
        verdict = "pass"
    else:
        verdict = "unsupported" if "not supported by mx3cpu" in last else "fail"
    return Result(script, verdict, time.monotonic() - begun, "" if verdict == "pass" else last.removeprefix("//"))


def report(results: list[Result]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in results) for verdict in ("pass", "fail", "unsupported")}
    lines = [
        f"{counts['pass']} pass, {counts['fail']} fail, {counts['unsupported']} unsupported, of {len(results)} scripts",
        "",
        "| script | verdict | seconds | note |",
        "|---|---|---|---|",
        *(f"| {one.script.name} | {one.verdict} | {one.seconds:.1f} | {one.note} |" for one in results),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", help="names without .mx3")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    scripts = sorted(options.folder.glob("*.mx3"))
    if options.only:
        scripts = [script for script in scripts if script.stem in options.only]
    if not scripts:
        print(f"{options.folder}: found no .mx3 scripts", file=sys.stderr)
        return 1
    results = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(lambda script: run_script(script.resolve(), options.timeout), scripts):
            print(f"{result.verdict:12s} {result.seconds:6.1f} s  {result.script.name}  {result.note}", flush=True)
            results.append(result)
    text = report(results)
    if not options.only:
        (options.folder / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text.splitlines()[0])
    return 0 if all(one.verdict != "fail" for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
