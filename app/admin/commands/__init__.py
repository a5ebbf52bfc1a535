"""What an operator starts from the command line."""

from app.admin.commands.audit import audit
from app.admin.commands.holdfast import holdfast
from app.admin.commands.tenants import tenants
from app.admin.commands.users import users

GROUPS = (audit, holdfast, tenants, users)

__all__ = ["GROUPS", "audit", "holdfast", "tenants", "users"]
