"""A verification whose worker is killed: failed, its restic ended, its scratch folder gone."""

import os
from pathlib import Path

from app.core.db import db
from app.core.tenancy import unscoped
from app.verification.models import Verification
from tests.support.house import await_engine, await_status, house_process, is_gone, queue_run
from tests.support.processes import wait_until


def test_a_killed_workers_verification_is_failed_and_leaves_nothing_behind(
    app, cast, operator, make_job, house, short_lease, throttle
):
    job = make_job()
    # At 1 KiB/s it is restored for minutes.
    (Path(job.source_path) / "random.bin").write_bytes(os.urandom(200_000))
    throttle.slow_down_restoring()
    with house_process("scheduler", house):
        with house_process("worker", house) as worker:
            await_status(app, queue_run(operator, job), "success", worker)
        with house_process("worker", short_lease) as worker:
            asked = operator.post(
                f"/api/v1/verify/{job.id}", {"test_type": "restore", "scope": "full"}
            )
            restic = await_engine(worker, "restore")
            assert len(os.listdir(app.config["SCRATCH_PATH"])) == 1
            worker.process.kill()
            wait_until(lambda: read(app, asked).status == "failed", seconds=90)
        wait_until(lambda: os.listdir(app.config["SCRATCH_PATH"]) == [], seconds=90)

    assert (read(app, asked).result, read(app, asked).error_code) == (None, "WORKER_LOST")
    assert is_gone(restic)
    assert cast.events().count("verification.failed") == 1


def read(app, asked):
    with app.app_context(), unscoped(read_only=True):
        return db.session.get_one(Verification, asked.json["data"]["id"])
