"""What it costs to ask for a run: the answer 202, not the run itself."""

from collections.abc import Iterator

from flask import Flask

from benchmarks.filling import settle
from benchmarks.load import Measured, Target, drive
from benchmarks.rounds import Case, Steady, in_turn
from benchmarks.scale import scaled
from benchmarks.seeds import Tenant, add_tenant, cancel_runs, count_runs, give_to_restic
from benchmarks.servers import Stage

JSON = ("Content-Type", "application/json")
# A job has one run at a time, so each is asked once: more than any machine asks for in the rounds.
JOBS = scaled(60_000, 10_000)


class LostRuns(AssertionError):
    """Fewer or more runs are queued than were answered with 202."""


class Triggers:
    """Asks for a run of the next job, and of the next; no worker takes them."""

    def __init__(self, stage: Stage, tenant: Tenant) -> None:
        self.target = Target(
            f"{stage.holdfast}/api/v1/backups/%d/run",
            kind="run",
            headers=(JSON, ("Authorization", f"Bearer {tenant.token}")),
            numbers=(tenant.first_job, tenant.jobs),
        )
        self._offset = 0
        self.answered = 0

    def __call__(self, seconds: float) -> Measured:
        measured = drive(self.target, seconds, self._offset)
        self._offset = measured.next
        self.answered += measured.answered
        return measured


def run_trigger(app: Flask, stage: Stage) -> Iterator[Case]:
    """A run asked for by a person, queued and handed to Redis, against one INSERT and commit."""
    tenant = add_tenant(app, "triggers", JOBS)
    give_to_restic(app, tenant)
    settle(app)
    triggers = Triggers(stage, tenant)
    rounds = in_turn(triggers, Steady(Target(f"{stage.floor}/rows", kind="post")))
    queued = count_runs(app, tenant)
    cancel_runs(app, tenant)
    if queued != triggers.answered:
        raise LostRuns(f"{triggers.answered} were answered with 202, {queued} are queued")
    yield rounds.throughput("run_trigger", target=0.1)
