"""Clients as their users start them: programs of their own, against a real server."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.backups.models import BackupJob, Execution
from app.backups.service import running
from app.core.db import db
from app.core.tenancy import as_tenant
from tests.support.cast import Cast
from tests.support.house import ROOT, await_status
from tests.support.processes import Child, wait_until
from tests.support.processes import running as running_child
from tests.support.repositories import PASSWORD, make_slow_file
from tests.support.serving import serving

ON_PATH = os.pathsep.join(str(ROOT / "clients" / name) for name in ("cli", "runner"))
SECONDS = 120


class Command:
    """`holdfast` with these words, going on while the test looks at it."""

    def __init__(self, words: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holdfast_cli", *words],
            env={**os.environ, "PYTHONPATH": ON_PATH, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> "Ended":
        out, err = self.process.communicate(timeout=SECONDS)
        return Ended(self.process.returncode, out, err)

    def interrupt(self, number: int) -> None:
        self.process.send_signal(number)


class Ended:
    """What a command leaves: its exit code and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


class Hand:
    """Moves executions on, as time or a worker would."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self._app = app
        self._cast = cast

    def first(self, status: str = "queued") -> Any:
        """The one execution there is, once it has this status."""

        def is_there() -> bool:
            return [row.status for row in self._cast.rows(Execution)] == [status]

        wait_until(is_there, seconds=60, what=f"an execution is {status}")
        return self._cast.rows(Execution)[0]

    def change(self, execution_id: int, **values: Any) -> None:
        self.change_row(Execution, execution_id, **values)

    def change_row(self, model: Any, row_id: int, **values: Any) -> None:
        with self._app.app_context(), as_tenant(self._cast.tenant("acme")):
            row = db.session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def work(self, execution_id: int) -> None:
        with self._app.app_context():
            running.run_execution(execution_id, "test-owner", threading.Event())


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The address of the application."""
    with serving(app) as url:
        yield url


@pytest.fixture
def hand(app: Flask, cast: Cast) -> Hand:
    return Hand(app, cast)


@pytest.fixture
def holdfast(server: str, cast: Cast) -> Iterator[Callable[..., Command]]:
    """Start the command with an operator's key; what is left of it is ended with the test."""
    key = cast.key_caller("operator").key
    started: list[Command] = []

    def start(*words: object, **environ: str) -> Command:
        given = {"HOLDFAST_URL": server, "HOLDFAST_API_KEY": key, **environ}
        command = Command(tuple(map(str, words)), given)
        started.append(command)
        return command

    yield start
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
        command.process.communicate()


class Host:
    """The branch office: its settings, its jobs, and the runner on it."""

    def __init__(self, cast: Cast, hand: Hand, folder: Path, empty_repository: Path) -> None:
        self.cast = cast
        self.folder = folder
        self.state = folder / "state"
        self.restores = folder / "restores"
        self.restores.mkdir()
        self._hand = hand
        self._empty = empty_repository

    def environ(self, server: str, **more: str) -> dict[str, str]:
        settings = {
            "url": server,
            "key": self.cast.runner().key,
            "state_folder": str(self.state),
            "source_roots": self.cast.app.config["BACKUP_SOURCE_ROOTS"][0],
            "restore_roots": str(self.restores),
            "repository_roots": str(self.cast.instance / "storage"),
            "claim_wait_seconds": "1",
            "heartbeat_seconds": "1",
            **more,
        }
        named = {f"HOLDFAST_RUNNER_{name.upper()}": text for name, text in settings.items()}
        return {"PYTHONPATH": ON_PATH, **named}

    @contextmanager
    def running(self, server: str, *words: str, **more: str) -> Iterator[Child]:
        command = [sys.executable, "-m", "holdfast_runner", *words]
        with running_child(command, env=self.environ(server, **more)) as child:
            wait_until(
                lambda: "runner_started" in child.output(),
                seconds=60,
                what="the runner starts",
                output=child.output,
            )
            yield child

    def job(self, **fields: Any) -> Any:
        """A restic job of this host with an empty repository: making one takes three seconds."""
        job = self.cast.create_job(runner="branch-office", **fields)
        location = f"{self.cast.instance}/storage/{job.tenant_id}/{job.id}"
        shutil.copytree(self._empty, location)
        self._hand.change_row(
            BackupJob, job.id, repository_password=PASSWORD, repository_location=location
        )
        return job

    def queue_restore(self, job: Any, target: Path, **more: Any) -> int:
        caller = self.cast.caller("admin")
        body = {"target": str(target), **more}
        response = caller.post(f"/api/v1/backups/{job.id}/restore", body)
        assert response.status_code == 202, response.text
        return int(response.json["data"]["id"])  # type: ignore[index]

    def await_status(self, execution_id: int, status: str, child: Child) -> Execution:
        return await_status(self.cast.app, execution_id, status, child)


@pytest.fixture
def host(cast: Cast, hand: Hand, tmp_path: Path, empty_repository: Path) -> Host:
    return Host(cast, hand, tmp_path, empty_repository)


@pytest.fixture
def slow_job(host: Host, sources: Path) -> Iterator[Any]:
    """A job of the host whose only file takes minutes to read."""
    job = host.job()
    slow = make_slow_file(Path(job.source_path) / "slow.img")
    yield job
    slow.unlink()
