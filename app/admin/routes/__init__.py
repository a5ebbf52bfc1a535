"""Health, tenants, AWS accounts and the configuration over HTTP."""

from app.admin.routes.aws_accounts import blp as aws_accounts
from app.admin.routes.health import blp as health
from app.admin.routes.monitoring import blp as monitoring
from app.admin.routes.tenants import blp as tenants

__all__ = ["aws_accounts", "health", "monitoring", "tenants"]
