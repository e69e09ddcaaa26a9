"""The command `devicegen measure`: pulse files become folders of measured devices."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devicegen.errors import Dev2NetError, PulseFileError

if TYPE_CHECKING:
    from devicegen.measured.looking.answers import Answers

measure_app = typer.Typer(no_args_is_help=True, help="Folders of measured devices.")


@measure_app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="A folder with device.yaml, e.g. data/raw/pcmo_fumarola")],
) -> None:
    """Read a measured device's files and say what they hold, without writing anything."""
    from devicegen.measured.shown import show_pulses

    show_pulses(folder)


def _text(help: str) -> Any:
    return typer.Option(help=help)


@measure_app.command()
def add(
    files: Annotated[
        list[Path],
        typer.Argument(help="Pulse files of one device or chip, or one folder of files that each are a device"),
    ],
    out: Annotated[Path, typer.Option(help="Folder to make, e.g. data/raw/my_device; its name is the device's")],
    reset: Annotated[list[Path] | None, typer.Option(help="The RESET pulses, where each polarity has a file")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="File of answers (YAML), its keys the names of these options")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Who measured the pulses, and where they are described")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the data")] = None,
    synthetic: Annotated[
        bool | None, typer.Option("--synthetic/--measured", help="Made up or simulated, or measured")
    ] = None,
    sheet: Annotated[
        list[str] | None, typer.Option(help="Sheet of a workbook, or array of a container, by name or number")
    ] = None,
    header: Annotated[int | None, typer.Option(min=0, help="Line of the headings; 0: there are none")] = None,
    layout: Annotated[
        str | None,
        typer.Option(help="pulses (one a row), ramps or turns (columns), traces (lines), events, tables, mean_changes"),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="What a column is: MEANING=NAME, or FILE:MEANING=NAME, NAME a heading, a number, 3-9 or dev*; "
            "e.g. after='Id (A)', ignore=4, set=LTP1"
        ),
    ] = None,
    columns_are: Annotated[
        str | None, typer.Option(help="What several columns of reads are: devices, repeats or ramps")
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(help="Units of the reads (uS, kohm, nA, ...; 1: arbitrary), where no heading names them"),
    ] = None,
    zero_s: Annotated[str | None, typer.Option("--zero-S", help="Conductance at 0 of an arbitrary scale, in S")] = None,
    unit_s: Annotated[str | None, typer.Option("--unit-S", help="Conductance of one unit of that scale, in S")] = None,
    amplitude_units: Annotated[
        str | None, typer.Option(help="Units of the amplitudes, where no heading names them")
    ] = None,
    width_units: Annotated[
        str | None, typer.Option(help="Units of the pulse widths, where no heading names them")
    ] = None,
    current_units: Annotated[str | None, typer.Option(help="Units of the currents during pulses, likewise")] = None,
    read_voltage: Annotated[
        str | None, typer.Option(help="Voltage that currents were read at, in V, with its sign")
    ] = None,
    set_: Annotated[
        str | None, typer.Option("--set", help="Codes or voltages of SET pulses, with commas between")
    ] = None,
    reset_codes: Annotated[
        str | None,
        typer.Option(
            "--reset-code", help="Codes or voltages of RESET pulses, likewise (or --reset, where it names no file)"
        ),
    ] = None,
    read: Annotated[str | None, typer.Option(help="Codes or voltages of rows that are reads between pulses")] = None,
    none: Annotated[str | None, typer.Option(help="Codes of rows without a pulse")] = None,
    set_amplitude: Annotated[
        str | None, typer.Option(help="SET amplitude to take from a sweep, in V (A for currents), or all")
    ] = None,
    reset_amplitude: Annotated[str | None, typer.Option(help="RESET amplitude to take from a sweep, or all")] = None,
    set_width: Annotated[str | None, typer.Option(help="SET width to take from a sweep, in s")] = None,
    reset_width: Annotated[str | None, typer.Option(help="RESET width to take from a sweep, in s")] = None,
    turns: Annotated[
        str | None, typer.Option(help="Pulses up and down by turns in one column, e.g. 60,60, or found")
    ] = None,
    pulse_between_lines: Annotated[
        str | None, typer.Option(help="Whether one pulse was given between two lines of a log in time: yes or no")
    ] = None,
    first_read: Annotated[
        str | None, typer.Option(help="Whether the first read of a run of pulses came before or after its first pulse")
    ] = None,
    backwards: Annotated[str | None, typer.Option(help="Columns that are listed against the time")] = None,
    start: Annotated[
        str | None, typer.Option(help="Conductance before the first pulse, where a file holds changes, e.g. 9.3uS")
    ] = None,
    range_: Annotated[
        str | None, typer.Option("--range", help="inner (all but the outermost 0.1% of reads), whole, or MIN,MAX in S")
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad reads out, and count them")] = False,
) -> None:
    """Look at pulse files, propose a device.yaml with reasons, and make the device's folder with a first picture.

    Reads text, workbooks, NumPy, MATLAB, JSON and lists in code. What the files do not tell is asked for, or taken from
    the options or the file of answers. docs/devices/measured.md says what for which kind of file.
    """
    from devicegen.measured.looking.answers import Answers, read_answers

    codes, resets = _reset_files(reset or [], reset_codes)
    given = {
        "source": source, "licence": licence, "synthetic": None if synthetic is None else "yes" if synthetic else "no",
        "sheet": sheet, "header": None if header is None else str(header), "layout": layout, "column": column,
        "columns-are": columns_are, "units": units, "zero-S": zero_s, "unit-S": unit_s,
        "amplitude-units": amplitude_units,
        "width-units": width_units, "current-units": current_units, "read-voltage": read_voltage, "set": set_,
        "reset": codes, "read": read, "none": none, "set-amplitude": set_amplitude, "reset-amplitude": reset_amplitude,
        "set-width": set_width, "reset-width": reset_width, "turns": turns, "pulse-between-lines": pulse_between_lines,
        "first-read": first_read, "backwards": backwards, "start": start, "range": range_, "skip-bad": skip_bad or None,
    }  # fmt: skip
    known = {} if answers is None else read_answers(answers)
    known |= {name: value for name, value in given.items() if value not in (None, [])}
    prompt = _prompt if sys.stdin.isatty() else None
    if len(files) == 1 and files[0].is_dir():
        _add_folder(files[0], out, known)
        return
    _add_one(files, resets, out, Answers(known, prompt, _show if prompt else None))


