"""DELETE /runners/{id}: a host that is no longer to be trusted."""

from app.auth.models import ApiKey
from app.runners.models import Runner

URL = "/api/v1/runners"


def delete(caller, cast, **options):
    return caller.delete(f"{URL}/{cast.rows(Runner)[0].id}", **options)


def test_revokes_its_key_at_once(admin, runner, cast):
    response = delete(admin, cast)

    assert response.status_code == 200
    assert runner.post(f"{URL}/claim", {}).json["error"] == "TOKEN_REVOKED"
    assert cast.rows(Runner) == []


def test_what_it_runs_ends_with_its_lease_and_not_before(admin, claimed, cast, execution):
    execution_id = claimed()

    delete(admin, cast)

    assert execution(execution_id).status == "running"


def test_takes_a_runner_whose_key_was_revoked_before(admin, runner, cast):
    key = cast.rows(ApiKey)[0]
    admin.delete(f"/api/v1/auth/api-keys/{key.id}")

    assert delete(admin, cast).status_code == 200
    assert cast.rows(Runner) == []


def test_its_name_is_free_again_and_the_new_key_has_the_host_s_runs(admin, queue, cast, anonymous):
    cast.runner("branch-office")
    execution_id = queue()
    delete(admin, cast)

    made = admin.post(URL, {"name": "branch-office"}).json["data"]
    work = anonymous.post(f"{URL}/claim", {}, headers={"X-API-Key": made["key"]})

    assert work.json["data"]["execution_id"] == execution_id


def test_honours_if_match(admin, runner, cast):
    assert delete(admin, cast, headers={"If-Match": '"v2"'}).status_code == 412
    assert len(cast.rows(Runner)) == 1
