"""The command `mx3cpu`: runs MuMax3 scripts of one magnetic layer on the CPU."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_HELP = """\
mx3cpu - runs MuMax3 scripts (.mx3) of one magnetic layer on the CPU

usage: mx3cpu [options] script.mx3 [more.mx3 ...]

  -o DIR        output folder (default: script.out beside the script;
                for several scripts DIR/script.out each)
  -f            clear the output folder of an earlier run's files first
  -cache DIR    keep demagnetizing kernels in DIR for later runs
  -vet          check the scripts for errors, run nothing
  -test         say what this engine is; exit 0
  -v, -version  print the version
  -h, --help    print this
  -http, -gpu, -i, -s, -failfast and others of MuMax3 have no effect here; a line on stderr says so

Several scripts run as a queue; those that ask for the same steps run side by side.

exit codes: 0 success; 1 error in a script, a failed expect() or a missing file;
            2 the physics failed (NaN, time step too small); 130 interrupted

examples:
  mx3cpu wall.mx3                          output in wall.out/
  mx3cpu -f -o out -cache cache wall.mx3   output in out/, old files removed
  mx3cpu -vet *.mx3                        check only
  mx3cpu -f -o runs a.mx3 b.mx3            output in runs/a.out/ and runs/b.out/
"""
_WITH_VALUE = {"o", "cache", "http", "gpu", "launchtimeout", "magnets"}
_SWITCHES = {"f", "vet", "test", "v", "version", "h", "help", "i", "s", "failfast", "sync", "g", "paranoid"}
_TRUE, _FALSE = {"1", "t", "true"}, {"0", "f", "false"}


class UsageError(Exception):
    """A command line that cannot be understood."""


@dataclass
class Options:
    """What the command line asked for."""

    scripts: list[Path] = field(default_factory=list)
    folder: Path | None = None
    cache: Path | None = None
    clear: bool = False
    vet: bool = False
    test: bool = False
    version: bool = False
    help: bool = False
    ignored: list[str] = field(default_factory=list)


def read_options(arguments: Sequence[str]) -> Options:
    """The options as Go's flag package reads them: one or two dashes, ``-name value`` or ``-name=value``.

    Raises UsageError for an unknown option or a missing value.
    """
    options = Options()
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("-") or word == "-":
            options.scripts.append(Path(word))
            continue
        if word == "--":
            options.scripts += map(Path, waiting)
            break
        name, equals, value = word.lstrip("-").partition("=")
        if name in _SWITCHES:
            _switch(options, name, value if equals else "true")
        elif name in _WITH_VALUE:
            if not equals:
                if not waiting:
                    raise UsageError(f"found -{name} without a value")
                value = waiting.pop(0)
            _set(options, name, value)
        else:
            raise UsageError(f"found the unknown option {word}")
    return options


def _switch(options: Options, name: str, value: str) -> None:
    if value.lower() not in _TRUE | _FALSE:
        raise UsageError(f"found -{name}={value}, expected true or false")
    is_on = value.lower() in _TRUE
    attribute = {"f": "clear", "vet": "vet", "test": "test", "v": "version", "version": "version"}
    attribute |= {"h": "help", "help": "help"}
    if name in attribute:
        setattr(options, attribute[name], is_on)
    elif is_on:
        options.ignored.append(name)


def _set(options: Options, name: str, value: str) -> None:
    if name == "o":
        options.folder = Path(value) if value else None
    elif name == "cache":
        options.cache = Path(value) if value else None
    elif value.strip('"'):
        options.ignored.append(name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command; ends the process with its exit code."""
    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; gives the exit code."""
    try:
        options = read_options(arguments)
    except UsageError as error:
        print(f"mx3cpu: {error}; see mx3cpu --help", file=sys.stderr)
        return 1
    for name in options.ignored:
        print(f"//mx3cpu: -{name} has no effect on this engine", file=sys.stderr)
    from devicegen import __version__

    if options.help:
        print(_HELP, end="")
        return 0
    if options.test:
        print(f"mx3cpu {__version__}: embedded CPU engine, no GPU needed")
        return 0
    if not options.scripts:
        if options.version:
            print(f"mx3cpu {__version__}")
            return 0
        print("mx3cpu: found no script to run; see mx3cpu --help", file=sys.stderr)
        return 1
    from devicegen.engine.jobs import check_scripts, run_jobs

    return check_scripts(options) if options.vet else run_jobs(options)


if __name__ == "__main__":
    main()
