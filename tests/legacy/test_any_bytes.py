"""Whatever bytes come under whatever type: 2xx, or a 4xx in the nested envelope, and kept."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.tenancy import unscoped
from app.legacy.models import RejectedReport
from app.legacy.values import COPY_ENDPOINTS, STATUS_ENDPOINTS
from tests.support.reports import CONTENT_TYPES, WRITINGS, Sent

ENDPOINTS = (*STATUS_ENDPOINTS, *COPY_ENDPOINTS)
ODD_TYPES = st.sampled_from(["text/xml", "multipart/form-data; boundary=x", "json", "/", 'a/b;c="'])
KINDS = st.sampled_from([kind or "" for kind in CONTENT_TYPES])
CODES = {
    "VALIDATION_ERROR": 400,
    "MALFORMED_JSON": 400,
    "JOB_NOT_FOUND": 404,
    "COPY_NOT_FOUND": 404,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}
# The worst that JSON can hold, in the fields that matter.
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.text("0123456789-:.TZ+/Date()", max_size=25),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["value", "DateTime", "\x00", ""]), st.text(max_size=5)),
)


@st.composite
def bodies(draw, job_id, copy_id):
    """Bytes that are nothing, or a sound report with odd values, or one with some bytes changed."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=60))
    names = ["status", "execution_result", "start_time", "end_time", "execution_date"]
    names += ["backup_size", "duration_seconds", "error_message", "details", "source_system"]
    fields = {"job_id": job_id, "copy_id": copy_id, "status": "success"}
    fields |= {"execution_result": "failed", "start_time": "2026-01-31T02:00:00Z"}
    fields |= {"end_time": "2026-01-31T02:05:00Z"}
    fields |= draw(
        st.dictionaries(st.sampled_from([*names, "Job_ID", "ü"]), ODD_VALUES, max_size=3)
    )
    writing = draw(WRITINGS)
    try:
        raw = writing.write({name: Sent(value, value) for name, value in fields.items()})
    except UnicodeEncodeError:
        raw = json.dumps(fields).encode()
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(max_size=3)) + raw[place + draw(st.integers(0, 2)) :]
    return raw


def newest(app, model):
    """The last row of a model, None where there is none."""
    with app.app_context(), unscoped(read_only=True) as session:
        return session.scalars(select(model).order_by(model.id.desc()).limit(1)).first()


@pytest.fixture
def copy_id(cast, admin, veeam_job):
    body = {"name": "Vault", "location_type": "offsite", "media_type": "tape"}
    return admin.post(f"/api/v1/backups/{veeam_job.id}/copies", body).json["data"]["id"]


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_bytes_land_or_are_refused_and_kept(data, reporter, app, veeam_job, copy_id):
    endpoint = data.draw(st.sampled_from(ENDPOINTS))
    raw = data.draw(bodies(veeam_job.id, copy_id))
    kept_before = getattr(newest(app, RejectedReport), "id", 0)

    # The test client itself holds each answer against the document: no other shape passes.
    response = reporter.post(
        f"/api/backup/{endpoint}", data=raw, content_type=data.draw(KINDS | KINDS | ODD_TYPES)
    )

    kept = newest(app, RejectedReport)
    if response.status_code < 300:
        assert response.json["success"] is True
        assert getattr(kept, "id", 0) == kept_before
        return
    code = response.json["error"]["code"]
    assert CODES[code] == response.status_code
    if response.status_code == 415:
        assert getattr(kept, "id", 0) == kept_before
    else:
        assert kept.id > kept_before
        assert (kept.body, kept.code, kept.endpoint) == (raw, code, endpoint)
