"""What was asked of the server, and what became of the runs that it accepted."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from app.backups.models import BackupJob, Execution
from app.backups.values import FINAL, OPEN
from app.events.models import Event
from app.events.values import BACKUP_CANCELLED, BACKUP_FAILED, BACKUP_SUCCEEDED, BACKUP_WARNED
from tests.support.cast import Caller, Cast
from tests.support.ledger import Ledger, Tally
from tests.support.processes import Child, wait_until
from tests.support.repositories import call_restic

_ENDINGS = (BACKUP_SUCCEEDED, BACKUP_WARNED, BACKUP_FAILED, BACKUP_CANCELLED)
Post = Callable[[str, Mapping[str, str]], tuple[int, Any]]


def over_http(url: str, caller: Caller) -> Post:
    """Post to a server that runs."""

    def post(path: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        given = {**caller.headers, **headers, "Content-Type": "application/json"}
        with urlopen(Request(url + path, data=b"{}", headers=given), timeout=120) as answer:
            return answer.status, json.load(answer)

    return post


def within(caller: Caller) -> Post:
    """Post to the application of this process, where the server is no part of the fault."""

    def post(path: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        answer = caller.post(path, {}, headers=dict(headers))
        return answer.status_code, answer.json

    return post


class RunLedger:
    """Asks for runs, keeps what was answered, and holds it against the database and restic.

    The ledger's marks are the requests' Idempotency-Keys. A run is found when its execution has
    come to an end that was told; twice when that was told twice, or when it left two snapshots.
    One that nobody asked for and that is no retry counts as a second one of its job's first.
    """

    def __init__(self, ledger: Ledger, cast: Cast, post: Post) -> None:
        self.ledger = ledger
        self.cast = cast
        self._post = post
        self._promised: dict[str, int] = {}
        self._jobs: dict[int, BackupJob] = {}
        self._keys: dict[int, str] = {}

    def ask(self, job: BackupJob, times: int = 1) -> int:
        """Ask for a run of the job; gives the execution's id.

        With `times` the same request comes again, as of a caller who has heard no answer.
        """
        key = self.ledger.open("run")
        self._jobs[job.id] = job
        self._keys.setdefault(job.id, key)
        answers = [self._send(job, key) for _ in range(times)]
        assert len(set(answers)) == 1, answers
        return answers[0]

    def _send(self, job: BackupJob, key: str) -> int:
        self.ledger.sending(key)
        status, body = self._post(f"/api/v1/backups/{job.id}/run", {"Idempotency-Key": key})
        assert status == 202, body
        self.ledger.acknowledge(key)
        self._promised[key] = int(body["data"]["execution_id"])
        return self._promised[key]

    def executions(self) -> dict[int, Execution]:
        """All executions of the jobs that runs were asked of."""
        return {row.id: row for row in self.cast.rows(Execution) if row.job_id in self._jobs}

    def await_ends(self, child: Child, seconds: float = 180) -> dict[int, Execution]:
        """Wait until nothing is queued or running any more."""

        def is_over() -> bool:
            return not any(row.status in OPEN for row in self.executions().values())

        def told() -> str:
            rows = [(row.id, row.status) for row in self.executions().values()]
            return f"{rows}\n{child.output()}"

        wait_until(is_over, seconds=seconds, what="every run has ended", output=told)
        return self.executions()

    def settle(self) -> Tally:
        """Count, and print in the end, what became of all that was asked for."""
        return self.ledger.settle(self._found())

    def _found(self) -> Iterator[str]:
        rows, ends, snapshots = self.executions(), self._ends(), self._snapshots()
        for key, one in self._promised.items():
            is_there = one in rows and rows[one].status in FINAL
            yield from [key] * (max(ends[one], snapshots[one]) if is_there else 0)
        known = {*self._promised.values()}
        for row in rows.values():
            is_retry = row.retry_of is not None and max(ends[row.id], snapshots[row.id]) < 2
            if row.id not in known and not is_retry:
                yield self._keys[row.job_id]

    def _ends(self) -> Counter[int]:
        events = [event for event in self.cast.rows(Event) if event.type in _ENDINGS]
        return Counter(event.data["execution_id"] for event in events)

    def _snapshots(self) -> Counter[int]:
        tags = [tag for job in self._jobs.values() for tag in self.tags(job)]
        return Counter(int(tag.removeprefix("execution-")) for tag in tags)

    def tags(self, job: BackupJob) -> list[str]:
        """The tags of the snapshots that lie in the job's repository: one names its execution."""
        told = json.loads(self.restic(job, "snapshots", "--json", "--no-lock")) or []
        return [tag for snapshot in told for tag in snapshot["tags"]]

    def restic(self, job: BackupJob, *arguments: str) -> str:
        """Call restic itself over the job's repository."""
        return call_restic(str(job.repository_location), self.cast.instance, *arguments)


def locks_of(job: BackupJob) -> list[Path]:
    """restic writes a lock under another name first; only under its own does it hold anything."""
    folder = Path(str(job.repository_location)) / "locks"
    return [path for path in folder.iterdir() if "-tmp-" not in path.name]
