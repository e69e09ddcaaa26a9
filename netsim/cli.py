"""The command ``netsim``: scorecards of single device tables; whole studies run through the workflow."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from devicegen.errors import ConfigError, Dev2NetError
from netsim.config.scorecard import ScorecardConfig
from netsim.figures.scorecard import write_card
from netsim.scorecard import score_device
from netsim.scores import PairScore, QuantizedScore, Score, Scorecard, quantized_verdict, verdict

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Train networks on device tables."
)

_ROOT_SEED = 2022
_USUAL = ScorecardConfig()


@app.callback()
def _commands() -> None:
    """Train networks on device tables."""


def _accuracy(score: Score) -> str:
    return f"{score.test:.2f} ± {score.test_error:.2f} %"


def _points(points: float, error: float) -> str:
    return f"{points:+.2f} ± {error:.2f}"


def _scheme_row(scheme: str, score: Score, baseline: Score) -> tuple[str, ...]:
    energy = "not known" if score.energy_J is None else f"{score.energy_J:.3g} J"
    return scheme, _accuracy(score), _accuracy(baseline), f"{score.pulses:.3g}", energy


def _best_settings(score: Score) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in score.settings.items()
    )


def _print_schemes(console: Console, card: Scorecard) -> None:
    shown = Table("scheme", "test accuracy", "floating point", "pulses", "their energy", title=card.device)
    levels = None if card.quantized is None else card.quantized.levels
    quantized = "quantized" if levels is None else f"quantized, {levels} write-verify levels"
    scored: list[tuple[str, PairScore | QuantizedScore | None]] = [("pair", card.pair), (quantized, card.quantized)]
    for scheme, score in scored:
        if score is not None:
            shown.add_row(*_scheme_row(scheme, score.as_it_is, score.floating_point))
    console.print(shown)
    if card.pair is not None:
        console.print(f"best of what was tried (pair): {_best_settings(card.pair.as_it_is)}")
    if card.quantized is not None:
        console.print(f"quantized: {quantized_verdict(card.quantized)}", style="bold")
    if card.measured is not None:
        words = "; ".join(f"{name}: {inside}" for name, inside in card.measured.facts())
        console.print(words, highlight=False)
    for caution in card.cautions:
        console.print(f"{caution}", style="yellow", highlight=False)
    if card.not_quantized:
        console.print(f"not trained quantized: {card.not_quantized}")


def _print_flaws(console: Console, score: PairScore) -> None:
    shown = Table(
        "flaw",
        "accuracy without it",
        "gives back",
        "alone costs",
        title="which flaw costs what, in points of test accuracy",
    )
    for cost in score.flaws:
        shown.add_row(
            cost.flaw.replace("_", " "),
            _accuracy(cost.without),
            _points(cost.gives_back, cost.gives_back_error),
            _points(cost.costs_alone, cost.costs_alone_error),
        )
    shown.add_row("all of them", _accuracy(score.ideal), f"{score.ideal.test - score.as_it_is.test:+.2f}", "")
    console.print(shown)
    if score.none_of:
        console.print(f"Not among its flaws: {', '.join(score.none_of).replace('_', ' ')}.")
    console.print(f"pair: {verdict(score)}", style="bold")


@app.command()
def score(
    table: Annotated[Path, typer.Argument(help="Device table (HDF5).")],
    mnist: Annotated[Path, typer.Option(help="Folder of the four gzipped idx files.")] = Path("data/raw/mnist"),
    output: Annotated[
        Path, typer.Option(help="Folder; the scorecard appears in a folder of the table's name within it.")
    ] = Path("results/scorecards"),
    images: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"Training images; by default {_USUAL.images} (pairs) or {_USUAL.quantized_images} (quantized).",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"Passes over them; by default {_USUAL.epochs} (pairs) or {_USUAL.quantized_epochs} (quantized).",
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=2, help=f"Repetitions; by default {_USUAL.seeds}.")] = None,
    alpha: Annotated[
        float | None,
        typer.Option(min=0.001, max=2, help=f"Tolerance of quantized devices; by default {_USUAL.alpha}."),
    ] = None,
    read_noise: Annotated[
        float | None, typer.Option(min=0, help="Read noise in parts of the range; by default what the table knows.")
    ] = None,
    drift_exponent: Annotated[
        float, typer.Option(min=0, max=1, help="Exponent nu of drift since RESET; 0: none.")
    ] = 0.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes on this machine.")] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, tcp://host:8786, in place of workers.")
    ] = None,
    other_data_set: Annotated[
        bool, typer.Option("--other-data-set", help="Accept images that are not the published MNIST.")
    ] = False,
) -> None:
    """Score a device in the networks of both papers, and tell which of its flaws costs what (some minutes).

    Prints, and writes scorecard.json, flaws.csv and scorecard.png.
    """
    if not table.is_file():
        raise ConfigError(f"{table}: no such table. Make it first; tables lie in data/tables.")
    given: dict[str, Any] = {
        "images": images, "quantized_images": images, "epochs": epochs, "quantized_epochs": epochs, "seeds": seeds,
        "alpha": alpha, "read_noise": read_noise, "drift_exponent": drift_exponent,
    }  # fmt: skip
    config = ScorecardConfig(**{name: value for name, value in given.items() if value is not None})
    folder = output / table.stem
    card = score_device(table, mnist, folder, config, workers, scheduler, _ROOT_SEED, other_data_set)
    write_card(card, folder)
    console = Console()
    _print_schemes(console, card)
    if card.pair is not None:
        _print_flaws(console, card.pair)
    console.print(f"written to {folder}")


def main() -> None:
    """Entry point of the command: an error that the user can act on is one sentence, not a traceback."""
    try:
        app()
    except Dev2NetError as error:
        print(f"netsim: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a disk that is full, a folder that may not be written
        print(f"netsim: {error.filename or 'failed'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
