"""What the tests work on, and what they find."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from app.backups.models import BackupJob
from app.backups.service.keeper import Keeper
from app.backups.service.repositories import with_patience
from app.engines.base import Damage, Node, Progress, Repository
from app.engines.restic_inspection import ResticInspector
from app.verification.rules.reasons import explain, shown
from app.verification.rules.sampling import Census
from app.verification.values import FILES, MOST_FAILURES

T = TypeVar("T")


@dataclass
class Bench:
    """Where a verification works: its inspector, the repository, and a folder of its own."""

    restic: ResticInspector
    repository: Repository
    job: BackupJob
    keeper: Keeper
    folder: Path
    snapshot: str
    scope: str

    def patiently(self, call: Callable[[], T]) -> T:
        """Do it as soon as no lock forbids it."""
        return with_patience(call, self.restic, self.repository, self.keeper, self.job.id)

    def count(self) -> Census:
        """List the snapshot; where a lock lets that begin anew, so does the census."""

        def look() -> Census:
            census = Census(self.scope)
            self.list_nodes(census.add)
            return census

        return self.patiently(look)

    def list_nodes(self, on_node: Callable[[Node], None]) -> None:
        self.restic.list_nodes(self.repository, self.snapshot, self.keeper, on_node)

    def explain(self, damage: Damage) -> Damage:
        return replace(damage, reason=self.words(damage.reason))

    def words(self, reason: str) -> str:
        return explain(reason, (str(self.folder), self.repository.location))


@dataclass
class Findings:
    """What a test found: how many of what passed, and the first thousand that did not."""

    counted: str = FILES
    passed: int = 0
    failed: int = 0
    bytes_checked: int | None = None
    restore_seconds: float | None = None
    damages: list[Damage] = field(default_factory=list)
    failures_total: int = 0
    unread: int = 0
    _names: set[str] = field(default_factory=set)

    def knows(self, path: str) -> bool:
        """It failed already."""
        return shown(path) in self._names

    def fail(self, path: str, reason: str) -> None:
        """One more that failed; a second reason for the same is not told."""
        path = shown(path)
        if path in self._names:
            return
        self.failed += 1
        self.failures_total += 1
        if len(self.damages) < MOST_FAILURES:
            self._names.add(path)
            self.damages.append(Damage(path, reason))

    def take(self, path: str, difference: str | None, size_bytes: int) -> None:
        """A file that was looked at: it is right unless there is a difference."""
        if difference is not None:
            self.fail(path, difference)
        elif not self.knows(path):
            self.passed += 1
            self.bytes_checked = (self.bytes_checked or 0) + size_bytes

    def progress(self, files_total: int, bytes_total: int | None = None) -> Progress:
        done = self.passed + self.failed
        fraction = min(1.0, done / files_total) if files_total else 1.0
        return Progress(fraction, self.bytes_checked or 0, bytes_total, done, files_total)
