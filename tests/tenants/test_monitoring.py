"""How a tenant is watched over: what it set, and the defaults for everything else."""

from app.core.tenancy import as_tenant
from app.tenants.models import Tenant
from app.tenants.monitoring import Monitoring, monitoring_of


def monitoring(cast, slug="acme"):
    tenant_id = cast.tenant(slug)
    with cast.app.app_context(), as_tenant(tenant_id, read_only=True):
        return monitoring_of(tenant_id)


def test_a_new_tenant_has_the_defaults(cast):
    assert monitoring(cast) == Monitoring()


def test_what_one_tenant_set_holds_for_it_alone(cast):
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        tenant = session.get_one(Tenant, cast.tenant("acme"))
        tenant.missed_check_seconds, tenant.digest_times = 300, ["07:00", "19:30"]

    expected = Monitoring(missed_check_seconds=300, digest_times=("07:00", "19:30"))
    assert (monitoring(cast), monitoring(cast, "globex")) == (expected, Monitoring())
