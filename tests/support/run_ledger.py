"""What was asked of the server over HTTP, and what became of the runs that it accepted."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from app.backups.models import BackupJob, Execution
from app.backups.values import FINAL, OPEN
from app.events.models import Event
from app.events.values import BACKUP_CANCELLED, BACKUP_FAILED, BACKUP_SUCCEEDED, BACKUP_WARNED
from tests.support.cast import Cast
from tests.support.processes import Child, wait_until
from tests.support.repositories import call_restic

_ENDINGS = (BACKUP_SUCCEEDED, BACKUP_WARNED, BACKUP_FAILED, BACKUP_CANCELLED)


@dataclass
class RunLedger:
    """Asks for runs over HTTP, keeps what was answered, and compares it with the database.

    A run counts as found when its execution has come to one end, told once; as doubled when it
    has more than one end or snapshot, or when nobody asked for it and it is no retry.
    """

    cast: Cast
    url: str
    headers: Mapping[str, str]
    sent: int = 0
    promised: dict[str, int] = field(default_factory=dict)
    jobs: dict[int, BackupJob] = field(default_factory=dict)

    def ask(self, job: BackupJob, key: str | None = None) -> int:
        """Ask for a run of the job, once a key; gives the execution's id."""
        key = key or f"run-{job.id}-{self.sent}"
        self.sent += 1
        self.jobs[job.id] = job
        status, body = self._post(f"/api/v1/backups/{job.id}/run", {"Idempotency-Key": key})
        assert status == 202, body
        self.promised.setdefault(key, body["data"]["execution_id"])
        assert self.promised[key] == body["data"]["execution_id"]
        return self.promised[key]

    def ask_twice(self, job: BackupJob) -> int:
        """Ask as a caller does who has heard no answer: the same request comes again."""
        key = f"run-{job.id}-{self.sent}"
        self.ask(job, key)
        return self.ask(job, key)

    def _post(self, path: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        given = {**self.headers, **headers, "Content-Type": "application/json"}
        with urlopen(Request(self.url + path, data=b"{}", headers=given), timeout=120) as answer:
            return answer.status, json.load(answer)

    def executions(self) -> list[Execution]:
        """All executions of the jobs that runs were asked of."""
        return [row for row in self.cast.rows(Execution) if row.job_id in self.jobs]

    def await_ends(self, child: Child, seconds: float = 180) -> list[Execution]:
        """Wait until nothing is queued or running any more."""
        wait_until(
            lambda: not any(row.status in OPEN for row in self.executions()),
            seconds=seconds,
            what="every run has ended",
            output=lambda: f"{[(row.id, row.status) for row in self.executions()]}{child.output()}",
        )
        return self.executions()

    def counts(self) -> dict[str, int]:
        """How many requests were sent and acknowledged, and what became of the acknowledged."""
        rows = {row.id: row for row in self.executions()}
        ends = self._ends()
        snapshots = self._snapshots()
        promised = set(self.promised.values())
        found = {one for one in promised if one in rows and rows[one].status in FINAL and ends[one]}
        unasked = {one for one, row in rows.items() if one not in promised and not row.retry_of}
        doubled = unasked | {one for one in rows if ends[one] > 1 or snapshots[one] > 1}
        return {
            "sent": self.sent,
            "acknowledged": len(self.promised),
            "found": len(found),
            "lost": len(promised - found),
            "doubled": len(doubled),
        }

    def _ends(self) -> Counter[int]:
        events = [event for event in self.cast.rows(Event) if event.type in _ENDINGS]
        return Counter(event.data["execution_id"] for event in events)

    def _snapshots(self) -> Counter[int]:
        tags = [tag for job in self.jobs.values() for tag in self.tags(job)]
        return Counter(int(tag.removeprefix("execution-")) for tag in tags)

    def tags(self, job: BackupJob) -> list[str]:
        """The tags of the snapshots that lie in the job's repository: one names its execution."""
        told = json.loads(self.restic(job, "snapshots", "--json", "--no-lock")) or []
        return [tag for snapshot in told for tag in snapshot["tags"]]

    def restic(self, job: BackupJob, *arguments: str) -> str:
        """Call restic itself over the job's repository."""
        return call_restic(str(job.repository_location), self.cast.instance, *arguments)

    def locks(self, job: BackupJob) -> list[Path]:
        """restic writes a lock under another name first; only under its own does it hold any."""
        folder = Path(str(job.repository_location)) / "locks"
        return [path for path in folder.iterdir() if "-tmp-" not in path.name]
