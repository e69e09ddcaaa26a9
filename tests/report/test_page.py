"""The page holds what was run; pictures are real PNGs. (What they look like is seen by eye.)"""

import json
import statistics
import struct
from dataclasses import replace

import numpy as np
import pytest

from devicegen.table import Coverage
from devicegen.table_file import read_table, write_table
from netsim.figures.device import draw_device
from netsim.figures.network import draw_network
from netsim.figures.style import unit_scale
from netsim.ledger import Row, write_ledger
from netsim.report import write_report
from netsim.report.page import device_card, overview, readable_count, state_rows
from netsim.summary import read_summary

LEDGER_ROW = Row("Al Misba 2022", "3", "test accuracy [%]", "97.1", "97.17", "0.05", "3", "± 0.5", "not run", "")
CHECK = {
    "name": "wall width",
    "value": 12.0,
    "expected": 11.18,
    "tolerance": 0.2,
    "unit": "nm",
    "source": "theory",
    "met": False,
}


def _size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_report_holds_numbers_pictures_and_provenance(table_path, runs_path, tmp_path):
    pictures = draw_device(table_path, tmp_path / "figures")
    assert [p.name for p in pictures] == ["jump_tables.png", "responses.png", "states.png", "cumulative.png"]
    draw_network(runs_path, tmp_path / "net.png")
    for path in [*pictures, tmp_path / "net.png"]:
        width, height = _size(path.read_bytes())
        assert width > 600
        assert height > 300
    output = tmp_path / "report.html"
    write_ledger([LEDGER_ROW], tmp_path / "reproduction.csv")
    (tmp_path / "engine.json").write_text(json.dumps([CHECK]))
    write_report(
        study={"seed": 1, "networks": {"net": {"alpha": 0.15}}},
        lines=read_summary([runs_path]),
        tables=[table_path],
        device_figures=[[tmp_path / "figures"]],
        scorecards=[],
        network_figures=[tmp_path / "net.png"],
        ledger=tmp_path / "reproduction.csv",
        validation=tmp_path / "engine.json",
        output=output,
    )
    page = output.read_text()
    assert page.count("data:image/png;base64,") == len(pictures) + 1
    assert "made_up&lt;b&gt;" in page  # names are escaped
    assert "+2.00 points" in page
    assert 'pulse file</span><span class="tag made-up">made up: nobody measured it' in page
    assert "5 of 150 walls: expelled" in page
    assert "21 of 21 rows rest on fewer than 30 pulses" in page
    assert "energy of a write</dt><dd>2.7 fJ" in page
    assert "energy of a write, piezoelectric</dt><dd>500 aJ" in page
    assert "energy, erase slowly</dt><dd>1.5 pJ" in page
    assert "1 to 11 µS" in page
    assert "3 states, 50 instances each" in page
    assert '<tr class="base"><td>net</td><td>quantized</td><td>floating point</td>' in page
    assert page.count('class="base"') == 1
    assert "net: floating point was still learning after the last epoch" in page
    assert "embedded engine" in page
    assert '<span class="verdict not-run">not run</span>' in page
    assert "97.17 ± 0.05" in page
    assert "0 of 1 checks met" in page
    assert "pulses.csv (SHA-256 0123456789ab…)" in page
    assert list(tmp_path.glob(".*part")) == []


def test_what_nobody_measured_stands_beside_the_accuracy(table_path, runs_path, tmp_path):
    table = read_table(table_path)
    write_table(table_path, replace(table, coverage=Coverage((1e-6, 9e-6), (1.2e-6, 11e-6))))
    base, wall = read_summary([runs_path])
    wall = replace(
        wall, device=table.device, unmeasured_set=0.31, unmeasured_reset=0.04, unmeasured_share=0.175
    )  # fmt: skip
    write_ledger([], tmp_path / "reproduction.csv")
    pages = []
    for lines in ([base, wall], read_summary([runs_path])):
        write_report({}, lines, [table_path], [[]], [], [], tmp_path / "reproduction.csv", None, tmp_path / "r.html")
        pages.append((tmp_path / "r.html").read_text())
    assert '<td class="n">18%</td></tr>' in pages[0]
    assert (
        "net, made_up&lt;b&gt;: 31% of the SET pulses of this training were fired where SET was never measured "
        "(above 9 µS)" in pages[0]
    )
    assert "of the RESET pulses of" not in pages[0]
    assert "unmeasured" not in pages[1].lower()  # results from before anybody counted
    for page in pages:
        assert "SET measured</dt><dd>1 to 9 µS (80% of the range)" in page
        assert "RESET measured</dt><dd>1.2 to 11 µS (98% of the range)" in page
        assert "SET was never measured above 9 µS (20% of the range): the table holds the last mean there." in page
        assert "RESET was never measured" not in page


