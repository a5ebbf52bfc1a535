"""Pages by number and by cursor, in a stated order, with an honest total."""

import base64
import json

import pytest
from sqlalchemy import insert

from app.auth.models import ApiKey
from app.core import clock
from app.core.tenancy import unscoped

PATH = "/api/v1/auth/api-keys"


@pytest.fixture
def make_keys(app, cast):
    """API keys in bulk: of all lists theirs has the fewest columns."""

    def make(number, tenant="acme"):
        now = clock.utcnow()
        rows = [
            {
                "tenant_id": cast.tenant(tenant),
                "public_id": f"{tenant[:2]}{n}",
                "name": f"key {n % 3}",
                "secret_hash": "x",
                "allowed_networks": [],
                "created_at": now,
                "updated_at": now,
                "version": 1,
            }
            for n in range(number)
        ]
        with app.app_context(), unscoped() as session:
            session.execute(insert(ApiKey), rows)

    return make


def walk(caller, query):
    """Every row's id and the size of each page, by cursor from the start."""
    ids, sizes, cursor = [], [], ""
    while cursor is not None:
        body = caller.get(f"{PATH}?cursor={cursor}&{query}").json
        ids += [row["id"] for row in body["data"]]
        sizes.append(len(body["data"]))
        cursor = body["meta"]["next_cursor"]
    return ids, sizes


def test_pages_follow_each_other(admin, make_keys):
    make_keys(5)

    pages = [admin.get(f"{PATH}?page={page}&page_size=2&sort=id").json for page in (1, 2, 3, 4)]

    assert [len(page["data"]) for page in pages] == [2, 2, 1, 0]
    assert [page["meta"]["next_cursor"] is None for page in pages] == [False, False, True, True]
    assert {(page["total"], page["total_pages"]) for page in pages} == {(5, 3)}


def test_per_page_is_another_name(admin, make_keys):
    make_keys(3)

    body = admin.get(f"{PATH}?per_page=2").json

    assert (len(body["data"]), body["page_size"]) == (2, 2)


def test_one_size_under_both_of_its_names_is_refused(admin):
    response = admin.get(f"{PATH}?page_size=2&per_page=2")

    assert response.status_code == 400
    assert list(response.json["details"]) == ["per_page"]


@pytest.mark.parametrize(
    "sort", ["id", "-id", "name", "-name,id", "name,-id", "name,name", "-name"]
)
def test_a_cursor_gives_every_row_once_in_order(sort, admin, make_keys):
    make_keys(7)
    make_keys(2, "globex")
    whole = [row["id"] for row in admin.get(f"{PATH}?sort={sort}&page_size=100").json["data"]]

    ids, sizes = walk(admin, f"sort={sort}&page_size=2")

    assert ids == whole
    assert (len(set(ids)), sizes) == (7, [2, 2, 2, 1])


def test_with_a_cursor_there_are_no_numbers(admin, make_keys):
    make_keys(1)

    body = admin.get(f"{PATH}?cursor=").json

    assert sorted(body) == ["data", "meta", "success"]


def test_a_page_goes_on_by_its_cursor(admin, make_keys):
    make_keys(5)
    first = admin.get(f"{PATH}?page=1&page_size=2").json
    second = admin.get(f"{PATH}?page=2&page_size=2").json

    body = admin.get(f"{PATH}?cursor={first['meta']['next_cursor']}&page_size=2").json

    assert body["data"] == second["data"]


@pytest.mark.parametrize("page_size", [1, 100])
def test_beyond_10000_rows_a_cursor_is_asked_for(page_size, admin):
    page = 10_000 // page_size

    last = admin.get(f"{PATH}?page={page}&page_size={page_size}")
    beyond = admin.get(f"{PATH}?page={page + 1}&page_size={page_size}")

    assert last.status_code == 200
    assert (beyond.status_code, beyond.json["error"]) == (400, "USE_CURSOR")


def test_the_largest_page_number_asks_for_a_cursor(admin):
    response = admin.get(f"{PATH}?page={2**63 - 1}")

    assert (response.status_code, response.json["error"]) == (400, "USE_CURSOR")


def test_a_total_is_exact_up_to_1000(admin, make_keys):
    make_keys(1000)

    body = admin.get(PATH).json

    assert (body["total"], body["total_pages"], "total_exact" in body) == (1000, 50, False)


def test_a_larger_total_says_that_it_is_none(admin, make_keys):
    make_keys(1001)

    short, exact = admin.get(PATH).json, admin.get(f"{PATH}?count=exact").json

    assert (short["total"], short["total_exact"]) == (1000, False)
    assert (exact["total"], "total_exact" in exact) == (1001, False)


def pack(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "é",
        "a" * 5000,
        pack(None),
        pack(1),
        pack([]),
        pack({"a": 1, "b": 2}),
        pack([None, 1]),
        pack([None, []]),
        pack([None, [1, 2, 3]]),
        pack([None, ["1", "1"]]),
        pack([None, [True, True]]),
        pack([None, [1.5, 1]]),
        pack([None, [2**70, 1]]),
        pack([None, [{"t": 1}, 1]]),
        pack([None, [{"x": "y"}, 1]]),
        pack([None, [{"t": "2026-01-01T00:00:00Z"}, 1]]),
        pack(["name", [1, 1]]),
        base64.urlsafe_b64encode(b"[" * 600).decode(),
    ],
)
def test_what_is_no_cursor_is_refused(cursor, admin, make_keys):
    make_keys(1)

    response = admin.get(f"{PATH}?cursor={cursor}")

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == ["cursor"]


def test_a_cursor_of_another_order_is_refused(admin, make_keys):
    make_keys(3)
    cursor = admin.get(f"{PATH}?page_size=1&sort=name").json["meta"]["next_cursor"]

    response = admin.get(f"{PATH}?cursor={cursor}&sort=-name")

    assert response.status_code == 400
    assert list(response.json["details"]) == ["cursor"]
