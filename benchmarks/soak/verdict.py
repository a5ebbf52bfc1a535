"""What a soak found: was every promise kept, and did the memory stay flat?"""

from collections import Counter
from collections.abc import Mapping
from statistics import quantiles
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.backups.models import Execution
from app.backups.values import SUCCESS
from app.core.db import db
from app.core.tenancy import as_tenant
from benchmarks.memory import Course, Memory
from benchmarks.seeds import Tenant
from benchmarks.soak.load import Heard

TOLERANCE = 0.05
POINTS = 60
# Told only: they hold what they are given, and that grows with each post.
SERVERS = ("postgresql", "redis")
REPORTED = "report"


def requests_told(heard: Heard) -> list[dict[str, Any]]:
    """How many answers each kind of request got, and how quickly."""
    return [
        {"kind": kind, "answers": len(took), "p50_ms": _cut(took, 50), "p99_ms": _cut(took, 99)}
        for kind, took in sorted(heard.milliseconds.items())
    ]


def promises_told(app: Flask, tenant: Tenant, heard: Heard) -> dict[str, Any]:
    """What was answered with 201 or 202, and what of it the database holds."""
    with app.app_context(), as_tenant(tenant.id, read_only=True):
        columns = Execution.id, Execution.trigger, Execution.status
        rows = {row.id: row for row in db.session.execute(select(*columns))}
    promised = set(heard.posted)
    kept = {row.id for row in rows.values() if row.trigger == REPORTED}
    ended = Counter(rows[run].status if run in rows else "lost" for run in heard.runs)
    return {
        "posts": {
            "acknowledged": len(heard.posted),
            "found": len(kept & promised),
            "lost": len(promised - kept),
            # Each post tells of a run of its own: an id that comes twice is a run that is missing.
            "doubled": len(kept - promised) + len(heard.posted) - len(promised),
        },
        "runs": {"asked": len(heard.runs), "succeeded": ended[SUCCESS]},
        "refused": heard.refused[:20],
    }


def memory_told(samples: Mapping[str, list[Memory]]) -> list[dict[str, Any]]:
    """Each process's course; the part of its memory that it shares with nobody is judged."""
    return [_process(name, taken) for name, taken in samples.items()]


def is_held(told: Mapping[str, Any]) -> bool:
    """Nothing was refused, lost or doubled, every run ended well, and the memory stayed flat."""
    posts, runs = told["posts"], told["runs"]
    return (
        not told["refused"]
        and posts["acknowledged"] == posts["found"] > 0
        and not posts["lost"] + posts["doubled"]
        and runs["asked"] == runs["succeeded"] > 0
        and all(one["flat"] for one in told["memory"] if one["judged"])
    )


def table(told: Mapping[str, Any]) -> str:
    """What a person wants to know of it."""
    lines = [f"{'request':<20}{'answers':>10}{'p50 ms':>10}{'p99 ms':>10}"]
    for one in told["requests"]:
        lines.append(
            f"{one['kind']:<20}{one['answers']:>10}{one['p50_ms']:>10.1f}{one['p99_ms']:>10.1f}"
        )
    lines.append("")
    lines.append(f"{'process':<20}{'second':>10}{'last':>10}{'ratio':>8}  MiB of its own, quarters")
    for one in told["memory"]:
        verdict = "flat" if one["flat"] else "NOT FLAT" if one["judged"] else "grows"
        lines.append(
            f"{one['process']:<20}{one['second_quarter_mib']:>10.1f}{one['last_quarter_mib']:>10.1f}"
            f"{one['ratio']:>8.3f}  {verdict}"
        )
    lines += ["", f"posts {told['posts']}", f"runs {told['runs']}"]
    lines += [f"refused {line}" for line in told["refused"]]
    return "\n".join([*lines, "", "held" if told["held"] else "FAILED"])


def _process(name: str, taken: list[Memory]) -> dict[str, Any]:
    course = Course([one.uss for one in taken])
    resident = Course([one.rss for one in taken])
    return {
        "process": name,
        "second_quarter_mib": round(course.second_quarter, 2),
        "last_quarter_mib": round(course.last_quarter, 2),
        "ratio": round(course.ratio, 4),
        "flat": course.is_flat(TOLERANCE),
        "judged": name not in SERVERS,
        "resident_mib": round(resident.last_quarter, 2),
        "resident_ratio": round(resident.ratio, 4),
        "course_mib": course.thinned(POINTS),
    }


def _cut(took: list[float], percent: int) -> float:
    cuts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
    return round(cuts[percent - 1], 2)
