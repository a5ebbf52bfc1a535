"""What a script meant is what is kept, in whatever of PowerShell's ways it was written."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.backups.models import Execution
from app.core import clock
from app.core.tenancy import unscoped
from tests.support.reports import (
    CONTENT_TYPES,
    NOW,
    WRITINGS,
    ZONES,
    Sent,
    durations,
    is_utf8,
    moments,
    results,
    sizes,
    texts,
)

REPEATED = settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STATUS = {
    "status": ("execution_result", "backup_size_bytes", "source_system"),
    "update-status": ("status", "backup_size", None),
}
_NEVER = Sent("1900-01-01T00:00:00", None)


@pytest.fixture
def told(send, cast, app):
    """Post to an endpoint for a new job of a zone; the execution that it became."""

    def post(endpoint, zone, fields, writing, content_type):
        job = cast.create_job(backup_tool="veeam", timezone=zone)
        raw = writing.write({"job_id": Sent(job.id, job.id), **fields})
        with clock.hold(NOW):
            response = send(endpoint, raw, content_type)
        assert response.status_code == 201, (raw, response.text)
        with app.app_context(), unscoped(read_only=True) as session:
            row = session.get_one(Execution, response.json["execution_id"])
        assert row.encoding_repaired == (writing.is_western and not is_utf8(raw))
        return row

    return post


@REPEATED
@given(data=st.data())
def test_a_status_is_kept_as_it_was_meant(told, data):
    endpoint, zone = data.draw(st.sampled_from([*STATUS])), data.draw(st.sampled_from(ZONES))
    writing = data.draw(WRITINGS)
    result_name, size_name, source_name = STATUS[endpoint]
    result, size, duration = data.draw(st.tuples(results(), sizes(), durations()))
    message = data.draw(texts(is_western=writing.is_western))
    fields = {
        result_name: result,
        size_name: size,
        "duration_seconds": duration,
        "error_message": message,
    }
    at = Sent(None, None)
    if source_name:
        fields["execution_date"] = at = data.draw(moments(zone) | st.just(at))

    row = told(endpoint, zone, fields, writing, data.draw(st.sampled_from(CONTENT_TYPES)))

    assert (row.status, row.backup_size_bytes) == (result.meant, size.meant)
    assert (row.error_message, row.source_system) == (message.meant, "powershell")
    assert row.duration_seconds == duration.meant
    length = timedelta(seconds=duration.meant or 0)
    assert row.execution_date == (at.meant or NOW - length)
    assert row.finished_at is None or row.finished_at <= NOW


@REPEATED
@given(data=st.data())
def test_a_run_is_kept_with_its_start_and_its_end(told, data):
    zone, writing = data.draw(st.sampled_from(ZONES)), data.draw(WRITINGS)
    start = data.draw(moments(zone))
    # Veeam gives a session that still runs an end in 1900.
    end = data.draw(moments(zone) | st.just(_NEVER))
    result, size = data.draw(st.tuples(results(), sizes()))
    details = data.draw(texts(is_western=writing.is_western))
    fields = {
        "status": result,
        "start_time": start,
        "end_time": end,
        "backup_size": size,
        "details": details,
    }

    row = told("record-execution", zone, fields, writing, data.draw(st.sampled_from(CONTENT_TYPES)))

    assert (row.status, row.backup_size_bytes) == (result.meant, size.meant)
    assert row.error_message == (None if result.meant == "success" else details.meant)
    assert (row.execution_date, row.started_at) == (start.meant, min(start.meant, NOW))
    is_known = end.meant is not None and end.meant >= start.meant
    assert row.finished_at == (min(end.meant, NOW) if is_known else None)
    seconds = (end.meant - start.meant).total_seconds() if is_known else None
    assert row.duration_seconds == seconds
