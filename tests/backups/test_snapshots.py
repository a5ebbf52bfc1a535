"""GET /backups/{id}/snapshots asks the repository itself."""

import shutil
from contextlib import ExitStack

import pytest

from app.core.waiting import waiters


def url(job):
    return f"/api/v1/backups/{job.id}/snapshots"


def test_there_are_none_before_the_first_run(viewer, job):
    response = viewer.get(url(job))

    assert (response.status_code, response.json["data"], response.json["total"]) == (200, [], 0)


def test_lists_what_the_repository_holds_newest_first(viewer, stage):
    job = stage.job()
    for day in (1, 3, 2):
        moment = f"--time=2026-01-0{day} 12:00:00"
        stage.restic(job, "backup", moment, "--tag=x", "--host=h", job.source_path)

    first = viewer.get(f"{url(job)}?page_size=2").json
    second = viewer.get(f"{url(job)}?page_size=2&page=2").json

    days = [row["time"][:10] for row in (*first["data"], *second["data"])]
    assert days == ["2026-01-03", "2026-01-02", "2026-01-01"]
    assert (first["total"], first["total_pages"]) == (3, 2)
    newest = first["data"][0]
    assert (newest["paths"], newest["tags"], newest["hostname"]) == ([job.source_path], ["x"], "h")
    assert newest["id"].startswith(newest["short_id"])


def test_size_and_files_are_those_of_the_run_that_made_it(viewer, stage):
    job = stage.job()
    done = stage.run(job)

    (snapshot,) = viewer.get(url(job)).json["data"]

    assert done.backup_size_bytes > 0
    told = (snapshot["size_bytes"], snapshot["files_total"])
    assert told == (done.backup_size_bytes, done.files_total)


def test_a_snapshot_that_no_run_made_takes_nothing_from_its_tag(viewer, stage):
    job = stage.job()
    done = stage.run(job)
    stage.restic(job, "backup", f"--tag=execution-{done.id}", "--force", job.source_path)

    newest, _ = viewer.get(url(job)).json["data"]

    assert not newest["id"].startswith(done.snapshot_id)
    assert (newest["size_bytes"], newest["files_total"]) == (None, None)


def test_a_repository_that_cannot_be_read_is_503_and_shows_no_password(viewer, stage):
    job = stage.job()
    shutil.rmtree(stage.location(job))

    response = viewer.get(url(job))

    assert (response.status_code, response.json["error"]) == (503, "ENGINE_UNAVAILABLE")
    assert response.json["details"] == {"error_code": "REPOSITORY_NOT_FOUND"}
    assert "correct horse" not in response.text
    assert "Retry-After" in response.headers


def test_no_path_of_the_server_is_shown(viewer, stage, cast):
    job = stage.job()
    shutil.rmtree(stage.location(job))

    response = viewer.get(url(job))

    assert str(cast.instance) not in response.text


def test_a_storage_that_cannot_be_used_from_here_is_told(operator, stage):
    job = stage.job()
    tape = stage.provider(provider_type="tape", connection_string="vault")
    operator.put(f"/api/v1/backups/{job.id}", {"storage_id": tape.id})

    response = operator.get(url(job))

    assert (response.status_code, response.json["error"]) == (503, "ENGINE_UNAVAILABLE")
    assert response.json["details"] == {"error_code": "STORAGE_UNSUPPORTED"}


def test_a_caller_too_many_is_answered_at_once(app, viewer, stage):
    job = stage.job()
    with app.app_context(), ExitStack() as places:
        for _ in range(waiters().limit):
            places.enter_context(waiters().place())

        response = viewer.get(url(job))

    assert (response.status_code, response.json["error"]) == (503, "UNAVAILABLE")


def test_what_another_tool_holds_is_not_known(viewer, cast):
    response = viewer.get(url(cast.create_job(backup_tool="veeam")))

    assert (response.status_code, response.json["error"]) == (409, "NOT_RUNNABLE")


@pytest.mark.parametrize("name", ["tag", "sort", "cursor", "count"])
def test_takes_nothing_but_a_page(viewer, job, name):
    response = viewer.get(f"{url(job)}?{name}=id")

    assert (response.status_code, list(response.json["details"])) == (400, [name])


def test_an_outsider_gets_404(outsider, job):
    assert outsider.get(url(job)).status_code == 404


def test_a_reporter_may_not(reporter, job):
    assert reporter.get(url(job)).status_code == 403
