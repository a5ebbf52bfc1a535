"""GET /notifications: what was sent, and each attempt at it."""

import pytest

from app.core import clock

PATH = "/api/v1/notifications"


@pytest.fixture
def told(teller, postmaster):
    """A digest by one channel, and a single message by another that is refused."""
    postmaster.refused = {"bad@example.com": "550 Unknown"}
    many = teller.email_channel(event_types=["backup.*"])
    bad = teller.email_channel(recipients=["bad@example.com"], event_types=["storage.*"])
    teller.notices(9)
    alert_id = teller.notices(type="storage.low")
    teller.tell()
    return {"many": many["id"], "bad": bad["id"], "alert": alert_id}


def test_the_newest_come_first_with_all_that_is_known(teller, told):
    bad, many = teller.sent()

    assert (many["kind"], many["items_count"], many["status"]) == ("digest", 9, "sent")
    assert (bad["kind"], bad["status"], bad["channel_id"]) == ("single", "failed", told["bad"])
    (attempt,) = bad["tries"]
    assert attempt["result"] == "refused"
    assert attempt["message"].endswith("550 Unknown")
    assert clock.parse_wire(attempt["at"]) == teller.now


def test_finds_what_is_asked_for(teller, told):
    def kinds(query):
        return [row["kind"] for row in teller.sent(query)]

    assert kinds(f"channel_id={told['many']}") == ["digest"]
    assert kinds(f"alert_id={told['alert']}") == ["single"]
    assert kinds(f"alert_id={told['alert'] - 1}") == ["digest"]
    assert kinds("status=failed") == ["single"]
    assert kinds("kind=digest") == ["digest"]
    assert kinds(f"to={clock.to_wire(teller.now)}") == []
    assert kinds(f"from={clock.to_wire(teller.now)}") == ["single", "digest"]


def test_reads_on_by_cursor(admin, told):
    first = admin.get(f"{PATH}?cursor=&page_size=1").json
    second = admin.get(f"{PATH}?page_size=1&cursor={first['meta']['next_cursor']}").json

    assert [row["kind"] for row in first["data"] + second["data"]] == ["single", "digest"]
    assert second["meta"]["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["status=lost", "channel_id=x", "alert_id=0", "from=yesterday", "sort=title", "what=1"]
)
def test_wrong_filters_are_refused(admin, query):
    response = admin.get(f"{PATH}?{query}")

    assert response.status_code == 400
    assert query.partition("=")[0] in response.json["details"]


def test_another_tenant_sees_none_of_it(outsider, told):
    assert outsider.get(PATH).json["data"] == []
