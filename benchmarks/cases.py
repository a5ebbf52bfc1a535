"""What is measured, each case over data of its own."""

from collections.abc import Iterator

import requests
from flask import Flask

from benchmarks.backups import backup_through_holdfast
from benchmarks.dashboards import dashboard_overview_5m
from benchmarks.load import Measured, Target, drive
from benchmarks.polling import answers_beside_waiters, runner_claims
from benchmarks.rounds import Case, Drive, cost, in_turn, steady, tail, throughput
from benchmarks.seeds import (
    FEW_JOBS,
    FEW_RUNS,
    MANY_JOBS,
    MANY_RUNS,
    Tenant,
    add_reports,
    add_runs,
    add_tenant,
    count_runs,
    settle,
)
from benchmarks.servers import Stage
from benchmarks.ticks import scheduler_tick

JSON = ("Content-Type", "application/json")


# A new database's empty tables would be planned for as such.
REPORTS_BEFORE = 20


class LostReports(AssertionError):
    """Fewer or more executions were kept than posts were answered with 201."""


class Posts:
    """Status posts over a tenant's jobs, going on from round to round where the last one ended."""

    def __init__(self, stage: Stage, tenant: Tenant) -> None:
        self._target = Target(
            f"{stage.holdfast}/api/backup/status",
            kind="status",
            headers=(JSON, ("Authorization", f"Bearer {tenant.key}")),
            jobs=(tenant.first_job, tenant.jobs),
        )
        self._offset = 0
        self.created = 0

    def __call__(self, seconds: float) -> Measured:
        measured = drive(self._target, seconds, self._offset)
        self.created += measured.created
        # A whole turn of the jobs further on, past whatever was still in the last round's hands.
        jobs = self._target.jobs[1]
        self._offset += (measured.answered // jobs + 2) * jobs
        return measured


def status_post(app: Flask, stage: Stage) -> Iterator[Case]:
    """A script's report, with everything that hangs on it, against one INSERT and commit."""
    tenant = add_tenant(app, "reports", FEW_JOBS)
    add_reports(app, tenant, REPORTS_BEFORE)
    before = count_runs(app, tenant)
    settle(app)
    posts = Posts(stage, tenant)
    ours, floor = in_turn(posts, steady(Target(f"{stage.floor}/rows", kind="post")))
    kept = count_runs(app, tenant) - before
    if kept != posts.created:
        raise LostReports(f"{posts.created} posts were answered with 201, {kept} were kept")
    yield throughput("status_post", ours, floor, target=0.5)
    yield tail("status_post_p99", ours, floor, target=2.0)


def job_get(app: Flask, stage: Stage) -> Iterator[Case]:
    """One job, read by somebody who has signed in, against one row by its key."""
    tenant = add_tenant(app, "reads", FEW_JOBS)
    row = requests.post(f"{stage.floor}/rows", timeout=10).json()["id"]
    settle(app)
    ours, floor = in_turn(
        _read(stage, tenant, f"/backups/{tenant.first_job}"),
        steady(Target(f"{stage.floor}/rows/{row}")),
    )
    yield throughput("job_get", ours, floor, target=0.5)


def execution_page(app: Flask, stage: Stage) -> Iterator[Case]:
    """A page of 20 runs of a job that has a million, against one that has a thousand."""
    tenant = add_tenant(app, "history", 2)
    small, large = tenant.first_job, tenant.first_job + 1
    add_runs(app, tenant, small, FEW_RUNS)
    add_runs(app, tenant, large, MANY_RUNS)
    settle(app)
    ours, floor = in_turn(
        _read(stage, tenant, f"/backups/{large}/executions?page_size=20"),
        _read(stage, tenant, f"/backups/{small}/executions?page_size=20"),
    )
    yield cost("execution_page_1m", ours, floor, target=1.3)


def job_list(app: Flask, stage: Stage) -> Iterator[Case]:
    """A page of 20 jobs of a tenant that has a hundred thousand, against one with a thousand."""
    large = add_tenant(app, "large", MANY_JOBS)
    small = add_tenant(app, "small", FEW_JOBS)
    settle(app)
    ours, floor = in_turn(
        _read(stage, large, "/backups?page_size=20"), _read(stage, small, "/backups?page_size=20")
    )
    yield cost("job_list_100k", ours, floor, target=1.3)


CASES = (
    status_post,
    job_get,
    execution_page,
    job_list,
    backup_through_holdfast,
    scheduler_tick,
    runner_claims,
    answers_beside_waiters,
    dashboard_overview_5m,
)


def _read(stage: Stage, tenant: Tenant, path: str) -> Drive:
    headers = (("Authorization", f"Bearer {tenant.token}"),)
    return steady(Target(f"{stage.holdfast}/api/v1{path}", headers=headers))
