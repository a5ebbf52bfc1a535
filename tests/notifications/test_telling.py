"""From a turn of an alert to what a channel is sent, and when."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from tests.support.rows import dump


def subjects(postmaster):
    return [message["Subject"] for message in postmaster.taken]


def set_tenant(app, **fields):
    with app.app_context(), unscoped() as session:
        tenant = session.query(Tenant).filter_by(slug="acme").one()
        for name, value in fields.items():
            setattr(tenant, name, value)


def local(teller, minutes):
    """A time of the day so long from now, in UTC."""
    return (teller.now + timedelta(minutes=minutes)).strftime("%H:%M")


def test_an_alert_and_its_end_are_told(teller, postmaster):
    channel = teller.email_channel()
    teller.notices(title="Finance failed")
    teller.tell()
    teller.notices(title="Finance failed", kind="resolved", status="resolved")
    teller.tell()

    assert subjects(postmaster) == [
        "[Holdfast] [HIGH] Finance failed",
        "[Holdfast] [HIGH] Resolved: Finance failed",
    ]
    assert "/api/v1/alerts/" in postmaster.bodies()[0]
    assert clock.parse_wire(teller.shown(channel)["last_success_at"]) == teller.now


def test_a_few_go_each_by_itself(teller, postmaster):
    teller.email_channel()
    teller.notices(5)

    teller.tell()

    assert len(postmaster.taken) == 5


def test_nothing_goes_before_it_has_gathered(teller, postmaster):
    channel = teller.email_channel()
    teller.notices()
    teller.take()

    teller.pass_time(seconds=9)

    assert (postmaster.taken, len(teller.items())) == ([], 1)
    due = clock.parse_wire(teller.shown(channel)["next_send_at"])
    assert due == teller.now + timedelta(seconds=1)


def test_after_a_storm_the_next_ones_come_as_one_message(teller, postmaster):
    teller.email_channel()
    teller.notices(6)
    teller.tell()
    for _ in range(3):
        teller.notices()
        teller.tell()
    in_storm = subjects(postmaster)
    teller.pass_time(minutes=5)

    assert in_storm == ["[Holdfast] [HIGH] 6 messages: 6 high"]
    assert subjects(postmaster)[1:] == ["[Holdfast] [HIGH] 3 messages: 3 high"]


def test_each_channel_is_told_what_it_wants(teller, postmaster):
    teller.email_channel(recipients=["all@example.com"], min_severity="info")
    teller.email_channel(recipients=["bad@example.com"], min_severity="critical")
    teller.email_channel(recipients=["san@example.com"], event_types=["storage.*"])
    teller.email_channel(recipients=["off@example.com"], is_active=False)
    teller.notices(severity="high")

    teller.tell()

    assert postmaster.recipients == [["all@example.com"]]


def test_a_notice_is_handled_once_however_often_it_is_looked_at(teller, postmaster):
    teller.email_channel()
    teller.notices()

    assert (teller.take(), teller.take()) == (1, 0)
    assert len(teller.items()) == 1


def test_a_tenant_is_told_of_its_own_alone(teller, postmaster, cast):
    teller.email_channel()
    teller.notices(tenant="globex")

    teller.tell()

    assert (postmaster.taken, teller.items()) == ([], [])


@pytest.mark.parametrize("whose", ["channel", "tenant"])
def test_quiet_hours_hold_back_all_but_what_is_critical(teller, postmaster, app, whose):
    quiet = {"from": local(teller, -60), "to": local(teller, 60)}
    teller.email_channel(quiet_hours=quiet if whose == "channel" else None)
    if whose == "tenant":
        set_tenant(app, quiet_hours=quiet)
    teller.notices(2, severity="high")
    teller.notices(severity="critical", title="Vault gone")

    teller.tell()
    at_night = subjects(postmaster)
    teller.pass_time(minutes=61)

    assert at_night == ["[Holdfast] [CRITICAL] Vault gone"]
    assert subjects(postmaster)[1:] == ["[Holdfast] [HIGH] 2 messages: 2 high"]


def test_a_daily_digest_goes_at_the_tenants_time(teller, postmaster, app):
    set_tenant(app, digest_times=[local(teller, 90)])
    teller.email_channel(digest="daily")
    teller.notices(3)

    teller.take()
    teller.pass_time(minutes=88)
    assert postmaster.taken == []
    teller.pass_time(minutes=3)

    assert subjects(postmaster) == ["[Holdfast] [HIGH] 3 messages: 3 high"]


def test_a_suspended_tenant_is_told_nothing(teller, postmaster, app):
    teller.email_channel()
    teller.notices(2)
    teller.take()
    set_tenant(app, is_suspended=True)
    teller.notices()

    teller.tell()
    set_tenant(app, is_suspended=False)
    teller.tell()

    assert postmaster.taken == []
    assert [(row["status"], row["items_count"]) for row in teller.sent()] == [("suppressed", 2)]


def test_what_waits_for_a_deleted_channel_is_dropped(teller, postmaster, admin):
    channel = teller.email_channel()
    teller.notices()
    teller.take()
    admin.delete(f"/api/v1/notification-channels/{channel['id']}")

    teller.pass_time(seconds=11)

    assert postmaster.taken == []
    assert [row["status"] for row in teller.sent()] == ["dropped"]


def test_a_channel_that_does_not_get_through_is_not_told_of_itself(teller, postmaster):
    channel = teller.email_channel()
    own = {"subject_type": "notification_channel", "subject_id": channel["id"]}
    teller.notices(type="notification.failed", **own)

    teller.tell()

    assert postmaster.taken == []


def test_a_warning_that_was_asked_to_be_quiet_is(teller, postmaster):
    teller.email_channel()
    teller.notices(type="backup.warned", severity="medium", data={"notify": False})
    teller.notices(type="backup.failed", title="It failed", data={"notify": False})

    teller.tell()

    assert subjects(postmaster) == ["[Holdfast] [HIGH] It failed"]


def test_being_told_is_no_change_of_the_channel(teller, postmaster, cast):
    channel = teller.email_channel()
    before = dump(cast)["notification_channels"][0]
    teller.notices()

    teller.tell()

    after = dump(cast)["notification_channels"][0]
    assert after["last_success_at"] is not None
    assert (after["version"], after["updated_at"]) == (channel["version"], before["updated_at"])
