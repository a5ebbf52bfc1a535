"""Every field of a job has its range, its type and its way to be cleared."""

import pytest

from app.backups.models import BackupJob

MAXIMUM = 2**63 - 1


ACCEPTED = [
    ("name", "n"),
    ("name", "ü" * 200),
    ("description", "d" * 500),
    ("backup_type", "incremental"),
    ("backup_type", "differential"),
    ("grace_minutes", 0),
    ("retention_days", 1),
    ("retention_days", 3650),
    ("priority", 1),
    ("priority", 10),
    ("is_active", False),
    ("notification_email", "ops@example.com"),
    ("tags", ["t" * 50]),
    ("backup_tool", "wsb"),
    ("backup_tool", "aomei"),
    ("backup_tool", "custom"),
    ("runner", "r" * 100),
    ("excludes", ["*.tmp", "e" * 500]),
    ("max_runtime_minutes", 1),
    ("max_retries", 5),
    ("timezone", "America/Argentina/Buenos_Aires"),
]

REFUSED = [
    ("name", ""),
    ("name", "   "),
    ("name", "n" * 201),
    ("name", None),
    ("name", 7),
    ("name", ["x"]),
    ("description", "d" * 501),
    ("description", 1),
    ("source_path", ""),
    ("source_path", None),
    ("source_path", "/" + "s" * 1000),
    ("backup_type", "FULL"),
    ("backup_type", None),
    ("schedule_type", "hourly"),
    ("schedule_type", None),
    ("schedule_time", "24:00"),
    ("schedule_time", "2:00"),
    ("schedule_time", "02:00\n"),
    ("schedule_time", 200),
    ("schedule_days", "d" * 201),
    ("cron", "c" * 201),
    ("timezone", "Mars/Olympus"),
    ("timezone", "europe/berlin"),
    ("grace_minutes", -1),
    ("grace_minutes", "60"),
    ("retention_days", 0),
    ("retention_days", 3651),
    ("retention_days", 30.0),
    ("priority", 0),
    ("priority", 11),
    ("priority", True),
    ("is_active", "true"),
    ("is_active", 1),
    ("notification_email", "nobody"),
    ("notification_email", "a@example.com\nBcc: b@example.com"),
    ("notification_email", "a" * 250 + "@example.com"),
    ("tags", "finance"),
    ("tags", ["t"] * 51),
    ("backup_tool", "tar"),
    ("runner", "r" * 101),
    ("runner", " "),
    ("storage_id", 0),
    ("storage_id", 999_999_999),
    ("storage_id", MAXIMUM),
    ("storage_id", MAXIMUM + 1),
    ("excludes", "*.tmp"),
    ("excludes", ["x"] * 201),
    ("max_runtime_minutes", 0),
    ("max_retries", 6),
    ("max_retries", -1),
    ("nonsense", 1),
    ("version", 1),
    ("owner_id", 1),
    ("repository_password", "mine"),
]
NESTED = [("tags", ["ok", ""], "tags.1"), ("excludes", [""], "excludes.0"), ("tags", [1], "tags.0")]


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
def test_takes_each_fields_bounds(operator, body, field, value):
    response = operator.post("/api/v1/backups", {**body, field: value})

    assert response.status_code == 201, response.json
    assert response.json["data"][field] == value


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_refuses_what_lies_beyond_and_names_the_field(operator, cast, body, field, value):
    response = operator.post("/api/v1/backups", {**body, field: value})

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == [field]
    assert cast.rows(BackupJob) == []


@pytest.mark.parametrize(("field", "value", "named"), NESTED)
def test_names_the_element_that_is_wrong(operator, body, field, value, named):
    response = operator.post("/api/v1/backups", {**body, field: value})

    assert list(response.json["details"]) == [named]


@pytest.mark.parametrize("field", ["name", "source_path", "backup_type", "schedule_type"])
def test_demands_what_a_job_cannot_do_without(operator, body, field):
    del body[field]

    response = operator.post("/api/v1/backups", body)

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]


CLEARED = [
    ("description", "x", None),
    ("notification_email", "ops@example.com", None),
    ("max_runtime_minutes", 5, None),
    ("tags", ["a"], []),
    ("excludes", ["*.tmp"], []),
    ("retention_days", 9, 30),
    ("priority", 9, 5),
    ("grace_minutes", 9, 60),
    ("max_retries", 2, 0),
    ("is_active", False, True),
    ("backup_tool", "custom", "restic"),
    ("timezone", "Asia/Tokyo", "UTC"),
]


@pytest.mark.parametrize(("field", "value", "default"), CLEARED)
def test_null_clears_a_field_back_to_its_default(operator, body, field, value, default):
    job = operator.post("/api/v1/backups", {**body, field: value}).json["data"]

    response = operator.put(f"/api/v1/backups/{job['id']}", {field: None})

    assert response.status_code == 200, response.json
    assert response.json["data"][field] == default


def test_null_gives_the_default_storage_back(operator, body):
    job = operator.post("/api/v1/backups", body).json["data"]

    response = operator.put(f"/api/v1/backups/{job['id']}", {"storage_id": None})

    assert response.status_code == 200
    assert response.json["data"]["storage_id"] == job["storage_id"]
