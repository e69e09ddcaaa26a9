"""The command `devicegen`: tables, measured devices and their examples, calibration and comparison of walls."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from devicegen.errors import Dev2NetError
from devicegen.measured.cli import measure_app

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
table_app = typer.Typer(no_args_is_help=True, help="Device tables (HDF5).")
app.add_typer(table_app, name="table")
app.add_typer(measure_app, name="measure")

TableFile = Annotated[Path, typer.Argument(help="A device table, e.g. data/tables/pcmo_fumarola.h5")]


@app.command()
def example(
    name: Annotated[str, typer.Argument(help="pcmo_fumarola or pcm_nandakumar")],
    out: Annotated[Path | None, typer.Option(help="Folder to write; by default data/raw/NAME")] = None,
) -> None:
    """Make the pulse file and device.yaml of an example device from published parameters."""
    from devicegen.artificial.examples import make_example

    folder = out or Path("data/raw") / name
    make_example(name, folder)
    typer.echo(f"{folder}: written. Next: devicegen measure check {folder}")


@app.command()
def calibrate(
    config: Annotated[Path, typer.Option(help="Configuration file with the device")] = Path("config/paper.yaml"),
    device: Annotated[str, typer.Option(help="Its simulated device whose open knobs are searched")] = "almisba2022",
    out: Annotated[Path, typer.Option(help="Folder for candidates, picture, best block")] = Path("results/calibration"),
    cores: Annotated[int, typer.Option(min=1, help="Engine processes side by side")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Root of all random numbers")] = 2022,
    explore: Annotated[int, typer.Option(min=2, help="Candidates of the first stage")] = 32,
    rounds: Annotated[int, typer.Option(min=0, help="Rounds of refinement")] = 2,
    children: Annotated[int, typer.Option(min=1, help="Candidates of a round")] = 16,
    race: Annotated[int, typer.Option(min=2, help="Candidates that run with more racetracks")] = 3,
    few: Annotated[int, typer.Option(min=2, help="Racetracks a candidate and state before the race, run in fours")] = 4,
    many: Annotated[int, typer.Option(min=2, help="Racetracks a candidate and state in the race, at most 256")] = 16,
) -> None:
    """Search what the paper leaves open of a racetrack, against its published means, spread and success.

    Takes hours of one core; stopped and started again, it goes on where it stood. What it found for the shipped device
    is in docs/devices/calibration.md.
    """
    from devicegen.racetrack.calibration import results
    from devicegen.racetrack.calibration.search import Plan

    plan = Plan(explore=explore, rounds=rounds, children=children, race=race, few=few, many=many)
    results.calibrate(results.racetrack_block(config, device), out, seed, cores, plan)
    typer.echo(f"{out}: trials.csv, best.yaml, calibration.png")


@app.command("compare")
def compare_ensembles(
    first: Annotated[Path, typer.Argument(help="A raw ensemble, e.g. data/raw/almisba2022/ensemble.h5")],
    second: Annotated[Path, typer.Argument(help="Another one, with the same states: other cells, steps, engine")],
    out: Annotated[Path, typer.Option(help="Folder for the numbers and the picture")] = Path("results/comparison"),
) -> None:
    """Test whether two ensembles of domain walls have the same distributions, and say what would have been seen."""
    from devicegen.racetrack.comparison.results import compare_files

    compare_files(first, second, out)
    typer.echo(f"{out}: comparison.json, comparison.png")


@table_app.command()
def show(
    file: TableFile,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Print all of the provenance instead, as JSON")
    ] = False,
) -> None:
    """Summarise a table: range, step sizes, asymmetry, states, energies, provenance."""
    from devicegen.show import show_provenance, show_table

    (show_provenance if provenance else show_table)(file)


@table_app.command()
def verify(file: TableFile) -> None:
    """Check a table against its contract (docs/format.md) and its stored SHA-256."""
    from devicegen.table_file import read_table

    table = read_table(file)
    made_up = table.kind == "measured" and table.synthetic
    typer.echo(f"{file}: intact: {'made-up (not measured)' if made_up else table.kind} device {table.device}.")


@table_app.command()
def export(
    file: TableFile,
    out: Annotated[Path, typer.Option(help="Folder for the files")],
    crosssim: Annotated[bool, typer.Option("--crosssim", help="Write CrossSim's look-up tables instead")] = False,
    aihwkit: Annotated[bool, typer.Option("--aihwkit", help="Write a fitted aihwkit preset instead")] = False,
) -> None:
    """Write a table's content as CSV files, one for each part, with units in the headings."""
    from devicegen.export import export_csv
    from devicegen.formats.aihwkit import export_preset
    from devicegen.formats.crosssim import export_crosssim
    from devicegen.table_file import read_table

    table = read_table(file)
    made = []
    if crosssim:
        made += export_crosssim(table, out)
    if aihwkit:
        made.append(export_preset(table, out))
    for path in made or export_csv(table, out):
        typer.echo(path)


@table_app.command("import-crosssim")
def import_(
    increasing: Annotated[Path, typer.Argument(help="CrossSim's dG_increasing.txt")],
    decreasing: Annotated[Path, typer.Argument(help="CrossSim's dG_decreasing.txt")],
    out: Annotated[Path, typer.Argument(help="The table to write; its name is the device's")],
    source: Annotated[str, typer.Option(help="Where the look-up tables come from")],
    licence: Annotated[str, typer.Option(help="Their licence")],
    synthetic: Annotated[bool, typer.Option("--synthetic/--measured", help="Made up or simulated, or measured")],
) -> None:
    """Make a device table of CrossSim's two look-up tables."""
    from devicegen.formats.crosssim import import_crosssim
    from devicegen.table_file import write_table

    write_table(out, import_crosssim(increasing, decreasing, out.stem, source, licence, synthetic))
    typer.echo(f"{out}: written. Next: devicegen table show {out}")


@table_app.command("import-aihwkit")
def import_aihwkit(
    preset: Annotated[Path, typer.Argument(help="Python text with one PiecewiseStepDevice")],
    out: Annotated[Path, typer.Argument(help="The table to write; its name is the device's")],
    g_min_s: Annotated[float, typer.Option("--g-min-S", help="Conductance of the lowest weight, in S")] = 1e-6,
    g_max_s: Annotated[float, typer.Option("--g-max-S", help="Conductance of the highest weight, in S")] = 11e-6,
) -> None:
    """Make the table of an artificial device that does what an aihwkit PiecewiseStepDevice does."""
    from devicegen.artificial.response import write_artificial_table
    from devicegen.formats.aihwkit import response_of_preset

    write_artificial_table(out.stem, response_of_preset(preset, g_min_s, g_max_s), out)
    typer.echo(f"{out}: written. Next: devicegen table show {out}")


def main() -> None:
    """Run the command; errors of input become one sentence on stderr and exit code 1."""
    try:
        app()
    except Dev2NetError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a disk that is full, a folder that may not be written
        print(f"{error.filename or 'devicegen'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
