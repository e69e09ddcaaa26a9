"""The page of the engine's validation: every check drawn within its tolerance, curves, and the numbers behind them.

    python -m validation.page

Reads results/validation/engine.json and engine_curves.json, which `pytest validation/engine` writes, and writes
engine.html beside them, with the pictures that it shows: engine.png and those that the checks name.
"""

from __future__ import annotations

import base64
import json
import sys
from html import escape
from pathlib import Path
from typing import Any

from devicegen.files import write_text_whole
from netsim.figures.style import COLOURS, figure
from validation.engine.published_curves import published_curves

FOLDER = Path("results/validation")
STYLE = """body { font: 15px/1.5 system-ui, sans-serif; max-width: 1040px; margin: 24px auto; padding: 0 20px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: 4px 10px; border-bottom: 1px solid #dfe3e8 } th { color: #5d6873; font-size: .88em }
td.n, th.n { text-align: right; white-space: nowrap } tr.missed td { color: #a33; font-weight: 600 }
img { max-width: 100% }"""


def draw(checks: list[dict[str, Any]], path: Path) -> None:
    """One row a check: its deviation from what is expected, in parts of its tolerance."""
    with figure(path, 8.6, 1.2 + 0.21 * len(checks)) as drawing:
        axes = drawing.subplots()
        for row, check in enumerate(reversed(checks)):
            deviation = (check["value"] - check["expected"]) / check["tolerance"]
            colour = "#009E73" if check["met"] else "#D55E00"
            axes.plot([0, max(min(deviation, 1.6), -1.6)], [row, row], color=colour, lw=1.4)
            axes.plot(max(min(deviation, 1.6), -1.6), row, "o", color=colour, ms=4.5)
        axes.axvspan(-1, 1, color="#009E73", alpha=0.08, lw=0)
        axes.axvline(0, color="#777777", lw=0.8)
        axes.set_yticks(range(len(checks)), [check["name"] for check in reversed(checks)], fontsize=7.5)
        axes.set_ylim(-0.8, len(checks) - 0.2)
        axes.set_xlim(-1.7, 1.7)
        axes.set_xlabel("deviation from the expected value, in tolerances (shaded: met)")


def draw_curve(curve: dict[str, Any], path: Path) -> None:
    """Average magnetization over time in standard problem 4, over the published points."""
    marks = {"OOMMF": "o", "Martinez": "x", "d'Aquino": "s"}
    with figure(path, 8.6, 3.6) as drawing:
        axes = drawing.subplots()
        for colour, axis in zip(COLOURS, "xyz", strict=False):
            axes.plot(curve["t_ps"], curve[f"m{axis}"], color=colour, lw=1.2, label=f"<m{axis}>, this engine")
        for source, (t, *m) in published_curves(path.stem[-1]).items():
            for colour, points in zip(COLOURS, m, strict=False):
                axes.plot(t * 1e12, points, marks[source], color=colour, ms=4, mew=0.9, mfc="none")
            axes.plot([], [], marks[source], color="#777777", ms=4, mew=0.9, mfc="none", label=f"{source}, published")
        axes.set_xlim(0, curve["t_ps"][-1])
        axes.set_xlabel("time (ps)")
        axes.set_ylabel("average magnetization")
        axes.set_title(f"Standard problem 4, field {path.stem[-1]}")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def page(checks: list[dict[str, Any]], pictures: dict[str, bytes]) -> str:
    """The page as HTML, everything inside it; `pictures` are PNG files by their captions."""
    rows = "\n".join(
        f"<tr{'' if c['met'] else ' class=missed'}><td>{escape(c['name'])}</td><td class=n>{c['value']:.6g}</td>"
        f"<td class=n>{c['expected']:.6g}</td><td class=n>± {c['tolerance']:.2g}</td><td>{escape(c['unit'])}</td>"
        f"<td>{escape(c['source'])}</td><td>{'met' if c['met'] else 'missed'}</td></tr>"
        for c in checks
    )
    shown = "\n".join(
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}" alt="{escape(caption)}">'
        for caption, picture in pictures.items()
    )
    met = sum(c["met"] for c in checks)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of mx3cpu</title><style>{STYLE}</style></head><body>
<h1>Validation of the embedded engine</h1>
<p>{met} of {len(checks)} checks met.</p>
{shown}
<table><tr><th>check</th><th class=n>measured</th><th class=n>expected</th><th class=n>tolerance</th><th>unit</th>
<th>source</th><th>verdict</th></tr>
{rows}
</table></body></html>
"""


def main() -> None:
    """Write the page, or say that the checks have to be run first."""
    source, curves = FOLDER / "engine.json", FOLDER / "engine_curves.json"
    if not source.is_file():
        sys.exit(f"{source}: no such file; run the checks first: make validate")
    checks = json.loads(source.read_text(encoding="utf-8"))
    draw(checks, FOLDER / "engine.png")
    pictures = {"Deviation of each check, in tolerances": FOLDER / "engine.png"}
    for curve in json.loads(curves.read_text(encoding="utf-8")) if curves.is_file() else []:
        path = FOLDER / curve["name"]
        draw_curve(curve, path)
        pictures[f"Average magnetization over time and published points: {path.stem}"] = path
    shown = {caption: path.read_bytes() for caption, path in pictures.items()}
    write_text_whole(FOLDER / "engine.html", page(checks, shown))
    print(f"written to {FOLDER / 'engine.html'}")


if __name__ == "__main__":
    main()
