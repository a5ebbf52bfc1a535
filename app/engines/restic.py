"""The restic engine: each call is one restic process under a watch."""

import os
import re
from pathlib import Path

from app.engines import locations, processes
from app.engines import restic_output as printed
from app.engines.base import (
    ENGINE_FAILED,
    ENGINE_MISSING,
    REPOSITORY_NOT_FOUND,
    SNAPSHOT_NOT_FOUND,
    SOURCE_UNREADABLE,
    SOURCE_VANISHED,
    BackupOutcome,
    BackupRequest,
    EngineError,
    Repository,
    RestoreOutcome,
    RestoreRequest,
    Snapshot,
    Stopped,
    Watch,
)
from app.engines.sources import Source, find_source
from app.engines.transcript import Transcript

_INHERITED = (
    *("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SNAPSHOT_ID = re.compile(r"latest|[0-9a-f]{4,64}")
_SINGLE_FILE_ERRORS = re.compile(r"There were \d+ errors")
_LISTING_BYTES = 64 * 1024 * 1024
_VERSION_SECONDS = 10


class Restic:
    """Backs up with the restic on this host, 0.14 or newer; `cache_dir` is made when missing.

    Every watched call raises Stopped when its watch asks to stop. A process that had to be
    killed leaves its lock behind, which `unlock` removes.
    """

    def __init__(self, cache_dir: str, binary: str = "restic") -> None:
        self._cache_dir = cache_dir
        self._binary = binary

    def ensure_repository(self, repo: Repository, watch: Watch) -> bool:
        """Create the repository unless it exists; True when it was created.

        Costs a second even when it exists, as restic must open it. Creators on one machine wait
        for each other, and an existing repository is never overwritten.
        """
        with locations.creation_turn(self._cache_dir, repo.location, watch):
            if self._exists(repo, watch):
                return False
            return self._create(repo, watch)

    def _exists(self, repo: Repository, watch: Watch) -> bool:
        if locations.is_surely_absent(repo.location):
            return False
        try:
            self._run(repo, watch, "cat", "config", "--no-lock", is_logged=False)
        except EngineError as exc:
            if exc.code == REPOSITORY_NOT_FOUND:
                return False
            raise
        return True

    def _create(self, repo: Repository, watch: Watch) -> bool:
        locations.prepare(repo.location)
        try:
            self._run(repo, watch, "init", is_logged=False)
        except EngineError as exc:
            # A creator on another machine may have been faster.
            if "already" in exc.message and self._exists(repo, watch):
                return False
            raise
        watch.log("created the repository")
        return True

    def backup(self, repo: Repository, request: BackupRequest, watch: Watch) -> BackupOutcome:
        """Make one snapshot of the source; unreadable files are logged and counted.

        A source that is a symbolic link stands for what it points to. A repository inside the
        source is left out. Raises SOURCE_VANISHED when the source went away while it was read,
        SOURCE_UNREADABLE when not one file could be read, SNAPSHOT_NOT_FOUND when the parent is
        gone, and REPOSITORY_NOT_FOUND.
        """
        source = find_source(request.source_path)
        transcript, exit_code = self._start(
            repo,
            watch,
            *("backup", "--json", *_parent_option(request)),
            *(f"--exclude={pattern}" for pattern in request.excludes if pattern),
            *(f"--exclude={pattern}" for pattern in _own_folder(repo, source.path)),
            *(f"--tag={tag}" for tag in request.tags if tag),
            *("--", source.path),
        )
        if exit_code not in (0, 3):
            raise printed.find_cause(exit_code, transcript.last_lines)
        if not transcript.summary:
            raise EngineError(ENGINE_FAILED, "restic ended without telling what it did.")
        outcome = printed.read_backup(transcript.summary, exit_code, transcript.errors)
        _refuse_part(outcome, source)
        return outcome

    def restore(self, repo: Repository, request: RestoreRequest, watch: Watch) -> RestoreOutcome:
        """Write the snapshot's files below the target, which is made when missing.

        `had_errors` tells that single files failed; each is in the log. Before restic 0.16 there
        is no progress and no count. Raises SNAPSHOT_NOT_FOUND; and, when all that can be had was
        written, REPOSITORY_DAMAGED and STORAGE_FULL with the first file that is missing.
        """
        check_snapshot(request.snapshot)
        with locations.refusals(f"{request.target} cannot be made"):
            os.makedirs(request.target, exist_ok=True)
        includes = (locations.escape_brackets(path) for path in request.include if path)
        transcript, exit_code = self._start(
            repo,
            watch,
            *("restore", "--json", f"--target={request.target}"),
            *(f"--include={pattern}" for pattern in includes),
            *("--", request.snapshot),
        )
        had_errors = had_single_errors(transcript)
        if exit_code != 0 and not had_errors:
            raise printed.find_cause(exit_code, transcript.last_lines)
        if had_errors and transcript.loss is not None:
            raise transcript.loss
        return printed.read_restore(transcript.summary, had_errors)

    def snapshots(self, repo: Repository, timeout_seconds: float = 60) -> list[Snapshot]:
        """List the snapshots, newest first, without a lock; up to a second even when there is none.

        Raises REPOSITORY_NOT_FOUND, and ENGINE_FAILED when the time is over.
        """
        deadline = processes.Deadline(timeout_seconds)
        try:
            transcript = self._run(
                repo, deadline, "snapshots", "--json", "--no-lock", is_logged=False
            )
        except Stopped as exc:
            message = f"The repository did not answer within {timeout_seconds:g} s."
            raise EngineError(ENGINE_FAILED, message) from exc
        try:
            return printed.read_snapshots(transcript.output)
        except (ValueError, KeyError, TypeError) as exc:
            message = "restic's list of snapshots cannot be read."
            raise EngineError(ENGINE_FAILED, message) from exc

    def forget(self, repo: Repository, keep_within_days: int, watch: Watch) -> None:
        """Drop what is more than so many days (1 or more) older than the newest snapshot.

        All paths and hosts count as one series, so a changed path expires too; the newest
        snapshot always stays. Raises REPOSITORY_LOCKED while any lock is held.
        """
        if keep_within_days < 1:
            raise ValueError("keep_within_days must be at least 1")
        keep = f"--keep-within={keep_within_days}d"
        self._run(repo, watch, "forget", keep, "--group-by=", "--prune", "--compact")

    def unlock(self, repo: Repository, watch: Watch, remove_all: bool) -> None:
        """Remove locks of dead processes of this host and those older than 30 minutes, or all.

        Removing all is only safe while nobody else works on the repository.
        """
        self._run(repo, watch, "unlock", *(["--remove-all"] if remove_all else []))

    def version(self) -> str | None:
        """Tell restic's version such as `0.14.0`, None when it is not installed."""
        deadline = processes.Deadline(_VERSION_SECONDS)
        try:
            transcript = self._run(Repository("", ""), deadline, "version", is_logged=False)
        except EngineError as exc:
            if exc.code == ENGINE_MISSING:
                return None
            raise
        except Stopped as exc:
            raise EngineError(ENGINE_FAILED, "restic does not answer.") from exc
        found = re.match(r"restic (\S+)", transcript.output)
        return found[1] if found else None

    def _run(
        self, repo: Repository, watch: Watch, *arguments: str, is_logged: bool = True
    ) -> Transcript:
        transcript, exit_code = self._start(repo, watch, *arguments, is_logged=is_logged)
        if exit_code != 0:
            raise printed.find_cause(exit_code, transcript.last_lines)
        return transcript

    def _start(
        self, repo: Repository, watch: Watch, *arguments: str, is_logged: bool = True
    ) -> tuple[Transcript, int]:
        secrets = printed.secrets_of(repo.password, repo.environment, repo.secrets)
        transcript = Transcript(watch, secrets, is_logged)
        exit_code = processes.run(
            self._command(repo, *arguments),
            self._environment(repo),
            watch,
            transcript.take,
            line_bytes=processes.LINE_BYTES if is_logged else _LISTING_BYTES,
        )
        return transcript, exit_code

    def _command(self, repo: Repository, *arguments: str) -> list[str]:
        options = (f"--option={option}" for option in repo.options)
        return [self._binary, f"--cache-dir={self._cache_dir}", *options, *arguments]

    def _environment(self, repo: Repository) -> dict[str, str]:
        """Return all that the child knows; a location may hold a password, so it goes here too."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {
            "PATH": _DEFAULT_PATH,
            "HOME": self._cache_dir,
            **inherited,
            "RESTIC_REPOSITORY": repo.location,
            **repo.environment,
            "LANG": "C.UTF-8",
            "RESTIC_PROGRESS_FPS": "2",
            "RESTIC_PASSWORD": repo.password,
        }


def had_single_errors(transcript: Transcript) -> bool:
    """Say that a restore went on to its end, though single files failed."""
    return any(_SINGLE_FILE_ERRORS.search(line) for line in transcript.last_lines)


def _refuse_part(outcome: BackupOutcome, source: Source) -> None:
    """A snapshot that lacks single files is one; what was left of a source is none."""
    if not outcome.unreadable and outcome.files_total:
        return
    if source.has_vanished():
        kept = f"snapshot {outcome.snapshot_id} holds {outcome.files_total} files"
        message = f"{source.path} went away while it was read; {kept}."
        raise EngineError(SOURCE_VANISHED, message)
    if outcome.unreadable and not outcome.files_total:
        raise EngineError(SOURCE_UNREADABLE, f"Nothing in {source.path} can be read.")


def _parent_option(request: BackupRequest) -> tuple[str, ...]:
    if request.mode == "incremental":
        return ()
    if request.mode == "full" or request.parent_snapshot is None:
        return ("--force",)
    check_snapshot(request.parent_snapshot)
    return (f"--parent={request.parent_snapshot}",)


def _own_folder(repo: Repository, source: str) -> tuple[str, ...]:
    """Return the pattern that leaves out a repository lying inside the source."""
    folder = locations.local_path(repo.location)
    if folder is None:
        return ()
    folder, real_source = Path(os.path.realpath(folder)), os.path.realpath(source)
    if not folder.is_relative_to(real_source):
        return ()
    return (locations.escape(str(source / folder.relative_to(real_source))),)


def check_snapshot(snapshot: str) -> None:
    """Refuse what is no snapshot's name, before restic reads `id:path` or an option into it."""
    if not _SNAPSHOT_ID.fullmatch(snapshot):
        raise EngineError(SNAPSHOT_NOT_FOUND, f"{snapshot[:80]!r} is not a snapshot.")
