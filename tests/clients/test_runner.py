"""The runner on its host: claims, backs up, restores, and tells."""

from pathlib import Path

from app.backups.models import BackupJob
from tests.support.house import queue_run


def test_backs_up_and_restores(host, server, operator, cast):
    """From nothing: the first run makes the repository, the second finds it."""
    job = cast.create_job(runner="branch-office", retention_days=7)
    target = host.restores / "back"

    with host.running(server) as child:
        first = host.await_status(queue_run(operator, job), "success", child)
        Path(job.source_path, "new.txt").write_text("more\n")
        second = host.await_status(queue_run(operator, job), "success", child)
        back = host.await_status(host.queue_restore(job, target), "success", child)

    assert (first.files_total, second.files_total, second.files_changed) == (1, 2, 1)
    assert first.snapshot_id != second.snapshot_id
    assert Path(f"{target}{job.source_path}/new.txt").read_text() == "more\n"
    assert back.kind == "restore"
    (kept,) = cast.rows(BackupJob)
    assert kept.last_result == "success"
    assert "created the repository" in operator.get(f"/api/v1/executions/{first.id}/log").text


def test_what_the_host_does_not_allow_is_not_done(host, server, operator, tmp_path):
    """The server takes it for allowed: the host has the last word."""
    job = host.job()
    other = tmp_path / "other"
    other.mkdir()

    with host.running(server, source_roots=str(other)) as child:
        execution_id = queue_run(operator, job)
        failed = host.await_status(execution_id, "failed", child)

    assert failed.error_code == "NOT_ALLOWED"
    assert failed.error_message == f"{job.source_path} lies outside the source_roots of this host."
    assert failed.snapshot_id is None


def test_a_restore_writes_over_nothing(host, server):
    job = host.job()
    target = host.restores / "home"
    target.mkdir()
    (target / "kept.txt").write_text("mine\n")
    execution_id = host.queue_restore(job, target)

    with host.running(server) as child:
        failed = host.await_status(execution_id, "failed", child)

    assert failed.error_code == "NOT_ALLOWED"
    assert [path.name for path in target.iterdir()] == ["kept.txt"]


def test_another_tool_is_a_command_of_the_host(host, server, operator, cast, tmp_path):
    """It ends with the number that is its job's name, and writes down what it was given."""
    config = tmp_path / "runner.ini"
    command = f"env > {tmp_path}/$HOLDFAST_JOB_NAME; exit $HOLDFAST_JOB_NAME"
    config.write_text(f"[tools]\ncustom = sh -c '{command}'\n")
    jobs = {
        name: cast.create_job(runner="branch-office", backup_tool="custom", name=name)
        for name in ("0", "3", "9")
    }

    with host.running(server, "--config", str(config)) as child:
        runs = {name: queue_run(operator, job) for name, job in jobs.items()}
        ended = {
            name: host.await_status(runs[name], status, child).error_code
            for name, status in (("0", "success"), ("3", "warning"), ("9", "failed"))
        }

    assert ended == {"0": None, "3": "TOOL_WARNED", "9": "TOOL_FAILED"}
    seen = (tmp_path / "9").read_text()
    assert "HOLDFAST_JOB_NAME=9\n" in seen
    assert cast.runner().key not in seen


def test_a_tool_without_a_command_is_missing(host, server, operator, cast):
    job = cast.create_job(runner="branch-office", backup_tool="veeam")

    with host.running(server) as child:
        ended = host.await_status(queue_run(operator, job), "failed", child)

    assert ended.error_code == "ENGINE_MISSING"
