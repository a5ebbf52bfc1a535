"""flask tenants create."""

import pytest

from app.storage.models import StorageProvider
from app.tenants.models import Tenant


def test_a_tenant_without_roots_may_use_no_folder_and_has_no_storage(run, cast):
    result = run("initech")

    assert result.exit_code == 0, result.output
    tenant = made(cast)
    assert (tenant.slug, tenant.name, tenant.timezone) == ("initech", "initech", "UTC")
    assert (tenant.source_roots, tenant.restore_roots, tenant.storage_roots) == (None, None, None)
    assert tenant.id not in [place.tenant_id for place in cast.rows(StorageProvider)]


def test_a_tenant_with_a_storage_root_gets_a_default_provider_there(run, cast, tmp_path):
    result = run(
        "initech",
        *("--name", "Initech AG", "--timezone", "Europe/Berlin"),
        *("--source-root", "/srv/one", "--source-root", "/srv/two"),
        *("--storage-root", str(tmp_path / "store")),
    )

    assert result.exit_code == 0, result.output
    tenant = made(cast)
    assert (tenant.name, tenant.timezone) == ("Initech AG", "Europe/Berlin")
    assert tenant.source_roots == ["/srv/one", "/srv/two"]
    (place,) = [row for row in cast.rows(StorageProvider) if row.tenant_id == tenant.id]
    assert (place.connection_string, place.is_default) == (str(tmp_path / "store"), True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["acme"], "slug: "),
        (["Bad Slug"], "slug: "),
        (["initech", "--timezone", "Mars/Olympus"], "timezone: "),
        (["initech", "--timezone", "/etc"], "timezone: "),
        (["initech", "--name", "a\r\nBcc: x"], "name: "),
        (["initech", "--name", "a" * 201], "name: "),
        (["initech", "--source-root", "relative/path"], "source_roots: "),
    ],
)
def test_a_refusal_is_one_line_and_makes_no_tenant(run, cast, arguments, says):
    result = run(*arguments)

    assert result.exit_code == 1
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert [tenant.slug for tenant in cast.rows(Tenant)] == ["acme", "globex"]


@pytest.fixture
def run(app, cast):
    """Call `flask tenants create …`."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["tenants", "create", *arguments])


def made(cast):
    return cast.rows(Tenant)[-1]
