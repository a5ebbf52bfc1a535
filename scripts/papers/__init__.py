"""The papers under docs/ that are made from the code, so that they cannot lie about it."""

from collections.abc import Callable

from flask import Flask

from scripts.papers.data_model import write_data_model
from scripts.papers.openapi import write_openapi
from scripts.papers.permissions import write_permissions
from scripts.papers.routes import write_routes

PAPERS: dict[str, Callable[[Flask], str]] = {
    "openapi.json": write_openapi,
    "permissions.md": write_permissions,
    "routes.md": write_routes,
    "data-model.md": write_data_model,
}
