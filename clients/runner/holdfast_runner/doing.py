"""One claimed run, from what the server asks to how it ended."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from holdfast_runner import allowing, errors, processes, said
from holdfast_runner.errors import RunFailed, Stopped
from holdfast_runner.pulse import CANCELLED, OVERTIME, Pulse
from holdfast_runner.restic import Restic
from holdfast_runner.settings import Settings

Completion = dict[str, Any]
WARNING_EXIT = 3
log = logging.getLogger("holdfast_runner")


def do(work: dict[str, Any], settings: Settings, pulse: Pulse) -> Completion:
    """How it ended, as the server takes it; nothing is raised for what a run may meet."""
    try:
        ended = _does(work)(work, settings, pulse)
    except Stopped as stop:
        ended = _stopped(stop.reason)
    except RunFailed as failure:
        ended = _failed(failure)
    except Exception as error:  # The server must hear of a bug here too.
        log.exception("execution %s crashed", work["execution_id"])
        ended = _failed(RunFailed(errors.ENGINE_FAILED, f"The runner failed: {error!r}"[:500]))
    return {**ended, "log": pulse.last_lines()}


def _does(work: dict[str, Any]) -> Callable[[dict[str, Any], Settings, Pulse], Completion]:
    if work["kind"] == "restore":
        return _restore
    return _back_up if work["job"]["backup_tool"] == "restic" else _call_tool


def _back_up(work: dict[str, Any], settings: Settings, pulse: Pulse) -> Completion:
    job = work["job"]
    source = allowing.source(job["source_path"], settings)
    if not os.path.lexists(source):
        raise RunFailed(errors.SOURCE_NOT_FOUND, f"{job['source_path']} does not exist.")
    restic, location = _open(work, settings, pulse)
    if work["repository"]["may_create"]:
        restic.ensure()
    own = [os.path.realpath(settings.state_folder)]
    if os.path.isabs(location):
        own.append(location)
    excludes = [*job["excludes"], *map(_literal, own)]
    options = [f"--exclude={pattern}" for pattern in excludes if pattern]
    options.append(f"--tag=execution-{work['execution_id']}")
    facts = _snapshot(restic, work, source, options, pulse)
    unreadable = facts.pop("unreadable")
    retention = _expire(restic, int(job["retention_days"]), pulse)
    if unreadable:
        message = f"{unreadable} files could not be read; the log names them."
        return _warning("FILES_UNREADABLE", message, facts)
    if retention is not None:
        return _warning("RETENTION_FAILED", retention.message, facts)
    return {"status": "success", **facts}


def _snapshot(
    restic: Restic, work: dict[str, Any], source: str, options: list[str], pulse: Pulse
) -> Completion:
    """A differential whose parent is gone becomes a full one, and says so."""
    try:
        return restic.back_up(source, *_mode(work), *options)
    except RunFailed as failure:
        if failure.code != errors.SNAPSHOT_NOT_FOUND:
            raise
    pulse.log("There is no full snapshot to compare with: this run becomes a full one.")
    return {**restic.back_up(source, "--force", *options), "backup_type": "full"}


def _mode(work: dict[str, Any]) -> tuple[str, ...]:
    mode, parent = work.get("backup_type"), work.get("parent_snapshot")
    if mode == "differential" and parent:
        return (f"--parent={allowing.snapshot(parent)}",)
    return () if mode == "incremental" else ("--force",)


def _expire(restic: Restic, days: int, pulse: Pulse) -> RunFailed | None:
    """The snapshot is made, so what goes wrong here is told, and a stop ends this alone."""
    if days < 1:
        return None
    try:
        restic.forget(days)
    except Stopped:
        pulse.log("Retention was stopped; the next run will do it.")
    except RunFailed as failure:
        pulse.log(f"Retention failed: {failure}")
        return failure
    return None


def _restore(work: dict[str, Any], settings: Settings, pulse: Pulse) -> Completion:
    wanted = work["restore"]
    target = allowing.target(wanted, settings)
    snapshot = allowing.snapshot(wanted["snapshot"])
    restic, _ = _open(work, settings, pulse)
    pulse.log(f"Restoring {snapshot} to {target}.")
    includes = (f"--include={_escaped(path)}" for path in wanted.get("include") or () if path)
    if restic.restore(snapshot, target, *includes):
        return {"status": "success"}
    return _warning(
        "RESTORE_INCOMPLETE", "Some files could not be restored; the log names them.", {}
    )


def _open(work: dict[str, Any], settings: Settings, pulse: Pulse) -> tuple[Restic, str]:
    way = work.get("repository")
    if way is None:
        raise RunFailed(errors.NOT_ALLOWED, "The server named no repository for this run.")
    location = allowing.location(way["location"], settings)
    environment = allowing.environment(way.get("environment") or {})
    cache = str(settings.state_folder / "cache")
    return (
        Restic(settings.restic, cache, location, way["password"], environment, pulse),
        location,
    )


def _call_tool(work: dict[str, Any], settings: Settings, pulse: Pulse) -> Completion:
    """A command that this host's administrator wrote down; the server only says which, and when."""
    job = work["job"]
    command = settings.tools.get(job["backup_tool"])
    if not command:
        message = f"No command for {job['backup_tool']} is set on this host."
        raise RunFailed(errors.ENGINE_MISSING, message)
    facts = {
        "HOLDFAST_EXECUTION_ID": work["execution_id"],
        "HOLDFAST_JOB_ID": job["id"],
        "HOLDFAST_JOB_NAME": job["name"],
        "HOLDFAST_SOURCE_PATH": job["source_path"],
        "HOLDFAST_BACKUP_TYPE": work.get("backup_type") or job["backup_type"],
    }
    code = processes.run(
        command,
        {**_plain_environment(), **{name: str(value) for name, value in facts.items()}},
        lambda _stream, line: pulse.log(said.clean(line, ())),
        pulse.stop_reason,
        pulse.note_process,
    )
    if code == 0:
        return {"status": "success"}
    if code == WARNING_EXIT:
        return _warning("TOOL_WARNED", "The command ended with 3, a warning; see the log.", {})
    raise RunFailed(errors.TOOL_FAILED, f"The command ended with {code}; see the log.")


def _plain_environment() -> dict[str, str]:
    """Ours without the runner's own settings, of which one is its key."""
    return {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}


def _stopped(reason: str) -> Completion:
    if reason == CANCELLED:
        # The server knows whether somebody asked or the time was over.
        return {"status": "cancelled"}
    if reason == OVERTIME:
        return _failed(RunFailed(errors.TIMED_OUT, "It ran longer than max_runtime_minutes."))
    message = "The runner was stopped." if reason == "ending" else "The run was no longer ours."
    return _failed(RunFailed(errors.RUNNER_STOPPED, message))


def _failed(failure: RunFailed) -> Completion:
    message = said.clean(failure.message, ()) or failure.code
    return {"status": "failed", "error_code": failure.code, "error_message": message}


def _warning(code: str, message: str, facts: dict[str, Any]) -> Completion:
    return {"status": "warning", "error_code": code, "error_message": message, **facts}


def _literal(path: str) -> str:
    """A path as restic's patterns read it: nothing in it is a wildcard."""
    return _escaped(path).replace("*", "[*]").replace("?", "[?]")


def _escaped(path: str) -> str:
    """Wildcards stay; a bracket in a name is no set of characters."""
    return path.replace("[", "[[]")
