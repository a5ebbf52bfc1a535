"""HTTP in this house: our Blueprint, its decorators, the envelope and the error handlers."""

from app.core.http.blueprint import Blueprint
from app.core.http.operation import (
    across_tenants,
    conditional,
    fails,
    filters,
    limited,
    public,
    reads_itself,
    requires,
    returns,
    takes,
    takes_form,
    unaudited,
)
from app.core.http.pipeline import commit_before_waiting

__all__ = [
    "Blueprint",
    "across_tenants",
    "commit_before_waiting",
    "conditional",
    "fails",
    "filters",
    "limited",
    "public",
    "reads_itself",
    "requires",
    "returns",
    "takes",
    "takes_form",
    "unaudited",
]
