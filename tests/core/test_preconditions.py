"""ETag and If-Match: nobody overwrites what they have not seen."""

import pytest

from app.backups.models import BackupJob


@pytest.fixture
def path(job):
    return f"/api/v1/backups/{job.id}"


def name_of(cast):
    return cast.rows(BackupJob)[0].name


def test_the_tag_rises_with_each_change(operator, path):
    before = operator.get(path).headers["ETag"]

    response = operator.put(path, {"name": "Renamed"})

    assert (before, response.headers["ETag"]) == ('"v1"', '"v2"')
    assert operator.get(path).headers["ETag"] == '"v2"'


@pytest.mark.parametrize("tag", ['"v1"', 'W/"v1"', "*", ' "v1" ', '"v0", "v1"'])
def test_a_tag_that_matches_lets_the_change_through(tag, operator, path, cast):
    response = operator.put(path, {"name": "Renamed"}, headers={"If-Match": tag})

    assert (response.status_code, name_of(cast)) == (200, "Renamed")


@pytest.mark.parametrize("tag", ['"v2"', '"v0"', "v1", '"1"', '"v' + "9" * 400 + '"', "nonsense"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_another_tag_is_412(tag, method, operator, path, cast):
    before = name_of(cast)

    body = {"json": {"name": "Renamed"}} if method == "PUT" else {}
    response = operator.call(method, path, headers={"If-Match": tag}, **body)

    assert (response.status_code, response.json["error"]) == (412, "PRECONDITION_FAILED")
    assert response.json["details"] == {"version": 1}
    (row,) = cast.rows(BackupJob)
    assert (row.name, row.deleted_at) == (before, None)


def test_of_two_who_read_the_same_the_second_is_told(operator, admin, path, cast):
    tag = operator.get(path).headers["ETag"]
    operator.put(path, {"name": "First"}, headers={"If-Match": tag})

    response = admin.put(path, {"name": "Second"}, headers={"If-Match": tag})

    assert response.status_code == 412
    assert name_of(cast) == "First"


def test_fetch_change_put_works(operator, path, cast):
    fetched = operator.get(path)
    body = {**fetched.json["data"], "name": "Renamed"}

    response = operator.put(path, body, headers={"If-Match": fetched.headers["ETag"]})

    assert response.status_code == 200
    assert name_of(cast) == "Renamed"
