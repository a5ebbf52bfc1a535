"""What a page of a job's runs costs: of a short history, of a long one, and deep inside it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import requests
from flask import Flask

from app.core import clock
from benchmarks.filling import filling, settle
from benchmarks.reads import reader
from benchmarks.rounds import Case, in_turn
from benchmarks.scale import scaled
from benchmarks.seeds import Tenant, add_runs, add_tenant, moment_of
from benchmarks.servers import Stage

FEW_RUNS, MANY_RUNS = 1_000, scaled(10_000_000, 20_000)
# So many of the runs are older than the deep page's.
_LEFT = 1_000


class OtherPage(AssertionError):
    """The page is not where it was meant to be."""


def execution_page(app: Flask, stage: Stage) -> Iterator[Case]:
    """A page of 20 runs of a job that has ten million: the first one, and one at their end."""
    tenant = add_tenant(app, "history", 2)
    small, large = tenant.first_job, tenant.first_job + 1
    with filling(app, "executions") as connection:
        add_runs(connection, tenant, small, FEW_RUNS)
        add_runs(connection, tenant, large, MANY_RUNS)
    settle(app)
    rounds = in_turn(
        reader(stage, tenant, f"/backups/{large}/executions?page_size=20"),
        reader(stage, tenant, f"/backups/{small}/executions?page_size=20"),
    )
    yield rounds.cost("execution_page_10m", target=1.3)
    by_cursor = f"/backups/{large}/executions?page_size=20&cursor="
    deep = by_cursor + _deep_cursor(stage, tenant, by_cursor)
    rounds = in_turn(reader(stage, tenant, deep), reader(stage, tenant, by_cursor))
    yield rounds.cost("execution_page_deep", target=1.3)


def _deep_cursor(stage: Stage, tenant: Tenant, path: str) -> str:
    """The cursor that the list gives for a place behind all but a few of its rows."""
    until = quote(clock.to_wire(moment_of(_LEFT + 20)))
    cursor = _page(stage, tenant, f"{path}&to={until}")["meta"]["next_cursor"]
    told = _page(stage, tenant, path + cursor)["data"][0]["execution_date"]
    wanted = clock.to_wire(moment_of(_LEFT - 1))
    if told != wanted:
        raise OtherPage(f"it begins at {told}, not at {wanted}")
    return str(cursor)


def _page(stage: Stage, tenant: Tenant, path: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {tenant.token}"}
    answer = requests.get(f"{stage.holdfast}/api/v1{path}", headers=headers, timeout=60)
    answer.raise_for_status()
    return dict(answer.json())
