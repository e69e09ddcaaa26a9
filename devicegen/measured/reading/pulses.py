"""From the pulse files of a measured device to a `PulseRecord`."""

from __future__ import annotations

from pathlib import Path

from devicegen.measured.description.model import Description
from devicegen.measured.files.unchanged import unchanged
from devicegen.measured.reading.events import read_events
from devicegen.measured.reading.rows import read_rows
from devicegen.measured.reading.strays import refuse_strays
from devicegen.measured.reading.traces import read_traces
from devicegen.pulses.record import PulseRecord, check_amounts, check_directions, check_response, check_states


def read_pulses(folder: Path, description: Description) -> PulseRecord:
    """All pulses of a measured device, checked.

    folder      : the folder of ``device.yaml``; file names are relative to it
    description : its content
    Raises PulseFileError naming file, line, what was found and what was expected.
    """
    folder = Path(folder)
    with unchanged([folder / name for name in description.file_names() if (folder / name).exists()]):
        record = _read(folder, description)
        check_amounts(record, str(folder))
        record = refuse_strays(record, folder, description)
    check_directions(record, str(folder))
    check_states(record, str(folder))
    check_response(record, str(folder))
    return record


def _read(folder: Path, description: Description) -> PulseRecord:
    if description.layout != "one_row_a_pulse":
        return read_traces(folder, description)
    if description.polarity is not None and description.polarity.read:
        return read_events(folder, description)
    return read_rows(folder, description)
