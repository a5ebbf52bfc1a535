"""What Windows PowerShell really puts on the wire lands."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.models import Execution
from app.core import clock

THREE = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)

# What ConvertTo-Json of Windows PowerShell 5.1 prints, line ends and double spaces included.
SCRIPT = """{{
    "job_id":  {job_id},
    "execution_result":  "Success",
    "execution_date":  {date},
    "backup_size_bytes":  {size},
    "duration_seconds":  {duration},
    "error_message":  {message},
    "source_system":  "veeam"
}}""".replace("\n", "\r\n")


def script(job, *, date="null", size="0", duration="0", message='""') -> str:
    return SCRIPT.format(job_id=job.id, date=date, size=size, duration=duration, message=message)


@pytest.fixture
def landed(send, cast):
    """Post raw bytes to /status and give the row that they became."""

    def post(raw: bytes, content_type: str | None = "application/json") -> Execution:
        response = send("status", raw, content_type)
        assert response.status_code == 201, response.json
        (row,) = cast.rows(Execution)
        return row

    return post


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252(landed, veeam_job):
    row = landed(script(veeam_job, message='"Gerät „E:“ fehlt – 5 €"').encode("cp1252"))

    assert row.error_message == "Gerät „E:“ fehlt – 5 €"
    assert row.encoding_repaired is True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_unicode_is_read_with_and_without_its_mark(landed, veeam_job, encoding):
    row = landed(script(veeam_job, message='"バックアップ失敗"').encode(encoding))

    assert row.error_message == "バックアップ失敗"
    assert row.encoding_repaired is False


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "application/json; charset=utf-8", None]
)
def test_json_is_read_under_any_type_that_scripts_send(landed, veeam_job, content_type):
    row = landed(script(veeam_job).encode(), content_type)

    assert row.status == "success"


@pytest.mark.parametrize(
    "date",
    [
        r'"\/Date(1761793200000)\/"',
        r'{"value": "\/Date(1761793200000)\/", "DisplayHint": 2, "DateTime": "Thursday"}',
        '"2025-10-30T12:00:00.0000000+09:00"',
        '"2025-10-30T03:00:00Z"',
        '"2025-10-30 03:00:00"',
    ],
)
def test_every_form_of_a_date_is_the_same_moment(landed, veeam_job, date):
    row = landed(script(veeam_job, date=date).encode())

    assert row.execution_date == THREE


def test_a_date_without_an_offset_is_in_the_jobs_time_zone(landed, cast):
    job = cast.create_job(backup_tool="veeam", timezone="Asia/Tokyo")

    row = landed(script(job, date='"2025-10-30T12:00:00"').encode())

    assert row.execution_date == THREE


@pytest.mark.parametrize(
    ("size", "duration"),
    [
        ("1073741824", "300.52"),
        ("1.073741824E+9", '"300.52"'),
        ('"1073741824,0"', '"300,52"'),
    ],
)
def test_numbers_are_read_in_every_culture(landed, veeam_job, size, duration):
    row = landed(script(veeam_job, size=size, duration=duration).encode())

    assert (row.backup_size_bytes, row.duration_seconds) == (2**30, 300.52)


@pytest.mark.parametrize("nothing", ["null", '""', "{}"])
def test_nothing_in_any_form_is_absent(landed, veeam_job, nothing):
    raw = script(veeam_job, date=nothing, size=nothing, duration=nothing, message=nothing)

    row = landed(raw.encode())

    assert (row.backup_size_bytes, row.duration_seconds, row.error_message) == (None, None, None)
    assert clock.utcnow() - row.execution_date < timedelta(minutes=1)


def test_a_negative_duration_is_not_known_and_logged(landed, veeam_job, capsys):
    row = landed(script(veeam_job, duration="-63897984000.52").encode())

    assert (row.duration_seconds, row.finished_at) == (None, None)
    assert "duration_seconds is negative and counts as not known" in capsys.readouterr().out


def test_a_running_sessions_end_of_1900_is_not_known(send, cast, veeam_job):
    body = {
        "job_id": veeam_job.id,
        "start_time": "2026-10-30T03:00:00",
        "end_time": "1900-01-01T00:00:00",
        "status": "warning",
    }

    response = send("record-execution", body)

    assert response.status_code == 201
    (row,) = cast.rows(Execution)
    assert (row.started_at.hour, row.finished_at, row.duration_seconds) == (3, None, None)


def test_an_end_is_never_after_the_arrival(send, cast, veeam_job):
    now = clock.utcnow()
    body = {
        "job_id": veeam_job.id,
        "start_time": clock.to_wire(now - timedelta(hours=1)),
        "end_time": clock.to_wire(now + timedelta(hours=9)),
        "status": "success",
    }

    with clock.hold(now):
        response = send("record-execution", body)

    assert response.status_code == 201
    assert cast.rows(Execution)[0].finished_at == now


def test_names_of_fields_are_taken_in_any_case(landed, veeam_job):
    raw = f'{{"Job_ID": "{veeam_job.id}", "EXECUTION_RESULT": "SUCCESS"}}'

    row = landed(raw.encode())

    assert (row.job_id, row.status) == (veeam_job.id, "success")


def test_unknown_fields_are_ignored_and_logged_once_a_key(send, cast, veeam_job, capsys):
    body = {"job_id": veeam_job.id, "execution_result": "success", "vm_count": 12}

    codes = [send("status", body).status_code for _ in range(3)]

    assert codes == [201, 201, 201]
    lines = [line for line in capsys.readouterr().out.splitlines() if "vm_count" in line]
    assert len(lines) == 1
    assert "unknown_field_ignored" in lines[0]


def test_a_query_string_is_not_judged(reporter, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    response = reporter.post("/api/backup/status?host=bk01&host=bk02", body)

    assert response.status_code == 201
    assert len(cast.rows(Execution)) == 1
