"""GET /backups/{id}/executions, /executions/{id} and its log."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.models import Execution, ExecutionLog

START = datetime(2026, 3, 1, tzinfo=UTC)


def url(job):
    return f"/api/v1/backups/{job.id}/executions"


def ids(response):
    assert response.status_code == 200, response.json
    return [execution["id"] for execution in response.json["data"]]


@pytest.fixture
def add(stage):
    """Add a final execution of a job, as a report or a run long ago left it."""

    def call(job, hours=0, **fields):
        given = {
            "job_id": job.id,
            "kind": "backup",
            "status": "success",
            "trigger": "schedule",
            "execution_date": START + timedelta(hours=hours),
            **fields,
        }
        return stage.add(Execution(**given)).id

    return call


def test_newest_first_and_no_restores_unless_asked(viewer, job, add):
    late, early = add(job, 5), add(job, 1)
    restore = add(job, 3, kind="restore")

    assert ids(viewer.get(url(job))) == [late, early]
    assert ids(viewer.get(f"{url(job)}?kind=restore")) == [restore]
    assert ids(viewer.get(f"{url(job)}?kind=all")) == [late, restore, early]


def test_filters_by_result_and_trigger(viewer, job, add):
    failed = add(job, 1, status="failed")
    reported = add(job, 2, trigger="report")

    assert ids(viewer.get(f"{url(job)}?result=failed")) == [failed]
    assert ids(viewer.get(f"{url(job)}?trigger=report&result=success")) == [reported]


def test_from_is_inside_and_to_is_not(viewer, job, add):
    found = [add(job, hours) for hours in range(4)]
    period = {"from": "2026-03-01T02:00:00+01:00", "to": "2026-03-01T03:00:00Z"}

    response = viewer.get(url(job), query_string=period)

    assert ids(response) == [found[2], found[1]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("result=ok", "result"),
        ("trigger=cron", "trigger"),
        ("kind=any", "kind"),
        ("from=2026-03-01", "from"),
        ("to=2026-03-01T00:00:00", "to"),
        ("from_=2026-03-01T00:00:00Z", "from_"),
        ("status=failed", "status"),
        ("sort=error_message", "sort"),
    ],
)
def test_refuses_a_query_that_it_does_not_know(viewer, job, query, field):
    response = viewer.get(f"{url(job)}?{query}")

    assert (response.status_code, list(response.json["details"])) == (400, [field])


def test_a_cursor_neither_doubles_nor_loses_while_rows_are_added(viewer, job, add):
    # Half of them share one moment, so that only the id keeps them apart.
    before = [add(job, min(hours, 6)) for hours in range(12)]
    cursor, seen = "", []

    while cursor is not None:
        query = {"cursor": cursor, "page_size": 3}
        response = viewer.get(url(job), query_string=query)
        seen += ids(response)
        cursor = response.json["meta"]["next_cursor"]
        add(job, 50 + len(seen))

    assert seen == before[::-1]


def test_lists_only_the_jobs_own(viewer, cast, job, add):
    add(cast.create_job())

    assert ids(viewer.get(url(job))) == []


def test_an_outsider_gets_404(outsider, job, add):
    execution_id = add(job)

    paths = (
        url(job),
        f"/api/v1/executions/{execution_id}",
        f"/api/v1/executions/{execution_id}/log",
    )
    assert [outsider.get(path).status_code for path in paths] == [404, 404, 404]


def test_a_reporter_may_not_read(reporter, job):
    assert reporter.get(url(job)).status_code == 403


def test_shows_a_running_one_with_its_progress(viewer, job, add):
    execution_id = add(job, status="running", progress_fraction=0.5, bytes_done=10, files_done=1)

    data = viewer.get(f"/api/v1/executions/{execution_id}").json["data"]

    assert (data["progress"], data["bytes_done"], data["files_done"]) == (0.5, 10, 1)
    assert data["execution_date"] == "2026-03-01T00:00:00Z"


def test_a_final_one_has_no_progress(viewer, job, add):
    execution_id = add(job, status="failed", progress_fraction=0.5)

    data = viewer.get(f"/api/v1/executions/{execution_id}").json["data"]

    assert data["progress"] is None


def test_an_unknown_id_is_404(viewer):
    answers = [viewer.get(f"/api/v1/executions/{n}") for n in ("99999999", str(2**63))]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_log_is_plain_text_in_utf_8(viewer, stage, job, add):
    execution_id = add(job)
    stage.add(ExecutionLog(execution_id=execution_id, head="Größe\n", tail="日本\n"))

    response = viewer.get(f"/api/v1/executions/{execution_id}/log")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == "Größe\n日本\n"


def test_the_log_says_where_its_middle_fell_out(viewer, stage, job, add):
    execution_id = add(job)
    stage.add(ExecutionLog(execution_id=execution_id, head="a\n", tail="b\n", dropped_bytes=7))

    text = viewer.get(f"/api/v1/executions/{execution_id}/log").text

    assert text.startswith("a\n")
    assert text.endswith("b\n")
    assert "7 bytes left out" in text


def test_a_log_is_empty_before_the_run(viewer, stage, job):
    response = viewer.get(f"/api/v1/executions/{stage.queue(job)}/log")

    assert (response.status_code, response.text) == (200, "")