def test_of_a_table_that_does_not_state_it_nothing_is_said(table_path):
    card = device_card(table_path, [])
    assert "measured" not in " ".join(name for name, _ in card.facts)
    assert "never measured" not in " ".join(card.warnings)


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (999, "999"), (14_436_700, "14.4 M"), (2.4e9, "2.4 G")])
def test_counts_are_readable(number, said):
    assert readable_count(number) == said


def test_of_many_settings_the_best_of_each_device_is_read_first(runs_path):
    few = read_summary([runs_path])
    assert overview(few) == few
    many = [
        replace(few[0], network="swept", device=device, settings=f"eta={number}", test_percent=50.0 + number)
        for device in ("pcm", "wall")
        for number in range(20)
    ]
    *shown, pcm, wall = overview([*few, *many])
    assert shown == few
    assert [(line.device, line.settings, line.test_percent) for line in (pcm, wall)] == [
        ("pcm", "best of 20: eta=19", 69.0), ("wall", "best of 20: eta=19", 69.0)
    ]  # fmt: skip


def test_states_are_tabulated(table_path):
    states = read_table(table_path).states
    assert states is not None
    rows = state_rows(states)
    assert [row.control for row in rows] == ["800,000 J/m³", "750,000 J/m³", "700,000 J/m³"]
    assert [row.target for row in rows] == ["−0.833", "0", "1"]
    assert [row.outcomes for row in rows] == ["50 kept", "50 kept", "45 kept, 5 expelled"]
    near = sum(abs(mz - 0.0) <= 0.25 for mz in states.mz[1])
    assert rows[1].within[1] == f"{2 * near}%"
    assert float(rows[1].deviation) == pytest.approx(statistics.stdev(states.mz[1]), abs=0.005)


def test_few_instances_are_pointed_out_with_their_largest_standard_error(table_path, tmp_path):
    table = read_table(table_path)
    assert table.states is not None
    mz = np.array([[-0.9, -0.7, -0.8, -0.8], [0.4, -0.4, 0.4, -0.4], [0.6, 0.6, 0.6, 0.6]])
    states = replace(table.states, mz=mz, position=mz, outcome=np.zeros((3, 4), np.uint8))
    write_table(tmp_path / "few.h5", replace(table, states=states))
    said = " ".join(device_card(tmp_path / "few.h5", []).warnings)
    error = statistics.stdev(mz[1]) / 2
    assert f"Only 4 instances in a state: means are uncertain by up to {error:.2g} (standard error)." in said


def test_rows_that_nobody_measured_do_not_count_in_the_mean_step(table_path, tmp_path):
    table = read_table(table_path)
    jump = table.jump_set
    assert jump is not None
    cdf = jump.cdf.copy()
    cdf[10:] = 1.0  # every change is the lowest of the grid
    count = jump.count.copy()
    count[10:] = 0
    write_table(tmp_path / "gap.h5", replace(table, jump_set=replace(jump, cdf=cdf, count=count)))
    facts = dict(device_card(tmp_path / "gap.h5", []).facts)
    assert facts["SET table"] == dict(device_card(table_path, []).facts)["SET table"].replace("252", "120")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(4e-6, "S", (1e6, "µS")), (2.7e-15, "J", (1e15, "fJ")), (0.99999e-12, "J", (1e12, "pJ")), (0.0, "J", (1.0, "J"))],
)
def test_prefixes(value, unit, expected):
    assert unit_scale(value, unit) == expected


def test_pictures_of_an_earlier_table_do_not_stay(table_path, tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "old.png").write_bytes(b"")
    draw_device(table_path, folder)
    assert not (folder / "old.png").exists()
