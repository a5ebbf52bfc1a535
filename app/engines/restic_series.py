"""One series of snapshots among others in a repository, known by its tag."""

from dataclasses import asdict, dataclass

from app.engines.base import Repository, Snapshot, Watch
from app.engines.restic_inspection import ResticInspector


@dataclass(frozen=True)
class Keep:
    """For how many days, weeks and months the last snapshot of each is kept."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    @property
    def is_all(self) -> bool:
        """Nothing is said, so nothing is dropped."""
        return not (self.daily or self.weekly or self.monthly)


class ResticSeries(ResticInspector):
    """restic over the snapshots of one tag; those of others are left alone."""

    def __init__(self, cache_dir: str, tag: str) -> None:
        super().__init__(cache_dir)
        self._tag = tag

    def series(self, repo: Repository, watch: Watch) -> list[Snapshot]:
        """List the snapshots of this series, newest first."""
        return [each for each in self.held_snapshots(repo, watch) if self._tag in each.tags]

    def thin_out(self, repo: Repository, keep: Keep, watch: Watch) -> None:
        """Drop what need not be kept, and its data; the newest snapshot always stays.

        Raises REPOSITORY_LOCKED while any lock is held.
        """
        kept = {name: count for name, count in asdict(keep).items() if count}
        words = [f"--keep-{name}={count}" for name, count in kept.items()]
        options = ("--keep-last=1", *words, f"--tag={self._tag}", "--group-by=", "--prune")
        self._run(repo, watch, "forget", *options, "--compact")
