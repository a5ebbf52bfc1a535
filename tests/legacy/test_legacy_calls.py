"""GET /legacy-calls shows which scripts still call the legacy API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from app.core import clock
from app.legacy.models import LegacyCall
from tests.support.processes import wait_until

T0 = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_counts_a_callers_calls_refused_ones_too(send, admin, reporter, veeam_job):
    good = {"job_id": veeam_job.id, "execution_result": "success"}
    for minutes, body in enumerate((good, b"nonsense", {**good, "job_id": 2**62})):
        with clock.hold(T0 + timedelta(minutes=minutes)):
            send("status", body)

    response = admin.get("/api/v1/legacy-calls")

    assert response.status_code == 200
    assert response.json["data"] == [
        {
            "caller": reporter.actor.key,
            "caller_name": reporter.actor.name,
            "endpoint": "status",
            "count": 3,
            "first_at": "2026-11-20T03:00:00Z",
            "last_at": "2026-11-20T03:02:00Z",
        }
    ]


def test_a_call_is_kept_within_two_seconds_without_being_asked_for(send, cast, veeam_job):
    send("status", {"job_id": veeam_job.id, "execution_result": "success"})

    wait_until(lambda: [row.count for row in cast.rows(LegacyCall)] == [1], what="the row is there")


def test_calls_counted_by_several_threads_at_once_are_all_counted(app, admin, reporter, veeam_job):
    def ask(_: int) -> int:
        path = f"/api/backup/jobs/{veeam_job.id}/last-execution"
        return app.test_client().get(path, headers=reporter.headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(40))) == {404}

    assert admin.get("/api/v1/legacy-calls").json["data"][0]["count"] == 40


def test_can_be_asked_for_one_caller(send, admin, reporter, veeam_job):
    send("status", {"job_id": veeam_job.id, "execution_result": "success"})

    own = admin.get(f"/api/v1/legacy-calls?caller={reporter.actor.key}")
    others = admin.get("/api/v1/legacy-calls?caller=key:0")

    assert (own.json["total"], others.json["total"]) == (1, 0)


def test_another_tenant_sees_nothing_of_it(send, outsider, veeam_job):
    send("status", {"job_id": veeam_job.id, "execution_result": "success"})

    response = outsider.get("/api/v1/legacy-calls")

    assert (response.status_code, response.json["data"]) == (200, [])


def test_only_who_manages_keys_may_look(operator):
    response = operator.get("/api/v1/legacy-calls")

    assert response.status_code == 403
    assert response.json["details"] == {"required": "api_keys:manage"}


def test_an_unknown_filter_is_refused(admin):
    response = admin.get("/api/v1/legacy-calls?endpoints=status")

    assert response.status_code == 400
    assert list(response.json["details"]) == ["endpoints"]
