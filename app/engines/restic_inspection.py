"""Looks at what a repository holds, and whether it can be had back."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence

from app.engines import locations, processes
from app.engines import restic_output as printed
from app.engines.archives import Archive
from app.engines.base import (
    ENGINE_FAILED,
    REPOSITORY_DAMAGED,
    SNAPSHOT_NOT_FOUND,
    STORAGE_FULL,
    STORAGE_UNAVAILABLE,
    CheckOutcome,
    Damage,
    EngineError,
    Node,
    Repository,
    Snapshot,
    Watch,
)
from app.engines.pipes import piped
from app.engines.restic import Restic, check_snapshot, had_single_errors
from app.engines.restic_findings import Findings, LossListener
from app.engines.transcript import Transcript

_FOUND_PATHS = 1000
_NODE_BYTES = 1024 * 1024
_BROKEN = "cannot dump file: "
_CONCLUSION = "repository contains errors"
_NO_INDEX = "LoadIndex returned errors"
_UNLOADED = "could not load snapshot"


class ResticInspector(Restic):
    """Reads as `Restic` does, but from the repository alone.

    Its cache folder must be a new one: restic answers for a lost index or a lost tree from a
    cache that still holds it. A damaged pack is tried again by restic for three quarters of a
    minute before it is told.
    """

    def check(self, repo: Repository, read_percent: float | None, watch: Watch) -> CheckOutcome:
        """Check the structure, and with `read_percent` the data of so many packs by chance.

        Takes no lock, since restic's would be an exclusive one that keeps backups out for as
        long as it reads: nobody may prune meanwhile. Raises EngineError when nothing was checked.
        """
        options: tuple[str, ...] = ()
        if read_percent is not None:
            is_all = read_percent >= 100
            options = ("--read-data",) if is_all else (f"--read-data-subset={read_percent:g}%",)
        findings = Findings(
            watch, printed.secrets_of(repo.password, repo.environment, repo.secrets)
        )
        exit_code = processes.run(
            self._command(repo, "check", "--no-lock", *options),
            self._environment(repo),
            watch,
            findings.take,
        )
        if exit_code != 0:
            self._judge(exit_code, findings)
        return findings.outcome(reads_data=read_percent is not None)

    def _judge(self, exit_code: int, findings: Findings) -> None:
        """Raise unless the check came to the conclusion that the repository is damaged."""
        conclusions = (_CONCLUSION, _NO_INDEX)
        is_judged = any(word in line for line in findings.last_lines for word in conclusions)
        if is_judged and findings.is_elsewhere:
            reason = next(iter(findings.damages.found.values())).reason
            raise EngineError(STORAGE_UNAVAILABLE, reason)
        if not is_judged:
            raise printed.find_cause(exit_code, findings.last_lines)
        if not findings.damages.total:
            findings.damages.add(Damage("repository", _CONCLUSION))

    def held_snapshots(self, repo: Repository, watch: Watch) -> list[Snapshot]:
        """List the snapshots, newest first, under a lock; raises REPOSITORY_DAMAGED for one that
        cannot be read."""
        transcript = self._run(repo, watch, "snapshots", "--json", is_logged=False)
        for line in transcript.last_lines:
            if _UNLOADED in line:
                raise EngineError(REPOSITORY_DAMAGED, line)
        try:
            return printed.read_snapshots(transcript.output)
        except (ValueError, KeyError, TypeError) as exc:
            message = "restic's list of snapshots cannot be read."
            raise EngineError(ENGINE_FAILED, message) from exc

    def list_nodes(
        self, repo: Repository, snapshot: str, watch: Watch, on_node: Callable[[Node], None]
    ) -> None:
        """Give every entry of a snapshot; raises SNAPSHOT_NOT_FOUND and REPOSITORY_DAMAGED."""
        check_snapshot(snapshot)
        transcript = Transcript(watch, self._secrets(repo), is_logged=False)
        found = False

        def take(stream: str, line: str) -> None:
            nonlocal found
            if stream == "stderr":
                transcript.take("stderr", line)
            elif '"struct_type":"snapshot"' in line:
                found = True
            elif line.startswith("{"):
                on_node(_read_node(line))

        exit_code = processes.run(
            self._command(repo, "ls", "--json", "--", snapshot),
            self._environment(repo),
            watch,
            take,
            line_bytes=_NODE_BYTES,
        )
        if exit_code != 0:
            raise printed.find_cause(exit_code, transcript.last_lines)
        if not found:
            raise EngineError(SNAPSHOT_NOT_FOUND, f"There is no snapshot {snapshot}.")

    @contextlib.contextmanager
    def dump(self, repo: Repository, snapshot: str, watch: Watch) -> Iterator[Archive]:
        """Give a snapshot's folders, files and links as one stream, each piece checked by its hash.

        At the first piece that cannot be had it breaks off: see `Archive.break_reason`.
        """
        check_snapshot(snapshot)
        with self._piped(repo, watch, "dump", "--archive=tar", "--", snapshot, "/") as archive:
            yield archive

    @contextlib.contextmanager
    def dump_file(
        self, repo: Repository, snapshot: str, path: str, watch: Watch
    ) -> Iterator[Archive]:
        """Give one file's content, as `dump` does; costs a restic process."""
        check_snapshot(snapshot)
        with self._piped(repo, watch, "dump", "--", snapshot, path) as archive:
            yield archive

    @contextlib.contextmanager
    def _piped(self, repo: Repository, watch: Watch, *arguments: str) -> Iterator[Archive]:
        transcript = Transcript(watch, self._secrets(repo), is_logged=False)
        command, environment = self._command(repo, *arguments), self._environment(repo)
        with piped(command, environment, watch, transcript.take) as pipe:
            archive = Archive(pipe)
            yield archive
        broken = [line for line in transcript.last_lines if line.startswith(_BROKEN)]
        if broken:
            archive.break_reason = broken[-1].removeprefix(_BROKEN)
        elif pipe.exit_code:
            raise printed.find_cause(pipe.exit_code, transcript.last_lines)
        elif archive.is_cut:
            archive.break_reason = "The stream ended too early."

    def restore_what_can_be(
        self, repo: Repository, snapshot: str, target: str, include: Sequence[str], watch: Watch
    ) -> tuple[Damage, ...]:
        """Restore the paths, or all, below the target; gives what could not be brought back.

        Paths are as `Node` has them. Raises STORAGE_FULL when the target is full.
        """
        check_snapshot(snapshot)
        listener = LossListener(watch)
        patterns = (locations.escape(path).replace("\ufffd", "?") for path in include)
        transcript, exit_code = self._start(
            repo,
            listener,
            *("restore", f"--target={target}"),
            *(f"--include={pattern}" for pattern in patterns),
            *("--", snapshot),
        )
        if exit_code != 0 and not had_single_errors(transcript):
            raise printed.find_cause(exit_code, transcript.last_lines)
        if transcript.loss is not None and transcript.loss.code == STORAGE_FULL:
            raise transcript.loss
        return tuple(listener.damages.found.values())

    def files_in_pack(
        self, repo: Repository, snapshot: str, pack: str, watch: Watch
    ) -> tuple[str, ...]:
        """Name files of the snapshot whose data lies in a pack, a thousand at most; none when the
        repository cannot tell any more."""
        arguments = ("find", "--json", "--no-lock", f"--snapshot={snapshot}", "--pack", "--", pack)
        try:
            transcript = self._run(repo, watch, *arguments, is_logged=False)
            rows = json.loads(transcript.output or "[]")
        except (EngineError, ValueError):
            return ()
        paths = {row["path"] for row in rows if isinstance(row, dict) and row.get("path")}
        return tuple(sorted(paths)[:_FOUND_PATHS])

    def _secrets(self, repo: Repository) -> tuple[str, ...]:
        return printed.secrets_of(repo.password, repo.environment, repo.secrets)


def _read_node(line: str) -> Node:
    try:
        row = json.loads(line)
        return Node(row["path"], row["type"], row.get("size", 0))
    except (ValueError, KeyError, TypeError) as exc:
        raise EngineError(ENGINE_FAILED, "restic's list of files cannot be read.") from exc
