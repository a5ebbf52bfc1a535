"""What scripts do: report their runs, with one key or with sixty-four."""

from collections.abc import Iterator, Sequence

from flask import Flask

from benchmarks.filling import settle
from benchmarks.load import CONNECTIONS, Measured, Target, drive
from benchmarks.rounds import Case, Rounds, Steady, in_turn
from benchmarks.seeds import FEW_JOBS, Tenant, add_keys, add_reports, add_tenant, count_runs
from benchmarks.servers import Stage

JSON = ("Content-Type", "application/json")
KEYS = 64
# A new database's empty tables would be planned for as such.
REPORTS_BEFORE = 20


class LostReports(AssertionError):
    """Fewer or more executions were kept than posts were answered with 201."""


class Posts:
    """Status posts over a tenant's jobs, going on from round to round where the last one ended.

    Each request comes with the next one of the keys.
    """

    def __init__(self, stage: Stage, tenant: Tenant, keys: Sequence[str], connections: int) -> None:
        self.target = Target(
            f"{stage.holdfast}/api/backup/status",
            kind="status",
            headers=(JSON,),
            numbers=(tenant.first_job, tenant.jobs),
            words=tuple(keys),
            connections=connections,
        )
        self._offset = 0
        self.created = 0

    def __call__(self, seconds: float) -> Measured:
        measured = drive(self.target, seconds, self._offset)
        self.created += measured.created
        self._offset = measured.next
        return measured


def status_post(app: Flask, stage: Stage) -> Iterator[Case]:
    """A script's report, with everything that hangs on it, against one INSERT and commit."""
    tenant = _reported(app, stage, "reports")
    rounds = _measure(app, stage, tenant, [tenant.key], CONNECTIONS)
    yield rounds.throughput("status_post", target=0.6)
    yield rounds.tail("status_post_p99", target=2.0)


def status_post_64_keys(app: Flask, stage: Stage) -> Iterator[Case]:
    """The same by sixty-four scripts at once, each with a key and a connection of its own."""
    tenant = _reported(app, stage, "scripts")
    keys = add_keys(app, tenant, KEYS)
    rounds = _measure(app, stage, tenant, keys, KEYS)
    yield rounds.throughput("status_post_64_keys", target=0.6)


def _reported(app: Flask, stage: Stage, slug: str) -> Tenant:
    tenant = add_tenant(app, slug, FEW_JOBS)
    add_reports(app, tenant, REPORTS_BEFORE)
    settle(app)
    return tenant


def _measure(
    app: Flask, stage: Stage, tenant: Tenant, keys: Sequence[str], connections: int
) -> Rounds:
    before = count_runs(app, tenant)
    posts = Posts(stage, tenant, keys, connections)
    floor = Target(f"{stage.floor}/rows", kind="post", connections=connections)
    rounds = in_turn(posts, Steady(floor))
    kept = count_runs(app, tenant) - before
    if kept != posts.created:
        raise LostReports(f"{posts.created} posts were answered with 201, {kept} were kept")
    return rounds
