"""Tenants, the folders that each of them may use, and what they set for themselves."""

from app.tenants.service.roots import SETTING_OF, roots_of
from app.tenants.service.tenants import (
    create_tenant,
    every_tenant,
    find_tenant,
    get_tenant,
    list_tenants,
    resume_tenant,
    show_tenant,
    suspend_tenant,
    update_tenant,
)

__all__ = [
    "SETTING_OF",
    "create_tenant",
    "every_tenant",
    "find_tenant",
    "get_tenant",
    "list_tenants",
    "resume_tenant",
    "roots_of",
    "show_tenant",
    "suspend_tenant",
    "update_tenant",
]
