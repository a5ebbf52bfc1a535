"""POST /runners/{id}/rotate-key: a new key for the same host."""

from app.runners.models import Runner

URL = "/api/v1/runners"


def rotate(admin, cast, **body):
    response = admin.post(f"{URL}/{cast.rows(Runner)[0].id}/rotate-key", body)
    assert response.status_code == 200, response.text
    return {"X-API-Key": response.json["data"]["key"]}


def test_the_old_key_ends_and_the_new_one_keeps_what_was_claimed(admin, cast, claimed, runner):
    execution_id = claimed()

    key = rotate(admin, cast, overlap_hours=0)

    beat = f"/api/v1/executions/{execution_id}/heartbeat"
    assert runner.post(beat, {}).status_code == 401
    assert runner.client.post(beat, headers=key, json={}).status_code == 200


def test_both_keys_claim_during_the_overlap(admin, cast, runner):
    key = rotate(admin, cast)

    assert runner.post(f"{URL}/claim", {}).status_code == 204
    assert runner.client.post(f"{URL}/claim", headers=key, json={}).status_code == 204


def test_a_revoked_key_cannot_be_rotated(admin, cast, runner):
    row = cast.rows(Runner)[0]
    admin.delete(f"/api/v1/auth/api-keys/{row.api_key_id}")

    response = admin.post(f"{URL}/{row.id}/rotate-key", {})

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