def _reset_files(given: list[Path], codes: str | None) -> tuple[str | None, list[Path]]:
    """--reset names files of RESET pulses; what neither is a file nor looks like a file's name is a code."""
    looks_like_one = re.compile(r"\S*[A-Za-z0-9_)]\.[A-Za-z][A-Za-z0-9]{1,5}")
    paths = [path for path in given if path.is_file() or looks_like_one.fullmatch(path.name)]
    every = [code for code in [codes, *(str(path) for path in given if path not in paths)] if code]
    return ",".join(every) or None, paths


def _show(looks: Any, meant: Any) -> None:
    from devicegen.measured.shown import show_columns

    show_columns(looks, meant)


def _prompt(question: str, guess: str | None) -> str:
    return str(typer.prompt(question, default=guess) if guess else typer.prompt(question))


def _add_one(files: list[Path], resets: list[Path], out: Path, answers: Answers) -> None:
    from devicegen.measured.add import PICTURE, add_device
    from devicegen.measured.looking.propose import NotTold
    from devicegen.measured.shown import show_columns, show_pulses

    try:
        added = add_device(files, out, answers, resets)
    except Dev2NetError as error:
        if isinstance(error, NotTold) and answers.show is None:
            show_columns(error.looks, error.meant, stderr=True)
        if answers.asked:
            kept = " ".join(filter(None, (_option(name, answer) for name, answer in answers.asked.items())))
            raise PulseFileError(f"{error} Your answers as options, to correct and give again: {kept}") from error
        raise
    if answers.show is None:
        show_columns(added.looks, added.meant)
    for reason in added.reasons:
        typer.echo(reason)
    for note in added.notes:
        typer.echo(f"Note: {note}")
    for name in answers.given:
        if name not in answers.used:
            typer.echo(
                f"--{name} {answers.given[name]}: not used, as the files tell it or hold no such thing", err=True
            )
    show_pulses(out)
    typer.echo(f"{out / PICTURE}: first look at the pulses")
    typer.echo(f"{out / 'device.yaml'}: written. Check it; then: snakemake --cores 2 data/tables/{out.name}.h5")


def _add_folder(folder: Path, out: Path, known: dict[str, Any]) -> None:
    """Each file of a folder as a device of its own under `out`, with the same answers; what is refused is listed."""
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from devicegen.measured.add import add_device
    from devicegen.measured.looking.answers import Answers

    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not files:
        raise PulseFileError(f"{folder}: holds no files, expected pulse files.")
    table = Table(title=f"{folder}: {len(files)} files", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("file", "", "what came of it"):
        table.add_column(heading, overflow="fold")
    refused = 0
    for path in track(files, description="reading", console=Console(stderr=True), transient=True):
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", path.stem).strip("_")
        name = (name if name[:1].isalpha() else f"d_{name}")[:64]
        try:
            added = add_device([path], out / name, Answers(known))
        except Dev2NetError as error:
            refused += 1
            table.add_row(path.name, "refused", str(error).removeprefix(f"{path}: "))
            continue
        table.add_row(path.name, "added", f"{out / name}" + (f"; {'; '.join(added.notes)}" if added.notes else ""))
    Console().print(table)
    typer.echo(
        f"{len(files) - refused} of {len(files)} files added under {out}. What was refused needs a word: "
        f"devicegen measure add FILE --out {out}/NAME"
    )
    if refused == len(files):
        raise typer.Exit(1)


def _option(name: str, answer: str) -> str:
    """An answer as the option of `measure add` that gives it."""
    if name == "synthetic":
        return {"yes": "--synthetic", "y": "--synthetic", "no": "--measured", "n": "--measured"}.get(
            answer.strip().casefold(), ""
        )
    return f"--{name} {shlex.quote(answer)}"
