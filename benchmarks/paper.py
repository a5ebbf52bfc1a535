"""`python -m benchmarks.paper`: the results in docs/performance.md, and their charts beside it."""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import charts

ROOT = Path(__file__).resolve().parents[1]
DOCS, PAPER = ROOT / "docs", "performance.md"
RESULTS, SOAK = ROOT / "benchmarks" / "results.json", ROOT / "benchmarks" / "soak.json"
_MARK = {"higher": "≥", "lower": "≤"}


def main() -> None:
    """Write what the results say; the rest of the paper is people's."""
    parser = argparse.ArgumentParser(prog="paper", description=__doc__)
    parser.add_argument("--into", type=Path, default=DOCS)
    write(parser.parse_args().into)


def write(folder: Path = DOCS) -> None:
    """Write the paper as it is in docs/, with the results of today, and its charts."""
    text = (DOCS / PAPER).read_text(encoding="utf-8")
    for source, name, tell, draw in (
        (RESULTS, "results", _results, charts.of_results),
        (SOAK, "soak", _soak, charts.of_soak),
    ):
        if source.exists():
            told = json.loads(source.read_text(encoding="utf-8"))
            picture = f"performance-{name}.svg"
            text = _put(text, name, f"{tell(told)}\n\n![{name}]({picture})")
            (folder / picture).write_text(draw(told), encoding="utf-8")
    (folder / PAPER).write_text(text, encoding="utf-8")


def _put(text: str, name: str, told: str) -> str:
    """Put it between the marks of this name, in place of what is there."""
    head, begin, rest = text.partition(f"<!-- {name}, made by `python -m benchmarks.paper` -->\n")
    _, end, tail = rest.partition(f"<!-- end of {name} -->")
    if not (begin and end):
        raise ValueError(f"{PAPER} has no place for {name}")
    return f"{head}{begin}\n{told}\n\n{end}{tail}"


def _results(results: Mapping[str, Any]) -> str:
    compared = _table(
        ("case", "value", "floor", "unit", "ratio", "of the rounds", "target", ""),
        (_compared(row) for row in results["cases"]),
    )
    sides = _table(
        ("case", "requests/s", "p50 ms", "p99 ms", "worker's memory, MiB"),
        (_sides(row) for row in results["cases"] if "holdfast" in row and row["unit"] != "ms"),
    )
    return "\n\n".join(
        (
            _occasion(results),
            compared,
            "Holdfast / what stands beside it, in the middle round. A worker's memory is what the "
            "larger of the two held after the rounds: resident, and of its own in parentheses.",
            sides,
        )
    )


def _compared(row: Mapping[str, Any]) -> tuple[str, ...]:
    lowest, highest = row.get("spread", (row["ratio"], row["ratio"]))
    return (
        f"`{row['name']}`",
        f"{row['value']:.2f}",
        f"{row['floor']:.2f}",
        row["unit"],
        f"{row['ratio']:.2f}",
        f"{lowest:.2f}–{highest:.2f}",
        f"{_MARK[row['better']]} {row['target']}",
        "met" if row["met"] else "**missed**",
    )


def _sides(row: Mapping[str, Any]) -> tuple[str, ...]:
    ours, theirs = row["holdfast"], row["beside"]
    figures = ("requests_per_second", ".0f"), ("p50_ms", ".1f"), ("p99_ms", ".1f")
    memory = (
        f"{one['worker_rss_mib']:.0f} ({one['worker_uss_mib']:.0f})" for one in (ours, theirs)
    )
    told = (f"{ours[name]:{form}} / {theirs[name]:{form}}" for name, form in figures)
    return f"`{row['name']}`", *told, " / ".join(memory)


def _soak(told: Mapping[str, Any]) -> str:
    requests = _table(
        ("request", "answers", "p50 ms", "p99 ms"),
        (
            (
                f"`{one['kind']}`",
                str(one["answers"]),
                f"{one['p50_ms']:.1f}",
                f"{one['p99_ms']:.1f}",
            )
            for one in told["requests"]
        ),
    )
    memory = _table(
        ("process", "second quarter, MiB", "last quarter, MiB", "ratio", ""),
        (
            (
                one["process"],
                f"{one['second_quarter_mib']:.1f}",
                f"{one['last_quarter_mib']:.1f}",
                f"{one['ratio']:.3f}",
                _verdict(one),
            )
            for one in told["memory"]
        ),
    )
    posts, runs = told["posts"], told["runs"]
    return "\n\n".join(
        (
            _occasion(told),
            f"{told['minutes']:.0f} minutes of {told['requests_per_second']:.0f} requests a second "
            f"and a backup every {told['run_every_seconds']:.0f} s. "
            f"Of {posts['acknowledged']} posts answered with 201 {posts['found']} were found, "
            f"{posts['lost']} lost, {posts['doubled']} doubled; of {runs['asked']} runs "
            f"{runs['succeeded']} succeeded; {len(told['refused'])} requests were refused.",
            memory,
            requests,
        )
    )


def _verdict(one: Mapping[str, Any]) -> str:
    if not one["judged"]:
        return "told only"
    return "flat" if one["flat"] else "**not flat**"


def _occasion(told: Mapping[str, Any]) -> str:
    machine = told["machine"]
    versions = (
        f"{name} {machine[key]}"
        for name, key in (
            ("Python", "python"),
            ("PostgreSQL", "postgresql"),
            ("Redis", "redis"),
            ("restic", "restic"),
            ("gunicorn", "gunicorn"),
        )
        if key in machine
    )
    when = (
        f"On {told['measured_at'][:10]}, commit {told['commit']}, on "
        if "commit" in told
        else "On "
    )
    return (
        f"{when}{machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}, Linux {machine['kernel']}, virtual and shared with others; "
        f"{', '.join(versions)}."
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *map(tuple, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
