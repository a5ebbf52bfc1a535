"""A backup through Holdfast's own worker, beside the same restic commands by hand."""

import os
import shutil
import subprocess  # nosec B404 # restic is a program
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.backups.models import Execution
from app.backups.service import jobs, runs
from app.core import clock
from app.core.db import db
from app.core.identity import Actor
from app.core.tenancy import as_tenant, unscoped
from app.storage import service as storage
from app.tenants import service as tenants
from app.tenants.models import Tenant
from benchmarks.rounds import Case
from benchmarks.scale import SCALE, scaled
from benchmarks.servers import ROOT, Stage
from tests.support.processes import running, wait_until
from tests.support.repositories import PASSWORD, make_repository

FILES, BYTES = scaled(20_000, 200), scaled(2**30)
ROUNDS = 5 if SCALE >= 1 else 1
KEPT_DAYS = 30
_FOLDERS = 200
# Writes down how long each restic took, whoever called it.
_STOPWATCH = """#!/bin/sh
began=$(date +%s%N)
{restic} "$@"
code=$?
for word; do
    case $word in backup) echo $(($(date +%s%N) - began)) >>{record} ;; esac
done
exit $code
"""


class Failed(AssertionError):
    """A run did not end as a backup of the whole source."""


@dataclass(frozen=True)
class Took:
    """How long a backup took from its request to its end, and restic's `backup` within it."""

    whole: float
    process: float


@dataclass(frozen=True)
class Place:
    """The folders of this measurement."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def empty(self) -> Path:
        return self.folder / "repositories" / "empty"

    @property
    def path(self) -> str:
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def last_process(self) -> float:
        return int((self.folder / "record").read_text().split()[-1]) / 1e9


def backup_through_holdfast(app: Flask, stage: Stage) -> Iterator[Case]:
    """A backup of 1 GiB in 20,000 files, and the retention after it, into an empty repository.

    One repository is made, and copied for each round: how much work a password costs is found out
    by `init`, and differs from one to the next.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-backup-") as name:
        place = Place(Path(name))
        _make_source(place.source)
        _make_stopwatch(place)
        make_repository(place.empty.parent)
        tenant_id = _make_tenant(app, place)
        with _worker(app, stage.settings, place) as await_end:
            ours, theirs = _in_turn(
                lambda number: _through_holdfast(app, place, tenant_id, number, await_end),
                lambda number: _by_hand(place, number),
            )
    yield _compare("backup_through_holdfast", ours, theirs, lambda took: took.whole, 1.05)
    yield _compare("restic_backup_process", ours, theirs, lambda took: took.process, 1.02)


def _in_turn(
    ours: Callable[[int], Took], theirs: Callable[[int], Took]
) -> tuple[list[Took], list[Took]]:
    """A B B A …: whoever comes second finds the disk as the first left it, so they change over.

    Each begins once all that was written before it lies on the disk.
    """
    found: tuple[list[Took], list[Took]] = ([], [])
    sides = ((found[0], ours), (found[1], theirs))
    for number in range(ROUNDS):
        for kept, call in sides if number % 2 == 0 else reversed(sides):
            kept.append(call(number))
    return found


def _compare(
    name: str, ours: list[Took], theirs: list[Took], figure: Callable[[Took], float], target: float
) -> Case:
    pairs = list(zip(map(figure, ours), map(figure, theirs), strict=True))
    return Case(name, "s", pairs, target, "lower")


def _through_holdfast(
    app: Flask, place: Place, tenant_id: int, number: int, await_end: Callable[[int], Execution]
) -> Took:
    """Ask for a run of a new job, and let the worker do it."""
    actor = Actor(tenant_id, "system", "bench")
    given = {
        "name": f"Round {number}",
        "source_path": str(place.source),
        "backup_type": "incremental",
        "schedule_type": "manual",
        "retention_days": KEPT_DAYS,
    }
    with app.app_context(), as_tenant(tenant_id):
        job = jobs.create_job(given, actor, clock.utcnow())
        location = place.store / str(tenant_id) / str(job.id)
        shutil.copytree(place.empty, location)
        job.repository_location, job.repository_password = str(location), PASSWORD
    os.sync()
    began = time.time()
    with app.app_context(), as_tenant(tenant_id):
        asked = runs.queue_run(job.id, trigger="manual", actor=actor, now=clock.utcnow())
    done = await_end(asked.id)
    if (done.status, done.files_total) != ("success", FILES) or done.finished_at is None:
        raise Failed(f"{done.status}: {done.error_message}, {done.files_total} files")
    shutil.rmtree(place.store / str(tenant_id))
    return Took(done.finished_at.timestamp() - began, place.last_process())


def _by_hand(place: Place, number: int) -> Took:
    """The commands that a person would type for the same."""
    store = place.folder / f"by-hand-{number}"
    shutil.copytree(place.empty, store)
    environment = {
        "PATH": place.path,
        "HOME": str(place.folder),
        "RESTIC_REPOSITORY": str(store),
        "RESTIC_PASSWORD": PASSWORD,
        "RESTIC_CACHE_DIR": str(place.folder / "cache"),
    }
    keep = f"--keep-within={KEPT_DAYS}d"
    os.sync()
    began = time.time()
    for command in (
        ["backup", str(place.source)],
        ["forget", keep, "--group-by=", "--prune", "--compact"],
    ):
        # The restic that is on PATH is the one that is measured.
        subprocess.run(  # noqa: S603  # nosec B603, B607
            ["restic", *command],  # noqa: S607
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    took = Took(time.time() - began, place.last_process())
    shutil.rmtree(store)
    return took


@contextmanager
def _worker(
    app: Flask, settings: Mapping[str, str], place: Place
) -> Iterator[Callable[[int], Execution]]:
    """Holdfast's own worker; gives what waits for the end of an execution."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", "worker"]
    env = {**settings, "PATH": place.path}
    with running(command, env=env, cwd=ROOT) as child:
        wait_until(lambda: "worker_started" in child.output(), output=child.output)

        def await_end(execution_id: int) -> Execution:
            while (row := _read(app, execution_id)).finished_at is None:
                if child.process.poll() is not None:
                    raise Failed(child.output())
                # Seldom: both cores are the backup's.
                time.sleep(0.5)
            return row

        yield await_end


def _read(app: Flask, execution_id: int) -> Execution:
    with app.app_context(), unscoped(read_only=True):
        return db.session.get_one(Execution, execution_id)


def _make_tenant(app: Flask, place: Place) -> int:
    place.store.mkdir()
    with app.app_context(), unscoped() as session:
        tenant = tenants.create_tenant("backups", "Backups")
        session.get_one(Tenant, tenant.id).source_roots = [str(place.source)]
        tenant.storage_roots = [str(place.store)]
        storage.ensure_default(tenant.id, str(place.store))
        return int(tenant.id)


def _make_stopwatch(place: Place) -> None:
    program = place.folder / "bin" / "restic"
    program.parent.mkdir()
    program.write_text(
        _STOPWATCH.format(restic=shutil.which("restic"), record=place.folder / "record")
    )
    program.chmod(0o755)


def _make_source(folder: Path) -> None:
    """Files of one size that no compression makes smaller."""
    size = BYTES // FILES
    for number in range(FILES):
        parent = folder / f"{number % _FOLDERS:03}"
        parent.mkdir(parents=True, exist_ok=True)
        (parent / f"{number:05}.bin").write_bytes(os.urandom(size))
