"""`python -m benchmarks.soak`: SOAK_MINUTES of everyday load, SOAK_RATE requests a second."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import flask_migrate
import psutil
from flask import Flask

import config
from app import create_app
from app.backups.models import Execution
from app.backups.values import OPEN
from app.core.db import db
from app.core.tenancy import as_tenant
from benchmarks import paper
from benchmarks.machine import occasion
from benchmarks.memory import Memory, memory_of, memory_of_all
from benchmarks.servers import stage
from benchmarks.soak import verdict
from benchmarks.soak.house import house, settle_in
from benchmarks.soak.load import Callers, People
from tests.support.processes import wait_until

MINUTES = float(os.environ.get("SOAK_MINUTES", "60"))
RATE = float(os.environ.get("SOAK_RATE", "25"))
RUN_EVERY_SECONDS = float(os.environ.get("SOAK_RUN_EVERY", "15"))
SAMPLE_EVERY_SECONDS = 10
WEB_THREADS = "32"
PATH = Path(__file__).parents[1] / "soak.json"
# What is shorter shows nothing, but tries the soak.
WHOLE_MINUTES = 60
Sampler = Callable[[], Memory]


def main() -> None:
    """Print the table; exits with 1 when a promise was broken or a process grew."""
    with stage() as set_up, tempfile.TemporaryDirectory(prefix="holdfast-soak-") as folder:
        settings = {**set_up.settings, "WEB_THREADS": WEB_THREADS}
        app = create_app(config.load(settings))
        with app.app_context():
            flask_migrate.upgrade()
        people = settle_in(app, set_up, Path(folder))
        servers = {"postgresql": set_up.database_pid, "redis": set_up.counters_pid}
        with house(settings, set_up) as processes:
            samplers = {name: partial(memory_of, one) for name, one in processes.items()}
            for name, pid in servers.items():
                samplers[name] = partial(memory_of_all, psutil.Process(pid))
            told = occasion() | _soak(app, people, samplers)
    told["held"] = verdict.is_held(told)
    print(verdict.table(told))
    if MINUTES >= WHOLE_MINUTES:
        PATH.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        paper.write()
    sys.exit(not told["held"])


def _soak(app: Flask, people: People, samplers: Mapping[str, Sampler]) -> dict[str, Any]:
    callers = Callers(people, RATE)
    with callers.calling(RUN_EVERY_SECONDS):
        samples = _watch(samplers)
    wait_until(lambda: not _is_busy(app, people), seconds=300, what="every run has ended")
    return {
        "minutes": MINUTES,
        "requests_per_second": RATE,
        "run_every_seconds": RUN_EVERY_SECONDS,
        "requests": verdict.requests_told(callers.heard),
        **verdict.promises_told(app, people.tenant, callers.heard),
        "memory": verdict.memory_told(samples),
    }


def _watch(samplers: Mapping[str, Sampler]) -> dict[str, list[Memory]]:
    """Sample until the time is over; raises psutil.NoSuchProcess when one has ended."""
    samples: dict[str, list[Memory]] = {name: [] for name in samplers}
    began = time.monotonic()
    for number in range(1, int(60 * MINUTES / SAMPLE_EVERY_SECONDS) + 1):
        time.sleep(max(0.0, began + number * SAMPLE_EVERY_SECONDS - time.monotonic()))
        for name, sample in samplers.items():
            samples[name].append(sample())
        if number % 30 == 0:
            now = {name: round(taken[-1].uss, 1) for name, taken in samples.items()}
            print(f"{number * SAMPLE_EVERY_SECONDS // 60} min: {now}", file=sys.stderr, flush=True)
    return samples


def _is_busy(app: Flask, people: People) -> bool:
    with app.app_context(), as_tenant(people.tenant.id, read_only=True):
        return db.session.query(Execution).where(Execution.status.in_(OPEN)).count() > 0


if __name__ == "__main__":
    main()
