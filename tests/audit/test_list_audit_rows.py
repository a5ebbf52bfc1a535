"""GET /audit: who did what, to what, and what was refused."""

from datetime import UTC, datetime, timedelta

import pytest

from app.audit.models import AuditRow

AUDIT = "/api/v1/audit"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def auditor(cast):
    return cast.caller("auditor")


@pytest.fixture
def find(auditor):
    """The actions of the rows that this query finds, in their order."""

    def call(query, caller=None):
        response = (caller or auditor).get(f"{AUDIT}?{query}")
        assert response.status_code == 200, response.text
        return [row["action"] for row in response.json["data"]]

    return call


def test_tells_who_changed_what_from_where(operator, job, auditor):
    path = f"/api/v1/backups/{job.id}"
    operator.put(path, {"name": "Renamed"}, headers={"X-Request-ID": "t-1"})

    (row,) = auditor.get(AUDIT).json["data"]

    assert row.pop("id") > 0
    assert row.pop("occurred_at") is not None
    assert row == {
        "action": "backups.update_job",
        "actor": {"kind": "user", "id": operator.actor.user_id, "name": operator.username},
        "address": "127.0.0.1",
        "trace_id": "t-1",
        "status": 200,
        "code": None,
        "path": path,
        "resource_type": "backup_job",
        "resource_id": job.id,
        "changes": [
            {"type": "backup_job", "id": job.id, "fields": {"name": [job.name, "Renamed"]}}
        ],
        "count": 1,
        "position": None,
        "hash": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["refused", "late", "early"]),
        ("actor=alice", ["late", "early"]),
        ("actor=user:3", ["late", "early"]),
        ("actor=key:3", ["refused"]),
        ("actor=user:4", []),
        ("action=late", ["late"]),
        ("resource_type=backup_job", ["early"]),
        ("resource_type=backup_job&resource_id=8", []),
        ("resource_id=9", ["late"]),
        ("status=403", ["refused"]),
        ("from=2026-03-01T12:00:00Z", ["refused", "late"]),
        ("to=2026-03-01T12:00:00Z", ["early"]),
        ("sort=id", ["early", "late", "refused"]),
        ("sort=occurred_at&page_size=1", ["early"]),
    ],
)
def test_finds_by_filter(query, found, keep_rows, find):
    keep_rows(1, action="early", occurred_at=NOON - HOUR)
    keep_rows(1, action="late", occurred_at=NOON, resource_type="user", resource_id=9)
    keep_rows(1, action="refused", occurred_at=NOON + HOUR, actor_kind="api_key",
              actor_name="script", status=403, resource_type=None, resource_id=None)  # fmt: skip

    assert find(query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("actor=", "actor"),
        ("resource_id=x", "resource_id"),
        ("status=9", "status"),
        ("from=yesterday", "from"),
        ("scope=mine", "scope"),
        ("sort=hash", "sort"),
        ("cursor=x", "cursor"),
        ("who=alice", "who"),
    ],
)
def test_refuses_a_wrong_filter_by_its_name(query, field, auditor):
    response = auditor.get(f"{AUDIT}?{query}")

    assert (response.status_code, list(response.json["details"])) == (400, [field])


def test_a_cursor_reads_all_and_ends(keep_rows, auditor):
    keep_rows(5)
    seen, cursor = [], ""

    while cursor is not None:
        page = auditor.get(f"{AUDIT}?page_size=2&cursor={cursor}").json
        seen += [row["id"] for row in page["data"]]
        cursor = page["meta"]["next_cursor"]

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


def test_the_sealed_rows_are_a_feed_to_follow(keep_rows, seal_all, auditor):
    path = f"{AUDIT}?sort=position&cursor="
    keep_rows(2)
    before = auditor.get(path).json
    seal_all()
    first = auditor.get(path).json
    keep_rows(1)
    seal_all()
    second = auditor.get(path + first["meta"]["next_cursor"]).json
    last = auditor.get(path + second["meta"]["next_cursor"]).json

    places = [[row["position"] for row in page["data"]] for page in (before, first, second, last)]
    assert places == [[], [1, 2], [3], []]
    assert last["meta"]["next_cursor"] is None


def test_another_tenants_rows_and_those_of_none_are_not_among_them(keep_rows, find):
    keep_rows(1, tenant="globex")
    keep_rows(1, tenant=None)

    assert find("") == []


def test_platform_administrators_read_what_belongs_to_no_tenant(cast, keep_rows, find):
    keep_rows(1, action="own")
    keep_rows(1, tenant=None, action="nobodys")
    above_all = cast.caller("auditor", is_platform_admin=True)

    assert find("scope=platform&count=exact", above_all) == ["nobodys"]


def test_nobody_else_reads_them(keep_rows, admin, cast):
    response = admin.get(f"{AUDIT}?scope=platform")

    assert (response.status_code, response.json["details"]) == (
        403,
        {"required": "platform:manage"},
    )
    assert [row.code for row in cast.rows(AuditRow)] == ["FORBIDDEN"]
