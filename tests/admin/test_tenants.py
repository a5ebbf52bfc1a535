"""GET and POST /tenants, GET and PUT /tenants/{id}: for whoever runs the platform."""

import threading

import pytest

from app.audit.models import AuditRow
from app.storage.models import StorageProvider
from app.tenants.models import Tenant

URL = "/api/v1/tenants"


def own_storage(cast, tenant_id):
    return [row for row in cast.rows(StorageProvider) if row.tenant_id == tenant_id]


def test_lists_every_tenant_and_filters_by_what_they_are(chief, cast):
    chief.post(f"{URL}/{cast.tenant('globex')}/suspend")

    slugs = [
        [row["slug"] for row in chief.get(URL + query).json["data"]]
        for query in ("", "?sort=-slug", "?is_suspended=true", "?slug=acme")
    ]

    assert slugs == [["acme", "globex"], ["globex", "acme"], ["globex"], ["acme"]]


def test_a_new_tenant_has_the_servers_zone_and_no_folder(chief, cast):
    response = chief.post(URL, {"slug": "initech", "name": "Initech AG"})

    data = response.json["data"]
    assert (response.status_code, response.headers["Location"]) == (201, f"{URL}/{data['id']}")
    made = cast.rows(Tenant)[-1]
    assert (made.slug, made.name, made.timezone, made.is_suspended) == (
        *("initech", "Initech AG", "UTC", False),
    )
    assert (made.source_roots, made.storage_roots, own_storage(cast, made.id)) == (None, None, [])


def test_a_tenant_with_a_folder_to_store_in_gets_a_storage_there(chief, cast, tmp_path):
    folder = str(tmp_path / "initech")

    response = chief.post(URL, {"slug": "initech", "name": "I", "storage_roots": [folder]})

    (place,) = own_storage(cast, response.json["data"]["id"])
    assert (place.connection_string, place.is_default) == (folder, True)
    assert (tmp_path / "initech").is_dir()


def test_its_first_administrator_comes_in_by_the_command_line(app, chief, cast, log_in):
    chief.post(URL, {"slug": "initech", "name": "Initech AG"})

    command = ["users", "create-admin", "--username", "ines", "--tenant", "initech"]
    made = app.test_cli_runner().invoke(args=[*command, "--password", "a password of Initech"])

    assert made.exit_code == 0, made.output
    assert log_in("ines", "a password of Initech").json["data"]["user"]["tenant"] == "initech"


def test_a_folder_set_later_gives_a_storage_too_and_only_once(chief, cast, tmp_path):
    url = f"{URL}/{cast.tenant('globex')}"
    roots = [str(tmp_path / "one"), str(tmp_path / "two")]

    answers = [
        chief.put(url, {"storage_roots": given}).status_code for given in (roots, roots[::-1])
    ]

    (place,) = own_storage(cast, cast.tenant("globex"))
    assert (answers, place.connection_string) == ([200, 200], roots[0])


def test_changes_the_given_fields_and_never_the_short_name(chief, cast):
    url = f"{URL}/{cast.tenant('globex')}"

    response = chief.put(url, {"name": "Globex AG", "restore_roots": [], "slug": "else"})

    globex = cast.rows(Tenant)[1]
    assert (response.status_code, response.headers["ETag"]) == (200, '"v2"')
    assert (globex.slug, globex.name, globex.restore_roots) == ("globex", "Globex AG", [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Initech"}, "slug"),
        ({"slug": "-initech"}, "slug"),
        ({"slug": "a" * 64}, "slug"),
        ({"slug": None}, "slug"),
        ({"name": ""}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"timezone": "/etc/passwd"}, "timezone"),
        ({"source_roots": "/srv"}, "source_roots"),
        ({"source_roots": ["srv"]}, "source_roots.0"),
        ({"restore_roots": ["/srv", "a\x00b"]}, "restore_roots.1"),
        ({"restore_roots": [None]}, "restore_roots.0"),
        ({"storage_roots": ["/" + "a" * 1000]}, "storage_roots.0"),
        ({"storage_roots": ["/srv"] * 51}, "storage_roots"),
        ({"storage_roots": ["/proc/holdfast"]}, "storage_roots"),
        ({"is_suspended": True}, "is_suspended"),
        ({"id": 7}, "id"),
    ],
)
def test_bad_input_is_told_by_its_field_and_makes_nothing(chief, cast, change, field):
    response = chief.post(URL, {"slug": "initech", "name": "Initech", **change})

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert [tenant.slug for tenant in cast.rows(Tenant)] == ["acme", "globex"]


def test_a_short_name_that_is_taken_is_409(chief, cast):
    response = chief.post(URL, {"slug": "globex", "name": "Another"})

    assert (response.status_code, list(response.json["details"])) == (409, ["slug"])
    assert len(cast.rows(Tenant)) == 2


def test_a_stale_if_match_is_412(chief, cast):
    url = f"{URL}/{cast.tenant('globex')}"
    chief.put(url, {"name": "First"}, headers={"If-Match": '"v1"'})

    response = chief.put(url, {"name": "Second"}, headers={"If-Match": '"v1"'})

    assert (response.status_code, cast.rows(Tenant)[1].name) == (412, "First")


def test_an_administrator_of_a_tenant_sees_not_even_its_own(admin, cast):
    response = admin.get(f"{URL}/{cast.tenant('acme')}")

    assert (response.status_code, response.json["details"]) == (
        *(403, {"required": "platform:manage"}),
    )


def test_a_change_of_another_tenant_stands_in_the_log_of_who_made_it(chief, cast):
    chief.put(f"{URL}/{cast.tenant('globex')}", {"name": "Globex AG"})

    row = cast.rows(AuditRow)[-1]
    assert (row.tenant_id, row.resource_type) == (cast.tenant("acme"), "tenant")
    assert (row.resource_id, row.changes[0]["fields"]) == (
        *(cast.tenant("globex"), {"name": ["Globex", "Globex AG"]}),
    )


def test_of_two_who_take_one_short_name_at_once_one_gets_it(app, cast):
    callers = [cast.caller("admin", is_platform_admin=True) for _ in range(2)]
    gate, statuses = threading.Barrier(2), []

    def make(caller):
        gate.wait()
        statuses.append(caller.post(URL, {"slug": "initech", "name": "Initech"}).status_code)

    threads = [threading.Thread(target=make, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [201, 409]
    assert [tenant.slug for tenant in cast.rows(Tenant)] == ["acme", "globex", "initech"]
