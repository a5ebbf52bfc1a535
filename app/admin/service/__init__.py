"""What an operator does across tenants: tenants, administrators, passwords."""

from app.admin.service.people import create_admin, deactivate, invite, reset_password
from app.admin.service.tenants import create_tenant, read_tenant, update_tenant

__all__ = [
    "create_admin",
    "create_tenant",
    "deactivate",
    "invite",
    "read_tenant",
    "reset_password",
    "update_tenant",
]
