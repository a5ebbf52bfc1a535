"""The results, as a table for people and as JSON for machines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import occasion
from benchmarks.rounds import Case

PATH = Path(__file__).with_name("results.json")
_MARK = {"higher": "≥", "lower": "≤"}


def table(cases: Sequence[Case]) -> str:
    """One line a case: what it gave, the floor, their ratio, and whether that is enough."""
    lines = [f"{'case':<24}{'value':>10}{'floor':>10}  {'unit':<14}{'ratio':>6}  target"]
    for case in cases:
        verdict = "met" if case.met else "MISSED"
        lines.append(
            f"{case.name:<24}{case.value:>10.2f}{case.floor:>10.2f}  {case.unit:<14}"
            f"{case.ratio:>6.2f}  {_MARK[case.better]} {case.target} {verdict}"
        )
    return "\n".join(lines)


def write(cases: Sequence[Case]) -> None:
    """Keep the results where the next reader finds them."""
    results = {**occasion(), "cases": [_row(case) for case in cases]}
    PATH.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


def _row(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "unit": case.unit,
        "value": round(case.value, 3),
        "floor": round(case.floor, 3),
        "ratio": round(case.ratio, 3),
        "target": case.target,
        "better": case.better,
        "met": case.met,
    }
