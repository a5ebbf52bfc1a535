"""Whatever an address answers, it answers in the envelope."""

import pytest

ID_LIMIT = 2**63 - 1


def test_one_thing_comes_with_its_trace_id(admin, job):
    response = admin.get(f"/api/v1/backups/{job.id}", headers={"X-Request-ID": "t-1"})

    assert response.status_code == 200
    assert sorted(response.json) == ["data", "meta", "success"]
    assert response.json["success"] is True
    assert response.json["meta"] == {"trace_id": "t-1"}
    assert response.mimetype == "application/json"


def test_a_page_comes_with_its_numbers(admin, job):
    response = admin.get("/api/v1/backups")

    assert response.status_code == 200
    assert [row["id"] for row in response.json.pop("data")] == [job.id]
    meta = response.json.pop("meta")
    assert sorted(meta) == ["next_cursor", "trace_id"]
    assert meta["next_cursor"] is None
    assert {name: response.json[name] for name in ("total", "page", "page_size")} == {
        "total": 1,
        "page": 1,
        "page_size": 20,
    }
    assert response.json["total_pages"] == 1


def test_a_deletion_answers_its_message_and_id(admin, job):
    response = admin.delete(f"/api/v1/backups/{job.id}")

    assert response.status_code == 200
    assert response.json["message"]
    assert response.json["data"] == {"id": job.id}


def test_an_error_has_its_code_as_one_string(admin):
    response = admin.get("/api/v1/backups/1", headers={"X-Request-ID": "t-2"})

    assert response.status_code == 404
    assert sorted(response.json) == ["details", "error", "message", "meta", "success"]
    assert (response.json["success"], response.json["error"]) == (False, "NOT_FOUND")
    assert response.json["meta"] == {"trace_id": "t-2"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/nothing",
        "/api/v1//backups",
        "//api/v1/backups",
        "/api/v1/backups/",
        "/api/v1/backups/0",
        "/api/v1/backups/-1",
        "/api/v1/backups/1.5",
        "/api/v1/backups/x",
        "/api/v1/backups/%D9%A3",
        "/api/v1/backups/1%00",
        "/api/v1/backups/%FF%FE",
        f"/api/v1/backups/{ID_LIMIT}",
        f"/api/v1/backups/{ID_LIMIT + 1}",
        f"/api/v1/backups/{'9' * 5000}",
    ],
)
def test_an_address_that_leads_nowhere_is_404(path, admin):
    response = admin.get(path)

    assert response.status_code == 404
    assert response.json["error"] == "NOT_FOUND"
    assert response.headers["X-Request-ID"] == response.json["meta"]["trace_id"]


def test_another_method_is_405_and_told_which_are_taken(admin, job):
    response = admin.post(f"/api/v1/backups/{job.id}", {})

    assert response.status_code == 405
    assert response.json["error"] == "METHOD_NOT_ALLOWED"
    assert {"GET", "PUT", "DELETE"} <= set(response.headers["Allow"].split(", "))


def test_head_answers_as_get_without_a_body(admin, job):
    response = admin.call("HEAD", f"/api/v1/backups/{job.id}")

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["ETag"] == '"v1"'


def test_head_of_a_missing_thing_is_404_without_a_body(admin):
    response = admin.call("HEAD", "/api/v1/backups/1")

    assert (response.status_code, response.data) == (404, b"")


def test_options_tells_what_is_taken_without_credentials(anonymous):
    response = anonymous.call("OPTIONS", "/api/v1/backups")

    assert (response.status_code, response.data) == (204, b"")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_without_credentials_everything_else_is_401(anonymous, job):
    response = anonymous.get(f"/api/v1/backups/{job.id}")

    assert response.status_code == 401
    assert response.json["error"] == "AUTHENTICATION_REQUIRED"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "Digest x", "\xff"])
def test_another_scheme_is_no_credential(authorization, anonymous):
    response = anonymous.get("/api/v1/backups", headers={"Authorization": authorization})

    assert response.status_code == 401
    assert response.json["error"] == "AUTHENTICATION_REQUIRED"


def test_the_permission_is_judged_before_the_body(viewer):
    response = viewer.call("POST", "/api/v1/backups", data=b"{", content_type="text/plain")

    assert response.status_code == 403
    assert response.json["error"] == "FORBIDDEN"
    assert response.json["details"] == {"required": "backups:write"}
