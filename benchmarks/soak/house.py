"""What a soak runs over: each process of a deployment, and a tenant that is at home there."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from flask import Flask

from app.backups.service import jobs
from app.core import clock
from app.core.identity import Actor
from app.core.tenancy import as_tenant, unscoped
from app.storage import service as storage
from app.tenants.models import Tenant as TenantRow
from app.users import service as users
from benchmarks.memory import workers_at
from benchmarks.seeds import add_tenant
from benchmarks.servers import ROOT, Stage, holdfast
from benchmarks.soak.load import People
from tests.support.processes import Child, running, wait_until

REPORTED_JOBS, OWN_JOBS = 200, 4
SOURCE_FILES, SOURCE_BYTES = 20, 64 * 1024
USERNAME, PASSWORD = "soaker", "an hour of everyday load"


@contextmanager
def house(settings: Mapping[str, str], stage: Stage) -> Iterator[dict[str, psutil.Process]]:
    """Run gunicorn, a worker and a scheduler; gives each of their processes by its name."""
    with (
        holdfast(settings, stage.holdfast) as web,
        _process("worker", settings) as worker,
        _process("scheduler", settings) as scheduler,
    ):
        pids = {"gunicorn": web.pid, "worker": worker.pid, "scheduler": scheduler.pid}
        named = {name: psutil.Process(pid) for name, pid in pids.items()}
        found = workers_at(stage.holdfast)
        yield named | {f"web {number}": one for number, one in enumerate(found, 1)}


def settle_in(app: Flask, stage: Stage, folder: Path) -> People:
    """A tenant with jobs that scripts report, jobs that restic runs here, and an administrator."""
    tenant = add_tenant(app, "soak", REPORTED_JOBS)
    source, store = folder / "source", folder / "store"
    for place in (source, store):
        place.mkdir()
    for number in range(SOURCE_FILES):
        (source / f"{number:02}.bin").write_bytes(os.urandom(SOURCE_BYTES))
    with app.app_context():
        with unscoped() as session:
            row = session.get_one(TenantRow, tenant.id)
            row.source_roots, row.storage_roots = [str(source)], [str(store)]
            users.add_member(row, users.create_user(USERNAME, PASSWORD), "admin")
            storage.ensure_default(tenant.id, str(store))
        own = tuple(_add_job(tenant.id, number, source) for number in range(OWN_JOBS))
    return People(stage.holdfast, tenant, USERNAME, PASSWORD, own)


def _add_job(tenant_id: int, number: int, source: Path) -> int:
    given = {
        "name": f"Own {number}",
        "source_path": str(source),
        "backup_type": "incremental",
        "schedule_type": "manual",
        "retention_days": 30,
    }
    with as_tenant(tenant_id) as session:
        job = jobs.create_job(given, Actor(tenant_id, "system", "soak"), clock.utcnow())
        session.flush()
        return int(job.id)


@contextmanager
def _process(name: str, settings: Mapping[str, str]) -> Iterator[Child]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", name]
    with running(command, env=settings, cwd=ROOT) as child:
        wait_until(lambda: f"{name}_started" in child.output(), output=child.output)
        yield child
