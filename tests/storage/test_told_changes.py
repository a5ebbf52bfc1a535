"""A change of a storage by which the jobs on it are judged is an event; any other is none."""

import pytest

from app.core import clock
from app.core.tenancy import as_tenant
from app.storage.drivers.base import Immutability
from app.storage.models import StorageProvider
from app.storage.service import findings

PROVIDERS = "/api/v1/storage/providers"


@pytest.fixture
def find_immutable(app, cast):
    """Keep what a deletion that was tried has shown."""

    def call(made, shown):
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            seen = findings.Seen.of(session.get_one(StorageProvider, made["id"]))
            findings.keep_immutability(seen, Immutability(shown, ""), clock.utcnow())

    return call


@pytest.mark.parametrize("change", [{"location_type": "offsite"}, {"is_immutable": True}])
def test_what_jobs_are_judged_by_is_told(operator, cast, make, body, change):
    made = make({**body, "location_type": "onsite", "is_immutable": False})

    operator.put(f"{PROVIDERS}/{made['id']}", change)

    assert cast.events() == ["storage.changed"]


def test_another_name_is_not_told(operator, cast, make, body):
    made = make(body)

    operator.put(f"{PROVIDERS}/{made['id']}", {"name": "Another"})

    assert cast.events() == []


def test_each_change_of_what_is_proven_is_told_once(cast, make, body, find_immutable):
    made = make(body)

    for shown in (None, True, True, False, None):
        find_immutable(made, shown)

    assert cast.events() == ["storage.changed"] * 3
