"""POST /alerts/bulk-acknowledge: all of them, or none when one is not the tenant's."""

from app.alerts.models import Alert
from app.core import clock
from tests.support.rows import keep_alert

PATH = "/api/v1/alerts/bulk-acknowledge"


def statuses(cast):
    return [alert.status for alert in cast.rows(Alert)]


def test_acknowledges_all_and_leaves_what_was_attended_to(cast, operator):
    new = keep_alert(cast)
    seen = keep_alert(cast, status="acknowledged", acknowledged_by="alice")
    done = keep_alert(cast, status="resolved", resolved_at=clock.utcnow())

    response = operator.post(PATH, {"ids": [done, new, seen, new], "comment": "Mine."})

    assert response.status_code == 200
    assert response.json["data"] == {"acknowledged": [new], "unchanged": [seen, done]}
    assert statuses(cast) == ["acknowledged", "acknowledged", "resolved"]
    assert cast.rows(Alert)[1].acknowledged_by == "alice"


def test_names_another_tenants_ids_and_changes_none(cast, outsider, operator):
    mine = keep_alert(cast)

    response = outsider.post(PATH, {"ids": [mine]})

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")
    assert response.json["details"] == {"ids": [mine]}
    assert statuses(cast) == ["open"]


def test_changes_none_when_one_is_missing(cast, operator):
    mine = keep_alert(cast)

    response = operator.post(PATH, {"ids": [mine, 999_999_999]})

    assert (response.status_code, response.json["details"]) == (404, {"ids": [999_999_999]})
    assert statuses(cast) == ["open"]


def test_refuses_what_is_no_list_of_ids(cast, operator):
    for ids in ([], None, "7", [0], ["7"], [1.5], list(range(1, 502))):
        response = operator.post(PATH, {"ids": ids})
        assert response.status_code == 400, ids
        assert next(iter(response.json["details"])).startswith("ids"), ids


def test_takes_five_hundred(cast, operator):
    with cast.app.app_context():
        ids = [keep_alert(cast)]
    wanted = [*ids, *range(10**9, 10**9 + 499)]

    response = operator.post(PATH, {"ids": wanted})

    assert (response.status_code, len(response.json["details"]["ids"])) == (404, 499)
