"""Which folders a tenant may use: its own, else the server's for the first tenant alone."""

import pytest

from app.core.errors import NotFound
from app.core.tenancy import unscoped
from app.tenants.errors import SlugTaken
from app.tenants.models import Tenant
from app.tenants.service import SETTING_OF, create_tenant, get_tenant, roots_of

SETTINGS = {
    "BACKUP_SOURCE_ROOTS": ("/srv",),
    "RESTORE_ROOTS": ("/restores",),
    "STORAGE_ROOTS": ("/storage",),
}
SERVERS = {
    "source_roots": ("/srv",),
    "restore_roots": ("/restores",),
    "storage_roots": ("/storage",),
}


def roots(app, tenant_id, kind):
    with app.app_context(), unscoped(read_only=True):
        return roots_of(tenant_id, kind, SETTINGS)


@pytest.mark.parametrize("kind", SETTING_OF)
def test_the_first_tenant_has_the_servers_folders(kind, app, cast):
    assert roots(app, cast.tenant("acme"), kind) == SERVERS[kind]


@pytest.mark.parametrize("kind", SETTING_OF)
def test_any_other_has_none(kind, app, cast):
    assert roots(app, cast.tenant("globex"), kind) == ()


@pytest.mark.parametrize("slug", ["acme", "initech"])
def test_what_was_set_holds_for_any_tenant(slug, app, cast):
    tenant_id = cast.tenant("initech", source_roots=["/initech"], restore_roots=[])
    if slug == "acme":
        tenant_id = cast.tenant("acme")
        with app.app_context(), unscoped() as session:
            tenant = session.get_one(Tenant, tenant_id)
            tenant.source_roots, tenant.restore_roots = ["/initech"], []

    assert roots(app, tenant_id, "source_roots") == ("/initech",)
    assert roots(app, tenant_id, "restore_roots") == ()


def test_a_short_name_is_taken_once(app, cast):
    with app.app_context(), pytest.raises(SlugTaken) as caught, unscoped():
        create_tenant("acme", "Another")

    assert list(caught.value.details) == ["slug"]
    assert [row.slug for row in cast.rows(Tenant)] == ["acme", "globex"]


def test_a_missing_tenant_is_not_found(app, cast):
    with app.app_context(), pytest.raises(NotFound), unscoped(read_only=True):
        get_tenant("nobodys")
