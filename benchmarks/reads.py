"""What a person reads: one job, and a page of many."""

from collections.abc import Iterator

import requests
from flask import Flask

from benchmarks.filling import settle
from benchmarks.load import Target
from benchmarks.rounds import Case, Steady, in_turn
from benchmarks.seeds import FEW_JOBS, MANY_JOBS, Tenant, add_tenant
from benchmarks.servers import Stage


def reader(stage: Stage, tenant: Tenant, path: str) -> Steady:
    """Somebody of the tenant who has signed in, and asks for the same again and again."""
    headers = (("Authorization", f"Bearer {tenant.token}"),)
    return Steady(Target(f"{stage.holdfast}/api/v1{path}", headers=headers))


def job_get(app: Flask, stage: Stage) -> Iterator[Case]:
    """One job, read by somebody who has signed in, against one row by its key."""
    tenant = add_tenant(app, "reads", FEW_JOBS)
    row = requests.post(f"{stage.floor}/rows", timeout=10).json()["id"]
    settle(app)
    rounds = in_turn(
        reader(stage, tenant, f"/backups/{tenant.first_job}"),
        Steady(Target(f"{stage.floor}/rows/{row}")),
    )
    yield rounds.throughput("job_get", target=0.5)


def job_list(app: Flask, stage: Stage) -> Iterator[Case]:
    """A page of 20 jobs of a tenant that has a hundred thousand, against one with a thousand."""
    large = add_tenant(app, "large", MANY_JOBS)
    small = add_tenant(app, "small", FEW_JOBS)
    settle(app)
    rounds = in_turn(
        reader(stage, large, "/backups?page_size=20"), reader(stage, small, "/backups?page_size=20")
    )
    yield rounds.cost("job_list_100k", target=1.3)
