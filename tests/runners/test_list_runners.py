"""GET /runners and GET /runners/{id}: which hosts execute, and whether they are there."""

from datetime import timedelta

from app.core import clock
from app.runners.models import Runner

URL = "/api/v1/runners"


def test_shows_who_was_heard_of_and_what_they_told(viewer, runner, cast):
    cast.runner("silent")
    runner.post(f"{URL}/claim", {"version": "1.2.0", "platform": "Windows 2022"})

    first, second = viewer.get(URL).json["data"]

    assert (first["name"], first["online"], first["runner_version"], first["platform"]) == (
        "branch-office",
        True,
        "1.2.0",
        "Windows 2022",
    )
    assert first["last_seen_at"] is not None
    assert (second["name"], second["online"], second["last_seen_at"]) == ("silent", False, None)


def test_finds_those_that_are_online(viewer, runner, cast):
    cast.runner("silent")
    runner.post(f"{URL}/claim", {})

    names = {
        word: [row["name"] for row in viewer.get(f"{URL}?online={word}").json["data"]]
        for word in ("true", "false")
    }

    assert names == {"true": ["branch-office"], "false": ["silent"]}


def test_is_offline_after_90_seconds_of_silence(viewer, runner, cast, change):
    (row,) = cast.rows(Runner)
    change(Runner, row.id, last_seen_at=clock.utcnow() - timedelta(seconds=91))

    shown = viewer.get(f"{URL}/{row.id}").json["data"]

    assert (shown["online"], shown["lost_at"]) == (False, None)


def test_shows_no_key(viewer, runner, cast):
    (row,) = cast.rows(Runner)

    response = viewer.get(f"{URL}/{row.id}")

    assert runner.key not in response.text
    assert "key" not in response.json["data"]


def test_other_tenants_runners_are_not_listed(outsider, runner):
    assert outsider.get(URL).json["data"] == []
