"""A new measured device: its folder, made from pulse files and answers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import yaml

from devicegen.errors import Dev2NetError, PulseFileError
from devicegen.files import write_text_whole
from devicegen.measured.description.model import DEVICE_NAME, FILE_NAME, read_description
from devicegen.measured.first_look import draw_first_look
from devicegen.measured.looking.headings import Ask
from devicegen.measured.looking.propose import Draft, propose
from devicegen.measured.reading.rows import sweep_of
from devicegen.measured.reading.sweeps import shown

PICTURE = "first_look.png"


def add_device(path: Path, folder: Path, ask: Ask, reset: Path | None = None) -> list[str]:
    """Make the folder of a measured device from one pulse file, or two; it appears only if they can be read.

    path   : the pulse file, or that of SET where `reset` is the other
    folder : what to make; its name is the device's
    ask    : gives what the files do not tell
    Returns the reasons for what ``device.yaml`` says. Raises PulseFileError or TableError, in one sentence.
    """
    path, folder = Path(path), Path(folder)
    if folder.exists():
        raise PulseFileError(f"{folder}: is there already, expected a new folder.")
    if not DEVICE_NAME.fullmatch(folder.name):
        raise PulseFileError(
            f"--out {folder}: its last part names the device, found {folder.name!r}, expected letters, digits, '_' or "
            "'-', starting with a letter."
        )
    files = [path] if reset is None else [path, Path(reset)]
    for file in files:
        if not file.is_file():
            raise PulseFileError(f"{file}: no such file, expected a pulse file (CSV or TSV).")
    proposal = propose(path, None if reset is None else Path(reset), folder.name, ask)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as parent:
        draft = Path(parent) / folder.name
        draft.mkdir()
        for file in files:
            shutil.copyfile(file, draft / file.name)
        try:
            _write(draft, proposal)
            if proposal.content["layout"] == "one_row_a_pulse" and _choose_pulses(draft, proposal, ask):
                _write(draft, proposal)
            draw_first_look(draft, draft / PICTURE)
        except Dev2NetError as error:
            message = str(error)
            for file in files:
                message = message.replace(str(draft / file.name), str(file))
            raise type(error)(message.replace(str(draft), " and ".join(map(str, files)))) from error
        draft.rename(folder)
    return proposal.reasons


def _write(folder: Path, proposal: Draft) -> None:
    comments = "".join(
        f"# {reason}\n" for reason in ["Proposed by devicegen measure add; check it.", *proposal.reasons]
    )
    text = yaml.safe_dump(proposal.content, sort_keys=False, allow_unicode=True, width=120)
    write_text_whole(folder / FILE_NAME, comments + text)


def _choose_pulses(folder: Path, proposal: Draft, ask: Ask) -> bool:
    """Where a file sweeps the amplitude or the width, ask which of them the table is made of."""
    columns = proposal.content["columns"]
    if "amplitude" not in columns and "width" not in columns:
        return False
    chosen = False
    for name, key, unit, levels in sweep_of(folder, read_description(folder)).mixtures():
        question = f"{name.upper()} pulses of {len(levels)} {key}s: {shown(levels, unit)}. Which one, in {unit}"
        answer = ask(f"{name}-{key}", question)
        try:
            level = float(answer)
        except ValueError:
            raise PulseFileError(f"{name}-{key} is {answer!r}, expected a number in {unit}.") from None
        proposal.content.setdefault("pulse", {}).setdefault(name, {})[f"{key}_{unit}"] = level
        proposal.reasons.append(f"pulse.{name}.{key}_{unit}: as answered; the file holds {shown(levels, unit)}")
        chosen = True
    return chosen
