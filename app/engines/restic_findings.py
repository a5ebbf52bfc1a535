"""Reads what `restic check` and `restic restore` find wrong, part by part."""

import re

from app.engines import restic_output as printed
from app.engines.base import CheckOutcome, Damage, Progress, Watch
from app.engines.output import StreamName

MOST_DAMAGES = 1000
_PROGRESS = re.compile(r"\[[\d:]+\]\s+(?:[\d.]+%\s+)?(\d+)(?: / (\d+))? (snapshots|packs)")
_PACK = re.compile(r"pack ([0-9a-f]{8,64})(?:: | )(.+)")
_PACK_CHANGED = re.compile(r"Pack ID does not match, want ([0-9a-f]{64}), got [0-9a-f]{64}")
_TREE = re.compile(r"error for tree ([0-9a-f]{8,64}):")
_LOAD = re.compile(r"(?:error: )?(?:error loading index \w+: )?load <(\w+)/([0-9a-f]+)>: (.+)")
_NOT_THE_REPOSITORY = re.compile(
    r"connection (refused|reset|timed out)|no such host|network is unreachable|host is down"
    r"|no route to host|i/o timeout|deadline exceeded|stale (nfs )?file handle|x509|tls: "
    r"|server misbehaving|transport endpoint is not connected|unexpected http response",
    re.IGNORECASE,
)
_TROUBLED = re.compile(r"Load\(.*returned error, retrying after")
_IGNORED = "ignoring error for "
_NO_MATTER = ("Fatal: ", "unable to create temporary directory", "using temporary cache")


class Damages:
    """The first thousand damages, each once, and how many there were."""

    def __init__(self) -> None:
        self.found: dict[str, Damage] = {}
        self.total = 0

    def add(self, damage: Damage) -> None:
        if damage.path in self.found:
            return
        self.total += 1
        if len(self.found) < MOST_DAMAGES:
            self.found[damage.path] = damage


class Findings:
    """What one check has said so far; its progress goes to the watch."""

    def __init__(self, watch: Watch, secrets: tuple[str, ...]) -> None:
        self.damages = Damages()
        self.checked = {"snapshots": 0, "packs": 0}
        self.last_lines: list[str] = []
        self._watch = watch
        self._secrets = secrets
        self._tree: str | None = None

    def take(self, stream: StreamName, line: str) -> None:
        """Take one line of restic's output."""
        line = printed.clean(line, self._secrets)
        if stream == "stdout":
            self._take_progress(line)
        elif line and not printed.is_stack_frame(line):
            self._watch.log(line)
            self.last_lines = [*self.last_lines[-19:], line]
            self._take_error(line)

    def outcome(self, *, reads_data: bool) -> CheckOutcome:
        counted = "packs" if reads_data and self.checked["packs"] else "snapshots"
        found = self.damages
        return CheckOutcome(
            "packs" if counted == "packs" else "snapshots",
            self.checked[counted],
            tuple(found.found.values()),
            found.total,
        )

    @property
    def is_elsewhere(self) -> bool:
        """Everything that went wrong did so on the way to the storage."""
        reasons = [damage.reason for damage in self.damages.found.values()]
        return bool(reasons) and all(_NOT_THE_REPOSITORY.search(reason) for reason in reasons)

    def _take_progress(self, line: str) -> None:
        match = _PROGRESS.match(line)
        if match is None:
            return
        done, total, kind = int(match[1]), int(match[2] or match[1]), match[3]
        self.checked[kind] = total
        fraction = done / total if total else 0.0
        self._watch.progress(Progress(fraction, 0, None, done, total))

    def _take_error(self, line: str) -> None:
        if _TROUBLED.match(line) or line.startswith(_NO_MATTER):
            return
        if self._tree is not None and line.startswith("  "):
            self.damages.add(Damage(f"folder {self._tree}", line.strip()))
            return
        self._tree = None
        if match := _TREE.fullmatch(line):
            self._tree = match[1]
        elif match := _PACK_CHANGED.search(line):
            self.damages.add(Damage(f"pack {match[1]}", "Pack ID does not match", match[1]))
        elif match := _PACK.match(line):
            self.damages.add(Damage(f"pack {match[1]}", match[2], match[1]))
        elif match := _LOAD.match(line):
            self.damages.add(Damage(f"{match[1]} {match[2]}", match[3]))
        else:
            self.damages.add(Damage("repository", line))


class LossListener:
    """A watch that also writes down which files a restore could not bring back."""

    def __init__(self, watch: Watch) -> None:
        self.damages = Damages()
        self._watch = watch

    def started(self, pid: int, created_at: float) -> None:
        self._watch.started(pid, created_at)

    def progress(self, progress: Progress) -> None:
        self._watch.progress(progress)

    def log(self, line: str) -> None:
        if line.startswith(_IGNORED):
            path, _, reason = line.removeprefix(_IGNORED).partition(": ")
            # A name with a line break comes in two lines; the comparison finds such a file.
            if reason:
                self.damages.add(Damage(path, reason))
        self._watch.log(line)

    def should_stop(self) -> bool:
        return self._watch.should_stop()
