"""Output: saving fields and table rows, once or every so often."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devicegen.engine.api.quantities import Quantity, ScalarValue
from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.language.values import ScalarFunction
from devicegen.engine.output.numbers import go_sprint, go_sprintf
from devicegen.engine.output.ovf import write_ovf
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World


@dataclass(frozen=True)
class FileFormat:
    """How fields are written: OVF version and text or binary."""

    spoken = "an output format such as OVF2_BINARY"
    version: int
    text: bool


@dataclass
class Schedule:
    """Something saved every `period_s`, counted from `start_s`; `count` saves are done, the one at the start is -1."""

    period_s: float
    start_s: float
    save: Callable[[], None]
    count: int = -1

    def is_due(self, time_s: float) -> bool:
        """Whether the next save is due at this time."""
        return (time_s - self.start_s) - self.count * self.period_s >= self.period_s

    @property
    def next_s(self) -> float:
        """When the next save is due."""
        return self.start_s + (self.count + 1) * self.period_s


class Saving:
    """What is saved when, and under which name."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.filename_format = "%s%06d"
        self.snapshot_format = "jpg"
        self.output_format = FileFormat(2, text=False)
        self._fields: dict[str, Schedule] = {}
        self._table: Schedule | None = None
        self._numbers: dict[str, int] = {}

    # -- schedules

    def _schedules(self) -> list[Schedule]:
        return [*self._fields.values(), *([self._table] if self._table else [])]

    def is_due(self, time_s: float) -> bool:
        """Whether anything is to be saved at this time."""
        return any(schedule.is_due(time_s) for schedule in self._schedules())

    def next_due(self, time_s: float) -> float:
        """The earliest time at which anything is to be saved, infinity where nothing is."""
        return min((max(schedule.next_s, time_s) for schedule in self._schedules()), default=math.inf)

    def save_what_is_due(self) -> None:
        """Save everything that is due now."""
        now = self.simulation.time_s
        for schedule in self._schedules():
            if schedule.is_due(now):
                schedule.save()
                schedule.count += 1

    def _schedule(self, period: float, save: Callable[[], None]) -> Schedule:
        if not (math.isfinite(period) and period > 0):
            raise ScriptError(f"found the period {period:g}, expected a time in seconds, or 0 to stop")
        return Schedule(period, self.simulation.time_s, save)

    # -- fields

    def auto_save(self, quantity: Quantity, period: float) -> None:
        """Save a quantity every `period` seconds; 0 stops it."""
        self._auto(quantity, period, lambda: self.save(quantity))

    def auto_snapshot(self, quantity: Quantity, period: float) -> None:
        """Save an image of a quantity every `period` seconds; 0 stops it."""
        self._auto(quantity, period, lambda: self.snapshot(quantity))

    def _auto(self, quantity: Quantity, period: float, save: Callable[[], None]) -> None:
        if period == 0:
            self._fields.pop(quantity.name, None)
        else:
            self._fields[quantity.name] = self._schedule(period, save)

    def _next_name(self, quantity: Quantity) -> str:
        number = self._numbers.get(quantity.name, 0)
        self._numbers[quantity.name] = number + 1
        return go_sprintf(self.filename_format, (quantity.name, number))

    def save(self, quantity: Quantity) -> None:
        """Save a quantity under its name and the next number."""
        self.save_as(quantity, self._next_name(quantity) + ".ovf")

    def save_as(self, quantity: Quantity, file: str) -> None:
        """Save a quantity under a given name."""
        path = self.simulation.output_path(file)
        if path.suffix == "":
            path = path.with_name(path.name + ".ovf")
        form = self.output_format
        if form.version == 1 and quantity.components != 3:
            raise ScriptError(
                f"found {quantity.name} to be saved as OVF 1, expected a vector quantity (or OVF2_BINARY)"
            )
        write_ovf(path, quantity.field(), form.version, form.text)

    def snapshot(self, quantity: Quantity) -> None:
        """Save an image of a quantity under its name and the next number."""
        self.snapshot_as(quantity, f"{self._next_name(quantity)}.{self.snapshot_format}")

    def snapshot_as(self, quantity: Quantity, file: str) -> None:
        """Save an image of a quantity under a given name."""
        from devicegen.engine.output.image import write_image

        write_image(self.simulation.output_path(file), quantity.values(), self.snapshot_format)

    # -- table

    def table_add(self, quantity: Quantity) -> None:
        """Add a quantity's average to the table."""
        self.simulation.table.add(quantity)

    def table_add_var(self, expression: ScalarFunction, name: str, unit: str) -> None:
        """Add an expression to the table."""
        self.simulation.table.add(ScalarValue(self.simulation, name, unit, expression.value))

    def table_save(self) -> None:
        """Write a row."""
        try:
            self.simulation.table.save(self.simulation.time_s)
        except FloatingPointError as error:
            raise RunTimeFailure(str(error)) from None

    def table_auto_save(self, period: float) -> None:
        """Write a row every `period` seconds; 0 stops it."""
        self._table = None if period == 0 else self._schedule(period, self.table_save)

    def table_print(self, *values: Any) -> None:
        """Write a line of one's own into the table."""
        self.simulation.table.note(" ".join(go_sprint((value,)) for value in values))

    def flush(self) -> None:
        """Nothing waits: every row and file goes to the system at once."""


def declare(world: World, simulation: Simulation, m: Quantity) -> Saving:
    """Bind everything about output; m is the table's first column."""
    saving = Saving(simulation)
    simulation.table.add(m)
    for version, text, name in (
        (1, True, "OVF1_TEXT"),
        (1, False, "OVF1_BINARY"),
        (2, True, "OVF2_TEXT"),
        (2, False, "OVF2_BINARY"),
    ):
        world.constant(name, FileFormat(version, text))
    world.variable(
        "OutputFormat", FileFormat, lambda: saving.output_format, lambda form: setattr(saving, "output_format", form)
    )
    world.setting("FilenameFormat", str, saving, "filename_format")
    world.setting("SnapshotFormat", str, saving, "snapshot_format")
    world.function("Save", saving.save)
    world.function("SaveAs", saving.save_as)
    world.function("AutoSave", saving.auto_save)
    world.function("Snapshot", saving.snapshot)
    world.function("SnapshotAs", saving.snapshot_as)
    world.function("AutoSnapshot", saving.auto_snapshot)
    world.function("TableAdd", saving.table_add)
    world.function("TableAddVar", saving.table_add_var)
    world.function("TableSave", saving.table_save)
    world.function("TableAutoSave", saving.table_auto_save)
    world.function("TablePrint", saving.table_print)
    world.function("Flush", saving.flush)
    return saving
