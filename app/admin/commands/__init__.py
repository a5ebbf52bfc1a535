"""What an operator starts from the command line."""

from app.admin.commands.holdfast import holdfast
from app.admin.commands.tenants import tenants
from app.admin.commands.users import users

GROUPS = (holdfast, tenants, users)

__all__ = ["GROUPS", "holdfast", "tenants", "users"]
