"""Clients as their users start them: programs of their own, against a real server."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from app.backups.models import Execution
from app.backups.service import running
from app.core.db import db
from app.core.tenancy import as_tenant
from tests.support.cast import Cast
from tests.support.house import ROOT
from tests.support.processes import wait_until
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
        with self._app.app_context(), as_tenant(self._cast.tenant("acme")):
            row = db.session.get_one(Execution, execution_id)
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
