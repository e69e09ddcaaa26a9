"""A scorecard as files: JSON with all of it, CSV with a line for each flaw."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from devicegen.errors import ConfigError, TableError
from devicegen.files import write_text_whole, written_whole
from netsim.scores import PairScore, Scorecard, quantized_verdict, verdict

_SCORECARD: TypeAdapter[Scorecard] = TypeAdapter(Scorecard)


def write_scorecard(card: Scorecard, path: Path) -> None:
    """Write all of a scorecard as JSON."""
    content = _SCORECARD.dump_python(card, mode="json")
    if card.pair is not None:
        content["verdict"] = verdict(card.pair)
    if card.quantized is not None:
        content["quantized_verdict"] = quantized_verdict(card.quantized)
    write_text_whole(path, json.dumps(content, indent=1) + "\n")


def read_scorecard(path: Path) -> Scorecard:
    """Read what `write_scorecard` wrote. Raises ConfigError, in one sentence, for anything else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content.pop("verdict", None)
        content.pop("quantized_verdict", None)
        return _SCORECARD.validate_python(content)
    except (OSError, ValueError, AttributeError, ValidationError, TableError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"{path}: cannot be read as a scorecard ({reason}). Make it again.") from None


def _lines(score: PairScore) -> list[dict[str, object]]:
    def line(what: str, flaw: str, accuracy: object, change: float | str, error: float | str) -> dict[str, object]:
        return {"row": what, "flaw": flaw, **accuracy, "points": change, "points_error": error}  # type: ignore[dict-item]

    def numbers(accuracy: object) -> dict[str, object]:
        fields = asdict(accuracy)  # type: ignore[call-overload]
        settings = fields.pop("settings")
        return {
            "test_percent": fields["test"], "test_error": fields["test_error"], "train_percent": fields["train"],
            "pulses": fields["pulses"], "energy_J": "" if fields["energy_J"] is None else fields["energy_J"],
            "eta": settings.get("eta", ""),
            "unmeasured_share": "" if fields["unmeasured"] is None else fields["unmeasured"]["share"],
        }  # fmt: skip

    rows = [
        line("as it is", "", numbers(score.as_it_is), "", ""),
        line("ideal", "", numbers(score.ideal), "", ""),
        line("floating point", "", numbers(score.floating_point), "", ""),
    ]
    for cost in score.flaws:
        rows.append(line("without", cost.flaw, numbers(cost.without), cost.gives_back, cost.gives_back_error))
        rows.append(line("alone", cost.flaw, numbers(cost.alone), -cost.costs_alone, cost.costs_alone_error))
    return rows


def write_flaws(score: PairScore, path: Path) -> None:
    """Write what each flaw costs as CSV.

    Rows "without": this flaw alone ideal, `points` more than as it is; rows "alone": all others ideal, `points` (below
    zero) from the ideal device.
    """
    rows = _lines(score)
    with written_whole(path) as draft, open(draft, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
            for row in rows
        )  # fmt: skip
