"""The command ``netsim``: quick scores of one device table; whole studies run through the workflow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from devicegen.errors import Dev2NetError
from devicegen.table import DeviceTable, read_table
from netsim.config import AnyNetwork, PairNetwork, QuantizedNetwork
from netsim.mnist import ImageSet, load_images
from netsim.points import Point, check_device, check_images, train_point

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Train networks on device tables.")

_ROOT_SEED = 2022
_QUICK = {"quantized": (30_000, 3), "pair": (5_000, 5)}
"""Images and epochs that tell something of a device in seconds; quantized networks learn slowly from few images."""


@app.callback()
def _commands() -> None:
    """Train networks on device tables."""


def quick_networks(table: DeviceTable, images: int | None, epochs: int | None, alpha: float | None) -> list[AnyNetwork]:
    """The schemes that a table allows; None takes the few images and epochs of `_QUICK`, and the scheme's alpha."""

    def quick(scheme: str) -> dict[str, object]:
        few_images, few_epochs = _QUICK[scheme]
        return {"scheme": scheme, "images": images or few_images, "epochs": epochs or few_epochs}

    chosen: list[AnyNetwork] = []
    if table.states is not None:
        n_states = min(5, table.states.control.size)
        tolerance = {} if alpha is None else {"alpha": alpha}
        chosen.append(QuantizedNetwork.model_validate(quick("quantized") | {"n_states": n_states} | tolerance))
    if table.jump_set is not None:
        chosen.append(PairNetwork.model_validate(quick("pair")))
    return chosen


def _score_rows(table: DeviceTable, images: ImageSet, networks: list[AnyNetwork]) -> list[tuple[str, ...]]:
    rows = []
    for network in networks:
        network = network.model_copy(update={"test_images": len(images.test_images)})
        point = Point("score", network, table.device, {}, 0)
        check_images(network, images)
        check_device(network, table)
        device, baseline = (train_point(point, source, images, _ROOT_SEED)[-1] for source in (table, None))
        size = "-".join(str(n) for n in network.layers)
        accuracies = (f"{100 * device.test_accuracy:.2f} %", f"{100 * baseline.test_accuracy:.2f} %")
        rows.append((network.scheme, size, *accuracies, f"{sum(device.pulses):,}"))
    return rows


@app.command()
def score(
    table: Annotated[Path, typer.Argument(help="Device table (HDF5).")],
    mnist: Annotated[Path, typer.Option(help="Folder of the four gzipped idx files.")] = Path("data/raw/mnist"),
    images: Annotated[int | None, typer.Option(min=1, help="Training images; few by default.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over them; few by default.")] = None,
    alpha: Annotated[
        float | None,
        typer.Option(min=0.001, max=2, help="Tolerance of quantized devices; 0.15 by default."),
    ] = None,
    other_data_set: Annotated[bool, typer.Option(help="Accept images that are not the published MNIST.")] = False,
) -> None:
    """Train both papers' networks on a device, as far as its table allows, beside floating point."""
    device = read_table(table)
    shown = Table("scheme", "network", "test accuracy", "floating point", "pulses, last epoch", title=device.device)
    networks = quick_networks(device, images, epochs, alpha)
    for row in _score_rows(device, load_images(mnist, other_data_set), networks):
        shown.add_row(*row)
    Console().print(shown)


def main() -> None:
    """Entry point of the command: an error that the user can act on is one sentence, not a traceback."""
    try:
        app()
    except Dev2NetError as error:
        print(f"netsim: {error}", file=sys.stderr)
        sys.exit(1)
