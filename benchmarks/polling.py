"""What runners cost: fifty that claim at once, and fifty that wait beside everybody else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import requests
from flask import Flask

from benchmarks.filling import settle
from benchmarks.load import Measured, Target, drive
from benchmarks.rounds import Case, Steady, in_turn
from benchmarks.scale import scaled
from benchmarks.seeds import FEW_JOBS, add_runner, add_tenant, count_given
from benchmarks.servers import Stage, another

RUNNERS = 50
# More than any machine gives away in the rounds of one case.
WAITING_RUNS = scaled(30_000, 5_000)
# The default of WEB_THREADS.
THREADS = 32
JSON = ("Content-Type", "application/json")


class GivenTwice(AssertionError):
    """The answers with a run are not as many as the runs that were given."""


class Claims:
    """Fifty callers that claim the runs of one host, one after the other."""

    def __init__(self, stage: Stage, key: str) -> None:
        url = f"{stage.holdfast}/api/v1/runners/claim"
        headers = (JSON, ("X-API-Key", key))
        self.target = Target(url, kind="claim", headers=headers, connections=RUNNERS)
        self.given = 0

    def __call__(self, seconds: float) -> Measured:
        measured = drive(self.target, seconds)
        self.given += measured.given
        if measured.given != measured.answered:
            raise RuntimeError("No runs are left: raise WAITING_RUNS")
        return measured


def runner_claims(app: Flask, stage: Stage) -> Iterator[Case]:
    """Runs given to fifty callers of one host at once, against one INSERT and commit."""
    tenant, key = add_runner(app, "claims", WAITING_RUNS)
    settle(app)
    claims = Claims(stage, key)
    floor = Target(f"{stage.floor}/rows", kind="post", connections=RUNNERS)
    rounds = in_turn(claims, Steady(floor))
    given = count_given(app, tenant)
    if given != claims.given:
        raise GivenTwice(f"{claims.given} answers held a run, {given} were given")
    yield rounds.throughput("runner_claims", target=0.05)


def answers_beside_waiters(app: Flask, stage: Stage) -> Iterator[Case]:
    """One job, read while fifty runners wait, against the same while nobody does."""
    tenant = add_tenant(app, "beside", FEW_JOBS)
    _, key = add_runner(app, "waiting", 0)
    settle(app)
    headers = (("Authorization", f"Bearer {tenant.token}"),)
    path = f"/api/v1/backups/{tenant.first_job}"
    with another(stage, THREADS) as busy, another(stage, THREADS) as quiet, _waiters(busy, key):
        beside, alone = (Steady(Target(url + path, headers=headers)) for url in (busy, quiet))
        rounds = in_turn(beside, alone)
    yield rounds.cost("answers_beside_waiters", target=1.5)


@contextmanager
def _waiters(url: str, key: str) -> Iterator[None]:
    """Let fifty runners wait for runs that never come, as a good one does."""
    is_over = threading.Event()
    poll = partial(_poll, f"{url}/api/v1/runners/claim", key, is_over)
    threads = [threading.Thread(target=poll, daemon=True) for _ in range(RUNNERS)]
    for thread in threads:
        thread.start()
    yield
    is_over.set()


def _poll(url: str, key: str, is_over: threading.Event) -> None:
    with requests.Session() as session:
        session.headers["X-API-Key"] = key
        while not is_over.is_set():
            answer = session.post(url, json={"wait_seconds": 25}, timeout=60)
            answer.raise_for_status()
            is_over.wait(float(answer.headers.get("Retry-After", 0)))
