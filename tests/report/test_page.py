"""The page holds what was run; pictures are real PNGs. (What they look like is seen by eye.)"""

import struct

import pytest

from netsim.figures.device import draw_device
from netsim.figures.network import draw_network
from netsim.report import write_report
from netsim.report.page import readable_count
from netsim.summary import read_summary


def _size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_report_holds_numbers_pictures_and_provenance(table_path, runs_path, tmp_path):
    pictures = draw_device(table_path, tmp_path / "figures")
    assert [p.name for p in pictures] == ["jump_tables.png", "states.png"]
    draw_network(runs_path, tmp_path / "net.png")
    for path in [*pictures, tmp_path / "net.png"]:
        width, height = _size(path.read_bytes())
        assert width > 600
        assert height > 300
    output = tmp_path / "report.html"
    write_report(
        study={"seed": 1, "networks": {"net": {"alpha": 0.15}}},
        lines=read_summary([runs_path]),
        tables=[table_path],
        device_figures=[tmp_path / "figures"],
        network_figures=[tmp_path / "net.png"],
        output=output,
    )
    page = output.read_text()
    assert page.count("data:image/png;base64,") == 3
    assert "made_up&lt;b&gt;" in page  # names are escaped
    assert "+2.00 points" in page
    assert "synthetic: nobody measured it" in page
    assert "3% of the walls: expelled" in page
    assert "21 of 21 rows rest on fewer than 30 pulses" in page
    assert "2.7e-15 J" in page
    assert "embedded engine" in page
    assert "pulses.csv (SHA-256 0123456789ab…)" in page
    assert list(tmp_path.glob(".*part")) == []


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (999, "999"), (14_436_700, "14.4 M"), (2.4e9, "2.4 G")])
def test_counts_are_readable(number, said):
    assert readable_count(number) == said


def test_pictures_of_an_earlier_table_do_not_stay(table_path, tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "old.png").write_bytes(b"")
    draw_device(table_path, folder)
    assert not (folder / "old.png").exists()
