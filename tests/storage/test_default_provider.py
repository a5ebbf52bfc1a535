"""One default a tenant, however many ask for it at once."""

import threading

from app.storage.models import StorageProvider

PROVIDERS = "/api/v1/storage/providers"


def defaults(cast):
    rows = cast.rows(StorageProvider)
    return [row.name for row in rows if row.is_default and row.deleted_at is None]


def test_a_new_default_takes_it_from_the_old(operator, body, cast):
    response = operator.post(PROVIDERS, {**body, "is_default": True})

    assert (response.status_code, response.json["data"]["is_default"]) == (201, True)
    assert defaults(cast) == [body["name"]]


def test_an_old_one_may_become_it_again(operator, make, body, cast):
    make({**body, "is_default": True})
    (local,) = [row for row in cast.rows(StorageProvider) if row.name == "Local storage"]

    response = operator.put(f"{PROVIDERS}/{local.id}", {"is_default": True})

    assert (response.status_code, defaults(cast)) == (200, ["Local storage"])


def test_there_is_always_one(operator, cast):
    (local,) = cast.rows(StorageProvider)

    response = operator.put(f"{PROVIDERS}/{local.id}", {"is_default": False})

    assert (response.status_code, list(response.json["details"])) == (400, ["is_default"])
    assert defaults(cast) == ["Local storage"]


def test_a_default_in_use_is_not_deleted(operator, job, cast):
    (local,) = cast.rows(StorageProvider)

    response = operator.delete(f"{PROVIDERS}/{local.id}")

    assert (response.status_code, response.json["error"]) == (409, "STORAGE_IN_USE")


def test_many_at_once_leave_one(make, body, cast):
    ids = [make({**body, "name": f"Vault {n}"})["id"] for n in range(4)]
    callers = [cast.caller("operator") for _ in ids]
    answers = []
    together = threading.Barrier(len(ids))

    def ask(caller, provider_id):
        together.wait()
        answers.append(caller.put(f"{PROVIDERS}/{provider_id}", {"is_default": True}))

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(callers, ids, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(defaults(cast)) == 1
