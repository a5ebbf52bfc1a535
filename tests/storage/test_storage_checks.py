"""The regular look: claimed once, kept, told when it makes a difference."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.tenancy import as_tenant
from app.storage.drivers.base import Immutability, Space
from app.storage.models import StorageProvider, StorageSample
from app.storage.service import checking, findings

NOW = clock.utcnow()


class Sent(list):
    """What a worker would be sent."""

    def __call__(self, *message):
        self.append(message)


@pytest.fixture
def claim(app):
    """Let a scheduler look for what is due; the messages that it sends."""

    def call(now=NOW):
        sent = Sent()
        with app.app_context():
            checking.claim_due(now, sent)
        return sent

    return call


@pytest.fixture
def check(app, claim):
    """Look at whatever is due, as a worker that takes the messages at once."""

    def call(now=NOW):
        for message in claim(now):
            with app.app_context():
                checking.check(*message, now)

    return call


@pytest.fixture
def kept(cast):
    def read(made):
        with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
            return session.get_one(StorageProvider, made["id"])

    return read


@pytest.fixture
def find(cast, kept):
    """Keep a finding about a provider."""

    def call(made, keep, found, now=NOW):
        seen = findings.Seen.of(kept(made))
        with cast.app.app_context(), as_tenant(cast.tenant("acme")):
            keep(seen, found, now)

    return call


def test_each_is_handed_over_once(claim, make, body):
    made = make(body)

    first, second = claim(), claim()

    assert made["id"] in {provider_id for provider_id, _, _ in first}
    assert (len(first), second) == (2, [])
    assert len(claim(NOW + checking.CHECK_EVERY)) == 2


def test_a_tape_and_a_deleted_one_are_left_alone(claim, operator, make, body):
    make({**body, "name": "Tape", "provider_type": "tape", "connection_string": "Vault 3"})
    made = make(body)
    operator.delete(f"/api/v1/storage/providers/{made['id']}")

    assert len(claim()) == 1


def test_keeps_whether_it_answers_and_how_full_it_is(check, make, body, kept, cast):
    made = make(body)

    check()

    assert (kept(made).is_online, kept(made).last_verified) == (True, NOW)
    samples = [row for row in cast.rows(StorageSample) if row.provider_id == made["id"]]
    assert [(row.sampled_on, row.total_bytes > 0) for row in samples] == [(NOW.date(), True)]
    assert kept(made).version == made["version"]


def test_a_day_has_one_sample(check, make, body, cast):
    made = make(body)
    for later in (timedelta(0), checking.CHECK_EVERY, timedelta(days=1)):
        check(NOW + later)

    samples = [row for row in cast.rows(StorageSample) if row.provider_id == made["id"]]
    assert len({row.sampled_on for row in samples}) == len(samples)
    assert samples[-1].sampled_on == (NOW + timedelta(days=1)).date()


def test_a_message_that_comes_too_late_is_left(app, claim, make, body, kept):
    made = make(body)
    (message,) = [one for one in claim() if one[0] == made["id"]]

    with app.app_context():
        checking.check(*message, NOW + checking.CHECK_EVERY)

    assert kept(made).is_online is None


def test_offline_is_told_once_and_so_is_its_return(check, make, body, folder, cast):
    make(body)
    folder.rmdir()
    check(NOW)
    check(NOW + checking.CHECK_EVERY)
    folder.mkdir()
    check(NOW + 2 * checking.CHECK_EVERY)

    assert cast.events() == ["storage.offline", "storage.online"]


def test_what_leads_out_of_the_roots_is_not_looked_at(check, make, body, folder, kept, tmp_path):
    made = make(body)
    folder.rmdir()
    folder.symlink_to(tmp_path)

    check()

    assert (kept(made).is_online, kept(made).last_error_code) == (False, "STORAGE_ADDRESS")
    assert list(tmp_path.iterdir()) == []


def test_low_space_is_told_once_until_it_has_recovered(find, make, body, kept, cast):
    made = make(body)
    for free in (50, 5, 4, 11, 5, 50, 5):
        find(made, findings.keep_space, Space(100, 100 - free, free))

    assert cast.events() == ["storage.low", "storage.recovered", "storage.low"]
    assert kept(made).is_low is True


def test_a_finding_about_what_was_changed_meanwhile_is_dropped(cast, operator, make, body, kept):
    made = make(body)
    seen = findings.Seen.of(kept(made))
    operator.put(f"/api/v1/storage/providers/{made['id']}", {"name": "Renamed"})

    with cast.app.app_context(), as_tenant(cast.tenant("acme")):
        findings.keep_immutability(seen, Immutability(True, ""), NOW)

    assert kept(made).immutability_proven is None


def test_immutability_is_tried_once_a_week_and_else_nothing_is_written(check, make, body, kept):
    made = make({**body, "is_immutable": True})
    check(NOW)
    first = kept(made).immutability_checked_at
    check(NOW + timedelta(days=6))
    second = kept(made).immutability_checked_at
    check(NOW + timedelta(days=7))

    assert (first, second) == (NOW, NOW)
    assert kept(made).immutability_checked_at == NOW + timedelta(days=7)


def test_how_much_is_low_is_the_tenants_own_word(find, make, body, kept, admin):
    limits = {"storage_low_percent": 30, "storage_ok_percent": 40}
    admin.put("/api/v1/config/monitoring", limits)
    made, states = make(body), []

    for free in (40, 29, 39, 40):
        find(made, findings.keep_space, Space(100, 100 - free, free))
        states.append(kept(made).is_low)

    assert states == [False, True, True, False]
