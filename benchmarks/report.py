"""The results, as a table for people and as JSON for machines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import occasion
from benchmarks.rounds import Case, Side

PATH = Path(__file__).with_name("results.json")
_MARK = {"higher": "≥", "lower": "≤"}


def table(cases: Sequence[Case]) -> str:
    """One line a case: what it gave, the floor, their ratio, and whether that is enough."""
    lines = [f"{'case':<26}{'value':>10}{'floor':>10}  {'unit':<14}{'ratio':>6}  target"]
    for case in cases:
        verdict = "met" if case.met else "MISSED"
        lines.append(
            f"{case.name:<26}{case.value:>10.2f}{case.floor:>10.2f}  {case.unit:<14}"
            f"{case.ratio:>6.2f}  {_MARK[case.better]} {case.target} {verdict}"
        )
    return "\n".join(lines)


def rounds(case: Case) -> str:
    """Each round of a case beside the floor's, and their ratio."""
    pairs = zip(case.pairs, case.ratios, strict=True)
    told = (f"{value:.2f}/{floor:.2f}={ratio:.2f}" for (value, floor), ratio in pairs)
    return f"{case.name}: {'  '.join(told)}"


def write(cases: Sequence[Case]) -> None:
    """Keep the results of a whole run where the next reader finds them."""
    _keep({**occasion(), "cases": [_row(case) for case in cases]})


def replace(cases: Sequence[Case]) -> None:
    """Put these results into the last whole run's, each with its own moment and commit."""
    results = json.loads(PATH.read_text())
    now = {key: value for key, value in occasion().items() if key != "machine"}
    fresh = {case.name: {**_row(case), **now} for case in cases}
    rows = [fresh.pop(row["name"], row) for row in results["cases"]]
    _keep({**results, "cases": [*rows, *fresh.values()]})


def _keep(results: dict[str, Any]) -> None:
    PATH.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


def _row(case: Case) -> dict[str, Any]:
    row = {
        "name": case.name,
        "unit": case.unit,
        "value": round(case.value, 3),
        "floor": round(case.floor, 3),
        "ratio": round(case.ratio, 3),
        "spread": [round(ratio, 3) for ratio in case.spread],
        "target": case.target,
        "better": case.better,
        "met": case.met,
    }
    if case.sides is not None:
        row |= dict(zip(("holdfast", "beside"), map(_side, case.sides), strict=True))
    return row


def _side(side: Side) -> dict[str, float]:
    return {
        "requests_per_second": round(side.per_second, 1),
        "p50_ms": round(side.median_ms, 2),
        "p99_ms": round(side.p99_ms, 2),
        "worker_rss_mib": round(side.memory.rss, 1),
        "worker_uss_mib": round(side.memory.uss, 1),
    }
