"""GET /backups lists the tenant's jobs."""

from datetime import timedelta

import pytest

from app.backups.models import BackupJob
from app.core import clock

JOBS = "/api/v1/backups"


def names(response):
    assert response.status_code == 200, response.json
    return [job["name"] for job in response.json["data"]]


@pytest.fixture
def pair(cast):
    """One job that every filter finds, and one that none does."""
    found = cast.create_job(
        name="found",
        is_active=False,
        backup_type="full",
        backup_tool="veeam",
        schedule_type="monthly",
        priority=9,
        tags=["finance", "weekly"],
    )
    other = cast.create_job(name="other", tags=["fin"])
    return found, other


FILTERS = [
    "is_active=false",
    "backup_type=full",
    "backup_tool=veeam",
    "schedule_type=monthly",
    "priority=9",
    "tag=finance",
    "last_result=failed",
    "overdue=true",
]


@pytest.mark.parametrize("query", FILTERS)
def test_each_filter_finds_its_own(operator, stage, pair, query):
    late = clock.utcnow() - timedelta(minutes=1)
    stage.change(BackupJob, pair[0].id, last_result="failed", overdue_at=late)

    response = operator.get(f"{JOBS}?{query}")

    assert names(response) == ["found"]
    assert response.json["total"] == 1


def test_not_overdue_are_those_without_a_due_run_and_those_within_grace(operator, stage, pair):
    soon = clock.utcnow() + timedelta(minutes=1)
    stage.change(BackupJob, pair[0].id, overdue_at=soon)

    response = operator.get(f"{JOBS}?overdue=false&sort=name")

    assert names(response) == ["found", "other"]


def test_filters_by_owner(operator, admin, sources, pair):
    body = {
        "name": "mine",
        "source_path": str(sources),
        "backup_type": "full",
        "schedule_type": "manual",
    }
    operator.post(JOBS, body)

    mine = operator.get(f"{JOBS}?owner_id={operator.actor.user_id}")
    theirs = operator.get(f"{JOBS}?owner_id={admin.actor.user_id}")

    assert (names(mine), names(theirs)) == (["mine"], [])


SEARCHES = [
    ("straße", "STRASSE"),
    ("Überblick", "überBLICK"),
    ("МОСКВА", "москва"),
    ("100% done", "0% D"),
    ("a_b", "A_B"),
    (r"back\slash", "K\\s"),
    ("日本語", "本"),
]


@pytest.mark.parametrize(("name", "search"), SEARCHES)
def test_search_folds_case_and_takes_every_character_as_itself(operator, cast, name, search):
    cast.create_job(name=name)
    cast.create_job(name="axb 1000 done")

    response = operator.get(JOBS, query_string={"search": search})

    assert names(response) == [name]


def test_search_looks_into_description_and_source_too(operator, cast):
    cast.create_job(name="one", description="The Ledger")
    cast.create_job(name="two", source_path=r"D:\LEDGER", backup_tool="veeam")
    cast.create_job(name="three", tags=["ledger"])

    response = operator.get(f"{JOBS}?search=ledger&sort=name")

    assert names(response) == ["one", "two"]


def test_search_follows_a_changed_name(operator, job):
    operator.put(f"{JOBS}/{job.id}", {"name": "Renamed"})

    assert names(operator.get(f"{JOBS}?search=RENAMED")) == ["Renamed"]
    assert names(operator.get(f"{JOBS}?search=job")) == []


def test_pages_are_exact_and_do_not_overlap(operator, cast):
    for number in range(5):
        cast.create_job(name=f"job {number}")

    first = operator.get(f"{JOBS}?sort=name&page_size=2")
    third = operator.get(f"{JOBS}?sort=name&per_page=2&page=3")

    assert (names(first), names(third)) == (["job 0", "job 1"], ["job 4"])
    assert (third.json["total"], third.json["total_pages"]) == (5, 3)
    assert third.json["meta"]["next_cursor"] is None


def test_a_cursor_walks_all_of_them_once(operator, cast):
    for number in range(5):
        cast.create_job(name=f"job {number}", priority=number % 2 + 1)
    cursor, seen = "", []

    while cursor is not None:
        query = {"sort": "-priority,name", "page_size": 2, "cursor": cursor}
        response = operator.get(JOBS, query_string=query)
        seen += names(response)
        cursor = response.json["meta"]["next_cursor"]

    assert seen == ["job 1", "job 3", "job 0", "job 2", "job 4"]
    assert "total" not in response.json


def test_newest_first_unless_asked(operator, cast):
    cast.create_job(name="old")
    cast.create_job(name="new")

    assert names(operator.get(JOBS)) == ["new", "old"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("is_active=maybe", "is_active"),
        ("priority=11", "priority"),
        ("backup_type=none", "backup_type"),
        ("owner_id=9223372036854775808", "owner_id"),
        ("page=0", "page"),
        ("page_size=101", "page_size"),
        ("sort=repository_password", "sort"),
        ("search=", "search"),
        ("nonsense=1", "nonsense"),
        ("cursor=%21", "cursor"),
    ],
)
def test_refuses_a_query_that_it_does_not_know(operator, query, field):
    response = operator.get(f"{JOBS}?{query}")

    assert (response.status_code, list(response.json["details"])) == (400, [field])


def test_shows_neither_deleted_jobs_nor_another_tenants(operator, outsider, cast, job):
    cast.create_job(tenant="globex", name="theirs")
    operator.delete(f"{JOBS}/{job.id}")

    assert names(operator.get(JOBS)) == []
    assert names(outsider.get(JOBS)) == ["theirs"]


def test_a_reporter_may_not_list(reporter):
    assert reporter.get(JOBS).status_code == 403
