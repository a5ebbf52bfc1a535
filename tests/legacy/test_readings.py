from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.legacy.errors import InvalidFields
from app.legacy.rules.readings import identify, read_copy, read_status
from app.legacy.rules.reports import CopyReport, StatusReport
from app.legacy.values import (
    COPY_STATUS,
    RECORD_EXECUTION,
    STATUS,
    UPDATE_COPY_STATUS,
    UPDATE_STATUS,
)

NOW = datetime(2025, 10, 30, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
RECORD = {
    "job_id": 7,
    "status": "Failed",
    "start_time": "2025-10-30T03:00:00",
    "end_time": "2025-10-30T03:05:00",
    "details": {"code": 5},
}


def status(data: dict[str, Any], endpoint: str) -> StatusReport:
    return read_status(data, endpoint, zone=TOKYO, now=NOW)


def test_status_is_read_by_its_own_names() -> None:
    report = status(
        {
            "job_id": "7",
            "execution_result": "Warning",
            "execution_date": "2025-10-30 03:00:00",
            "backup_size_bytes": "1024,4",
            "duration_seconds": 300.52,
            "error_message": "slow",
            "source_system": "veeam",
        },
        STATUS,
    )

    assert report == StatusReport(
        job_id=7,
        result="warning",
        started_at=None,
        finished_at=None,
        single_date=datetime(2025, 10, 29, 18, 0, tzinfo=UTC),
        size_bytes=1024,
        duration_seconds=300.52,
        error_message="slow",
        details=None,
        source_system="veeam",
        warnings=(),
        unknown_fields=(),
    )


def test_update_status_is_read_by_the_older_names_and_lists_the_unknown_ones() -> None:
    report = status(
        {"job_id": 7, "status": "success", "backup_size": 5, "backup_size_bytes": 6, "x": 1},
        UPDATE_STATUS,
    )

    assert (report.size_bytes, report.source_system) == (5, "powershell")
    assert report.unknown_fields == ("backup_size_bytes", "x")


def test_record_execution_gives_its_details_as_the_error_of_a_failed_run() -> None:
    report = status(RECORD, RECORD_EXECUTION)

    assert report.started_at == datetime(2025, 10, 29, 18, 0, tzinfo=UTC)
    assert report.finished_at == datetime(2025, 10, 29, 18, 5, tzinfo=UTC)
    assert (report.details, report.error_message) == ('{"code":5}', '{"code":5}')


def test_details_of_a_success_are_no_error() -> None:
    report = status(RECORD | {"status": "success", "details": "all well"}, RECORD_EXECUTION)

    assert (report.details, report.error_message) == ("all well", None)


@pytest.mark.parametrize(
    ("end", "warning"),
    [
        ("1900-01-01T00:00:00", "end_time is over ten years old and counts as not known"),
        ("2025-10-30T02:59:59", "end_time is before start_time and counts as not known"),
    ],
)
def test_the_end_of_a_running_session_is_not_known(end: str, warning: str) -> None:
    report = status(RECORD | {"end_time": end}, RECORD_EXECUTION)

    assert (report.finished_at, report.warnings) == (None, (warning,))


@pytest.mark.parametrize("absent", [None, "", {}])
def test_absent_times_of_record_execution_are_required(absent: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        status({"job_id": 7, "status": "success", "start_time": absent}, RECORD_EXECUTION)

    assert refused.value.details == {
        "start_time": "start_time is required",
        "end_time": "end_time is required",
    }


def test_field_names_come_in_any_case_and_the_exact_one_wins() -> None:
    report = status({"JOB_ID": 8, "Job_Id": 9, "job_id": 7, "Status": "Success"}, UPDATE_STATUS)

    assert (report.job_id, report.result) == (7, "success")
    assert report.unknown_fields == ("JOB_ID", "Job_Id")


def test_a_bad_id_is_told_together_with_every_other_problem() -> None:
    with pytest.raises(InvalidFields) as refused:
        identify({"status": "None", "backup_size": -1}, UPDATE_STATUS, now=NOW)

    assert refused.value.details == {
        "job_id": "job_id is required",
        "status": "status must be one of: success, failed, warning",
        "backup_size": "backup_size must not be negative",
    }
    assert refused.value.message == "Refused fields: job_id, status, backup_size"


def test_a_good_id_is_known_before_the_other_fields_are_judged() -> None:
    assert identify({"Job_ID": "7", "status": "None"}, UPDATE_STATUS, now=NOW) == 7
    assert identify({"copy_id": 3.0}, COPY_STATUS, now=NOW) == 3


def test_long_texts_are_cut_rather_than_refused() -> None:
    report = status(
        {
            "job_id": 7,
            "execution_result": "failed",
            "error_message": "é" * 20_000,
            "source_system": "s" * 200,
        },
        STATUS,
    )

    assert report.error_message is not None
    assert report.error_message.endswith("characters left out]")
    assert (len(report.error_message) <= 10_000, len(report.source_system)) == (True, 100)


def test_copy_status_names_the_copy_and_may_leave_its_status_out() -> None:
    data = {"copy_id": 3, "last_backup_date": "2025-10-30T03:00:00Z", "last_backup_size": "5"}

    report = read_copy(data, COPY_STATUS, zone=TOKYO, now=NOW)

    date = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)
    assert report == CopyReport(3, None, None, date, 5, None, None, (), ())


def test_update_copy_status_names_the_job_and_must_have_a_status() -> None:
    data = {"job_id": 7, "copy_size": 5, "duration_seconds": -1, "error_message": {"a": 1}}

    report = read_copy(data | {"status": "UNKNOWN"}, UPDATE_COPY_STATUS, zone=TOKYO, now=NOW)

    warning = "duration_seconds is negative and counts as not known"
    assert report == CopyReport(None, 7, "unknown", None, 5, None, '{"a":1}', (warning,), ())
    with pytest.raises(InvalidFields, match="status is required"):
        read_copy(data, UPDATE_COPY_STATUS, zone=TOKYO, now=NOW)
