"""A refused post is kept: GET /rejected-reports, and .../{id}/dismiss."""

import itertools
import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert

from app.core import clock
from app.core.background import Rounds
from app.core.db import db
from app.core.tenancy import unscoped
from app.legacy.models import RejectedReport

URL = "/api/v1/rejected-reports"


def test_a_bad_field_is_kept_with_its_reason(send, cast, reporter, veeam_job):
    raw = f'{{"job_id": {veeam_job.id}, "execution_result": "None"}}'.encode()

    send("status", raw, "application/json")

    (row,) = cast.rows(RejectedReport)
    assert (row.body, row.content_type, row.endpoint) == (raw, "application/json", "status")
    assert (row.caller, row.caller_name) == (reporter.actor.key, reporter.actor.name)
    assert (row.code, row.status, row.address) == ("VALIDATION_ERROR", "open", "127.0.0.1")
    assert list(row.details) == ["execution_result"]


@pytest.mark.parametrize(
    ("endpoint", "raw", "code"),
    [
        ("status", b"job_id=7", "MALFORMED_JSON"),
        ("update-status", b'{"job_id": 99999999999999999999, "status": "x"}', "VALIDATION_ERROR"),
        ("record-execution", b'{"job_id": 4611686018427387904}', "JOB_NOT_FOUND"),
        ("copy-status", b'{"copy_id": 4611686018427387904}', "COPY_NOT_FOUND"),
        ("update-copy-status", b'{"a\\u0000b": 1}', "MALFORMED_JSON"),
    ],
)
def test_whatever_was_refused_with_400_or_404_is_kept(send, cast, endpoint, raw, code):
    response = send(endpoint, raw)

    assert response.json["error"]["code"] == code
    (row,) = cast.rows(RejectedReport)
    assert (row.endpoint, row.body, row.code) == (endpoint, raw, code)


def test_lists_without_bodies_and_filters(send, viewer, reporter):
    send("status", b"nonsense")
    send("copy-status", {"copy_id": 2**62})

    page = viewer.get(URL)
    found = viewer.get(f"{URL}?code=COPY_NOT_FOUND&status=open&caller={reporter.actor.key}")
    none = viewer.get(f"{URL}?status=dismissed")

    assert [item["endpoint"] for item in page.json["data"]] == ["copy-status", "status"]
    assert "body" not in page.json["data"][0]
    assert [item["code"] for item in found.json["data"]] == ["COPY_NOT_FOUND"]
    assert none.json["total"] == 0


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        ("Gerät".encode("cp1252"), "Gerät"),
        ("ジョブ".encode("utf-16"), "ジョブ"),
        (b"\xff\xfea", "\ufffd"),
        (b"a\x00b", "a\x00b"),
    ],
)
def test_shows_one_with_its_body_as_text(send, viewer, cast, raw, body):
    send("status", raw)
    (row,) = cast.rows(RejectedReport)

    response = viewer.get(f"{URL}/{row.id}")

    assert response.status_code == 200
    assert response.json["data"]["body"] == body
    assert response.headers["ETag"] == '"v1"'


def test_an_outsider_gets_404(send, outsider, cast):
    send("status", b"nonsense")
    (row,) = cast.rows(RejectedReport)

    answers = [
        outsider.get(f"{URL}/{row.id}"),
        outsider.post(f"{URL}/{row.id}/dismiss"),
        outsider.post(f"{URL}/{row.id}/accept", {"job_id": 1}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert cast.rows(RejectedReport)[0].status == "open"


def test_a_reporter_may_not_read_them(send, reporter):
    send("status", b"nonsense")

    response = reporter.get(URL)

    assert response.status_code == 403
    assert response.json["details"] == {"required": "backups:read"}


def test_is_dismissed_once(send, operator, cast):
    send("status", b"nonsense")
    (row,) = cast.rows(RejectedReport)

    first = operator.post(f"{URL}/{row.id}/dismiss")
    second = operator.post(f"{URL}/{row.id}/dismiss")

    assert (first.status_code, first.json["data"]["status"]) == (200, "dismissed")
    assert (second.status_code, second.json["error"]) == (409, "ALREADY_JUDGED")
    assert cast.rows(RejectedReport)[0].resolved_by == operator.username


def test_a_viewer_may_not_dismiss(send, viewer, cast):
    send("status", b"nonsense")
    (row,) = cast.rows(RejectedReport)

    response = viewer.post(f"{URL}/{row.id}/dismiss")

    assert response.status_code == 403
    assert cast.rows(RejectedReport)[0].status == "open"


def test_of_a_keys_reports_the_newest_thousand_stay(app, send, cast, reporter):
    send("status", b"first")
    (first,) = cast.rows(RejectedReport)
    fill(app, first, count=999)

    send("status", b"last")

    rows = cast.rows(RejectedReport)
    assert len(rows) == 1000
    assert (rows[0].id > first.id, rows[-1].body) == (True, b"last")


def test_no_more_than_a_thousand_stay_of_many_refused_at_once(app, send, cast):
    for endpoint in ("status", "update-status"):
        send(endpoint, b"first")
    fill(app, cast.rows(RejectedReport)[0], count=998)
    endpoints = itertools.cycle(("status", "update-status"))
    threads = [
        threading.Thread(target=send, args=(endpoint, b"at once"))
        for endpoint in itertools.islice(endpoints, 12)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    bodies = [row.body for row in cast.rows(RejectedReport)]
    assert (len(bodies), bodies.count(b"at once")) == (1000, 12)


def test_one_keys_reports_do_not_push_out_anothers(app, send, cast):
    other = cast.key_caller("reporter")
    other.post("/api/backup/status", data=b"theirs", content_type="application/json")
    send("status", b"first")
    fill(app, cast.rows(RejectedReport)[-1], count=1000)

    send("status", b"last")

    rows = cast.rows(RejectedReport)
    assert (len(rows), rows[0].body) == (1001, b"theirs")


def test_after_thirty_days_they_are_removed(app, send, cast):
    now = clock.utcnow()
    for days in (31, 29):
        with clock.hold(now - timedelta(days=days)):
            send("status", f"{days}".encode())

    with app.app_context():
        Rounds().run()

    assert [row.body for row in cast.rows(RejectedReport)] == [b"29"]


def fill(app, like, *, count):
    """Further rows that are like one that is there."""
    columns = [column.key for column in RejectedReport.__table__.c if column.key != "id"]
    copy = {name: getattr(like, name) for name in columns}
    with app.app_context(), unscoped():
        db.session.execute(insert(RejectedReport.__table__), [copy] * count)
