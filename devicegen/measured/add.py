"""A new measured device: its folder, made from pulse files and answers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from devicegen.errors import Dev2NetError, PulseFileError
from devicegen.files import write_text_whole
from devicegen.measured.description.model import DEVICE_NAME, FILE_NAME, read_description
from devicegen.measured.files import unchanged
from devicegen.measured.first_look import draw_first_look
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.measured.looking.propose import propose
from devicegen.measured.reading.pulses import read_pulses
from devicegen.measured.reading.rows import sweep_of
from devicegen.measured.reading.sweeps import Sweep, shown
from devicegen.pulses.record import PulseRecord

PICTURE = "first_look.png"
_MANY = 8


@dataclass(frozen=True)
class Added:
    """What came of adding a device: reasons for its ``device.yaml``, what to know, and what was seen of its files."""

    reasons: list[str]
    notes: list[str]
    looks: list[Look]
    meant: list[list[Meant]]


def add_device(paths: Sequence[Path], folder: Path, answers: Answers, resets: Sequence[Path] = ()) -> Added:
    """Make the folder of a measured device from pulse files; it appears only if they can be read.

    paths  : the pulse files, or those of SET where `resets` are the others
    folder : what to make; its name is the device's
    Raises PulseFileError or TableError, in one sentence.
    """
    paths, resets, folder = [Path(path) for path in paths], [Path(path) for path in resets], Path(folder)
    if folder.exists():
        raise PulseFileError(f"{folder}: is there already, expected a new folder.")
    if not DEVICE_NAME.fullmatch(folder.name):
        raise PulseFileError(
            f"--out {folder}: its last part names the device, found {folder.name!r}, expected letters, digits, '_' or "
            "'-', starting with a letter."
        )
    files = _checked([*paths, *resets])
    with unchanged(files):
        draft, looks, meant = propose(paths, resets, folder.name, answers)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as parent:
            made = Path(parent) / folder.name
            _describe(made, files, draft, answers, lambda: draw_first_look(made, made / PICTURE))
            made.rename(folder)
    return Added(draft.reasons, draft.notes, looks, meant)


def read_files(paths: Sequence[Path], resets: Sequence[Path], answers: Mapping[str, Any]) -> PulseRecord:
    """The pulses of files, without making a device; see `devicegen.measured.read`."""
    if len(paths) == 1 and paths[0].is_dir():
        return read_pulses(paths[0], read_description(paths[0]))
    files = _checked([*paths, *resets])
    origin = {"synthetic": "no", "source": "not said", "licence": "not said"}
    known = {_option_of(name): value for name, value in answers.items()}
    told = Answers(origin | known)
    with unchanged(files), tempfile.TemporaryDirectory() as parent:
        draft, _, _ = propose(paths, resets, "pulses", told)
        made = Path(parent) / "pulses"
        found: list[PulseRecord] = []
        _describe(made, files, draft, told, lambda: found.append(read_pulses(made, read_description(made))))
    return found[0]


def _option_of(name: str) -> str:
    """The option that a keyword means: zero_S is zero-S, set_ is set."""
    return name.strip("_").replace("_", "-")


def _checked(files: list[Path]) -> list[Path]:
    """Files that are there and can lie in one folder."""
    for file in files:
        if not file.is_file():
            raise PulseFileError(f"{file}: no such file, expected a pulse file.")
    for file in files:
        if twin := next((other for other in files if other is not file and other.name == file.name), None):
            raise PulseFileError(f"{twin}: has the same name as {file}, expected two names: both go into one folder.")
    return files


def _describe(made: Path, files: Sequence[Path], draft: Draft, answers: Answers, then: Callable[[], None]) -> None:
    """Copy the files, write their description beside them, and do what comes then; errors name the files as given."""
    made.mkdir()
    for file in files:
        shutil.copyfile(file, made / file.name)
    try:
        _write(made, draft)
        if draft.content["layout"] == "one_row_a_pulse" and _choose_pulses(made, draft, answers):
            _write(made, draft)
        then()
    except Dev2NetError as error:
        message = str(error)
        for file in files:
            message = message.replace(str(made / file.name), str(file))
        raise type(error)(message.replace(str(made), " and ".join(map(str, files)))) from error


def _write(folder: Path, draft: Draft) -> None:
    comments = "".join(
        f"# {reason}\n" for reason in ["Proposed by devicegen measure add; check it.", *draft.reasons, *draft.notes]
    )
    text = yaml.dump(draft.content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    write_text_whole(folder / FILE_NAME, comments + text)


class _Plain(yaml.SafeDumper):
    """Lists of names and small blocks on one line, and nothing twice by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=True)


def _choose_pulses(folder: Path, draft: Draft, answers: Answers) -> bool:
    """Where a file sweeps the amplitude or the width, ask which of them the table is made of."""
    description = read_description(folder)
    if description.polarity is not None and description.polarity.read:
        return False
    columns = draft.content["columns"]
    if "amplitude" not in columns and "width" not in columns:
        return False
    where = " and ".join(description.file_names())
    chosen = False
    sweep = sweep_of(folder, description)
    for name, key, unit, levels in sweep.mixtures():
        rising = key == "amplitude" and len(levels) > _MANY
        how = f"one of them in {unit}" + (
            ", or all where the pulse grows from one to the next as a scheme" if key == "amplitude" else ""
        )
        why = f"{where}: {name.upper()} pulses of {len(levels)} {key}s: {shown(levels, unit)}"
        question = f"{name.upper()} pulses of {len(levels)} {key}s: {shown(levels, unit)}. Which one, in {unit}"
        answer = answers.ask(
            f"{name}-{key}", f"{question} ({how})", f"{why}; they are not mixed unasked", "all" if rising else None
        )
        if answer == "all" and key == "amplitude":
            draft.content.setdefault("pulse", {}).setdefault(name, {})["amplitude"] = "all"
            draft.notes.append(_scheme(name, sweep, unit, levels))
            chosen = True
            continue
        try:
            level = float(answer)
        except ValueError:
            raise PulseFileError(f"{name}-{key} is {answer!r}, expected a number in {unit}, or all.") from None
        draft.content.setdefault("pulse", {}).setdefault(name, {})[f"{key}_{unit}"] = level
        draft.reasons.append(f"pulse.{name}.{key}_{unit}: as answered; the file holds {shown(levels, unit)}")
        chosen = True
    return chosen


def _scheme(name: str, sweep: Sweep, unit: str, levels: Any) -> str:
    low, high = sorted((min(levels, key=abs), max(levels, key=abs)), key=abs)
    how = "the amplitude rises with the pulse number" if sweep.rises(name) else "amplitudes are mixed"
    return (
        f"{name.upper()}: {how}, from {low:g} to {high:g} {unit}, taken together as one scheme: the table holds for a "
        "network that programs with this scheme, not for pulses of one amplitude"
    )
