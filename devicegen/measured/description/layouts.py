"""What each layout of ``device.yaml`` needs to be told, and what it has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devicegen.measured.description.units import UNITS

if TYPE_CHECKING:
    from devicegen.measured.description.model import Description

_ALWAYS = {"device", "synthetic", "source", "licence", "notes", "layout", "files", "pulse"}
_OF_TABLES = {
    "crosssim_tables": _ALWAYS,
    "mean_changes": _ALWAYS
    | {"sheet", "header_line", "first_line", "parts", "encoding", "delimiter", "decimal"}
    | {"columns_of_changes", "per_file"},
}  # fmt: skip
_IDLE = {
    "one_row_a_pulse": ("ramp_columns", "trace_lines", "ramp_units", "turns", "reads_from"),
    "one_column_a_ramp": ("trace_lines", "reads_from", "polarity"),
    "one_row_a_trace": ("ramp_columns",),
}


def check_layout(of: Description) -> None:
    """Raise ValueError, for pydantic to tell, for keys that are missing or that a layout has no use for."""
    if of.layout in _OF_TABLES:
        _check_tables(of)
        return
    for key in _IDLE[of.layout]:
        if getattr(of, key) is not None:
            raise ValueError(f"layout {of.layout} has no use for the key '{key}'")
    if of.layout == "one_row_a_pulse":
        _check_rows(of)
    else:
        _check_traces(of)
    quantities = {UNITS[units][0] for units in of.read_units()}
    if "current" in quantities and not of.read_voltage_V:
        raise ValueError("reads given as currents need 'read_voltage_V', the voltage they were read at")
    if ("arbitrary" in quantities) != (of.arbitrary_scale is not None):
        raise ValueError("units '1' and the key 'arbitrary_scale' come together: one of them is missing")


def _check_tables(of: Description) -> None:
    """Finished tables: nothing is left to say of how pulses are read."""
    if of.layout == "crosssim_tables" and (not of.files.set or len(of.files.set) != len(of.files.reset)):
        raise ValueError("layout crosssim_tables needs 'files' of as many files for 'set' as for 'reset'")
    if of.layout == "mean_changes" and of.columns_of_changes is None:
        raise ValueError("layout mean_changes needs the key 'columns_of_changes'")
    if said := of.model_fields_set - _OF_TABLES[of.layout]:
        raise ValueError(f"layout {of.layout} has no use for the key '{min(said)}'")


def _check_rows(of: Description) -> None:
    if of.columns is None:
        raise ValueError("layout one_row_a_pulse needs the key 'columns'")
    if not of.columns.names_reads():
        raise ValueError("columns: neither 'before' nor 'after' is named: there is no read to take a conductance from")
    if (of.columns.change is not None) != (of.start_S is not None):
        raise ValueError("'columns.change' and 'start_S', the conductance before the first pulse, come together")
    if not of.files.pulses:
        if of.polarity is not None and (of.polarity.set or of.polarity.set_sign):
            raise ValueError("a file for each polarity needs no key 'polarity'")
        return
    if of.polarity is None:
        raise ValueError("files of both polarities need the key 'polarity'")
    source = "amplitude" if of.polarity.set_sign else "polarity"
    if getattr(of.columns, source) is None:
        raise ValueError(f"the polarity is told by the {source}, but columns names no '{source}'")


def _check_traces(of: Description) -> None:
    columns, lines = of.layout == "one_column_a_ramp", of.trace_lines
    if of.start_S is not None and any(UNITS[units][0] != "conductance" for units in of.read_units()):
        raise ValueError("'start_S' says that the columns hold changes of the conductance: expected units such as uS")
    if of.ramp_units is None:
        raise ValueError(f"layout {of.layout} needs the key 'ramp_units'")
    if (
        columns
        and of.columns is not None
        and any(
            getattr(of.columns, key) is not None
            for key in type(of.columns).model_fields
            if key not in ("device", "cycle")
        )
    ):
        raise ValueError("layout one_column_a_ramp has no use for the key 'columns', but for 'device' and 'cycle'")
    if columns and bool(of.files.pulses) and of.ramp_columns is None:
        raise ValueError("ramps of both polarities in one file need 'ramp_columns'")
    if not columns and lines is None and (of.columns is None or of.columns.polarity is None or of.polarity is None):
        raise ValueError("traces along lines need 'trace_lines', or 'columns.polarity' and the codes of 'polarity'")
    turning = [traces for traces in (of.ramp_columns, lines) if traces is not None and traces.turns]
    if bool(turning) != (of.turns is not None):
        raise ValueError("'turns' comes with columns or lines that are read up and down by turns: one is missing")
