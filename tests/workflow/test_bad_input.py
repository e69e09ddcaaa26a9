"""Bad input through the real Snakemake: one sentence each, the other jobs go on, nothing half-written stays."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A study in which everything that can be wrong is wrong, and one device that is right."""
    place = tmp_path_factory.mktemp("study")
    shutil.copytree(ROOT / "data/raw/mnist", place / "mnist")
    labels = bytearray((place / "mnist/t10k-labels-idx1-ubyte.gz").read_bytes())
    labels[3000] ^= 1
    (place / "mnist/t10k-labels-idx1-ubyte.gz").write_bytes(labels)
    for name, spoil in (
        ("no_column", ("name: after_nS", "name: afterwards_nS")),
        ("typo", ("\npolarity:", "\npolaritty:")),
    ):
        folder = place / "raw" / name
        folder.mkdir(parents=True)
        text = (ROOT / "data/raw/pcmo_fumarola/device.yaml").read_text()
        (folder / "device.yaml").write_text(text.replace("device: pcmo_fumarola", f"device: {name}").replace(*spoil))
        pulses = (ROOT / "data/raw/pcmo_fumarola/pulses.csv").read_text().splitlines()[:200]
        (folder / "pulses.csv").write_text("\n".join(pulses))
    config = {
        "results": str(place / "results"),
        "tables": str(place / "tables"),
        "raw": str(place / "raw"),
        "mnist": str(place / "mnist"),
        "devices": {
            "linear": {"kind": "artificial", "response": {"form": "linear"}},
            "wall": {
                "kind": "simulated",
                "racetrack": {"preset": "quick", "engine": "/no/such/mumax3", "instances": 1},
            },
        },
        "networks": {"pairs": {"scheme": "pair", "devices": ["linear"], "images": 100, "epochs": 1}},
    }
    (place / "study.yaml").write_text(yaml.safe_dump(config))
    return place


def run(place: Path, *options: str, config: str = "study.yaml") -> str:
    """What Snakemake says of a run that must fail."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--snakefile", str(ROOT / "Snakefile")]
        + [*options, "--directory", str(place), "--configfile", str(place / config)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode != 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_each_fault_is_one_sentence_and_the_sound_device_is_finished(place):
    said = run(place, "--keep-going")
    raw, mnist = place / "raw", place / "mnist"
    assert f"PulseFileError: {raw}/no_column/pulses.csv: line 1 has no column 'afterwards_nS'" in said
    assert f"PulseFileError: {raw}/typo/device.yaml: unknown key 'polaritty'; did you mean 'polarity'?" in said
    assert "EngineError: engine: '/no/such/mumax3' is neither auto, mumax3, embedded nor a program" in said
    assert f"MnistError: {mnist}/t10k-labels-idx1-ubyte.gz: " in said
    assert "Traceback" not in said
    assert [path.name for path in (place / "tables").glob("*.h5")] == ["linear.h5"]
    assert not list((place / "results").rglob("*.part"))
    assert not list((place / "results/networks").glob("*.csv"))
    assert not (place / "results/report.html").exists()


def test_a_missing_image_file_is_named_with_what_to_do(place):
    (place / "mnist/train-images-idx3-ubyte.gz").unlink()
    said = run(place, str(place / "results/networks/pairs.csv"))
    assert "train-images-idx3-ubyte.gz: no such file, expected a gzipped idx file." in said
    assert "Traceback" not in said


def test_a_typo_stops_everything_before_it_starts(place):
    (place / "typo.yaml").write_text((place / "study.yaml").read_text().replace("epochs", "epochz"))
    said = run(place, config="typo.yaml")
    assert "networks.pairs.epochz: no such setting. Did you mean 'epochs'?" in said
    assert "Traceback" not in said
    assert "Building DAG" not in said
