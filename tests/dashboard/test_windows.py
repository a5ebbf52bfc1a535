"""The windows of the dashboard, and what is worked out from its counts."""

from datetime import UTC, date, datetime

import pytest

from app.dashboard.rules import carried, success_rate, walked_back, window_of

NOW = datetime(2026, 3, 1, 16, 42, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "first", "end", "days"),
    [
        ("last_24h", "2026-02-28T16", "2026-03-01T17", 2),
        ("last_7d", "2026-02-22", "2026-03-02", 8),
        ("last_30d", "2026-01-30", "2026-03-02", 31),
    ],
)
def test_a_window_goes_from_a_full_hour_or_midnight_to_the_end_of_now(period, first, end, days):
    window = window_of(period, NOW)

    assert (window.first, window.end) == (first, end)
    assert len(list(window.days())) == days


@pytest.mark.parametrize("period", ["last_24h", "last_7d", "last_30d"])
def test_a_view_tells_its_window(show, now, period):
    data = show("backup-stats", time_period=period)

    window = window_of(period, now)
    assert data["time_period"] == period
    assert data["from"] == f"{window.from_.isoformat()[:19]}Z"
    assert data["to"] == f"{window.to.isoformat()[:19]}Z"


def test_another_period_is_refused(viewer):
    response = viewer.get("/api/v1/dashboard/overview?time_period=last_year")

    assert response.status_code == 400
    assert list(response.json["details"]) == ["time_period"]


@pytest.mark.parametrize(
    ("runs", "rate"),
    [
        ({}, None),
        ({"cancelled": 3}, None),
        ({"success": 2, "warning": 1, "failed": 1, "cancelled": 9}, 75.0),
        ({"success": 1, "missed": 2}, 33.33),
    ],
)
def test_the_success_rate_leaves_cancelled_runs_aside(runs, rate):
    assert success_rate(runs) == rate


def test_a_day_without_a_measurement_has_that_of_the_day_before():
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    measured = [(1, date(2026, 2, 20), 5), (2, days[1], 7), (1, days[2], 6)]

    assert carried(measured, days) == {days[0]: 5, days[1]: 12, days[2]: 13}


def test_changes_lead_back_from_how_things_stand():
    changes = [
        ("2026-03-02", "compliant", "non_compliant", 1),
        ("2026-03-02", None, "unknown", 1),
        ("2026-03-03", "warning", None, 2),
    ]
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]

    found = walked_back({"non_compliant": 3, "unknown": 1}, changes, days)

    assert +found["2026-03-03"] == {"non_compliant": 3, "unknown": 1}
    assert +found["2026-03-02"] == {"non_compliant": 3, "unknown": 1, "warning": 2}
    assert +found["2026-03-01"] == {"non_compliant": 2, "compliant": 1, "warning": 2}
