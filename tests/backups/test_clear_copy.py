"""PUT /copies/{id} with null clears a field back to its default."""

import pytest

TAPE = {
    "name": "Tape vault",
    "location_type": "offline",
    "media_type": "tape",
    "is_immutable": True,
    "status": "success",
    "max_age_hours": 168,
    "last_backup_date": "2026-01-31",
    "last_backup_size_bytes": 1024,
}


@pytest.fixture
def tell(operator, job):
    """Tell of a copy; gives its path."""

    def call(body):
        response = operator.post(f"/api/v1/backups/{job.id}/copies", body)
        return f"/api/v1/copies/{response.json['data']['id']}"

    return call


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("max_age_hours", None),
        ("last_backup_date", None),
        ("last_backup_size_bytes", None),
        ("is_immutable", False),
        ("status", "unknown"),
    ],
)
def test_null_clears_a_field_back_to_its_default(operator, tell, field, default):
    response = operator.put(tell(TAPE), {field: None})

    assert (response.status_code, response.json["data"][field]) == (200, default)


def test_null_is_the_default_of_a_new_copy_too(operator, tell):
    path = tell({**TAPE, "is_immutable": None})

    assert operator.get(path).json["data"]["is_immutable"] is False


def test_null_lets_the_storage_tell_the_place_again(operator, tell, stage):
    second = stage.provider(provider_type="s3", location_type="cloud")
    told = {"location_type": "offsite", "media_type": "disk"}
    path = tell({"name": "S3", "storage_id": second.id, **told})

    data = operator.put(path, {"location_type": None}).json["data"]

    assert (data["location_type"], data["media_type"]) == ("cloud", "disk")


@pytest.mark.parametrize("field", ["name", "location_type", "media_type"])
def test_what_a_copy_must_have_cannot_be_cleared(operator, tell, field):
    path = tell(TAPE)

    response = operator.put(path, {field: None})

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert operator.get(path).json["data"][field] == TAPE[field]
