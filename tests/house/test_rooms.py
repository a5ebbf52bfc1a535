"""What a new domain must not forget: the import contracts, and statements that name a tenant."""

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import app

PACKAGE = Path(app.__file__).parent
ROOMS = "importlinter:contract:rooms"
# Shared by every domain, and no domain themselves.
NO_DOMAINS = {"core", "engines"}
# They reach the database past the filter of tenants; app/core is where they are held to it.
PAST_THE_FILTER = {
    "bulk_insert_mappings",
    "bulk_save_objects",
    "bulk_update_mappings",
    "connection",
    "exec_driver_sql",
    "from_statement",
}
# What they are given reaches the database as it is written.
AS_WRITTEN = {"literal_column", "text"}
# SELECT 1 asks whether the database is there.
PLAIN_TEXT = {"admin/health.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Each module of the domains, under its path in app/."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("core/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[str]:
    """The last name of whatever is called in there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield getattr(called, "attr", None) or getattr(called, "id", "")


def imports_of_sqlalchemy(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from (alias.name for alias in node.names)


def is_of_models(name: str) -> bool:
    """Where a text is the condition of a partial index, and runs nowhere."""
    return name.endswith("models.py") or "/models/" in name


def test_every_domain_is_under_the_contract_of_the_rooms():
    setup = configparser.ConfigParser()
    setup.read(PACKAGE.parent / "setup.cfg")
    contracted = {line.removeprefix("app.") for line in setup[ROOMS]["containers"].split()}

    domains = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - NO_DOMAINS

    assert contracted == domains, (
        f"Name each domain in `containers` of [{ROOMS}] in setup.cfg, or nothing keeps its "
        "schemas from importing its service."
    )


def test_no_domain_writes_a_statement_in_plain_text():
    plain = {
        name
        for name, tree in sources()
        if not is_of_models(name) and AS_WRITTEN.intersection(imports_of_sqlalchemy(tree))
    }

    assert plain == PLAIN_TEXT, (
        "Build these statements, or parts of them, from columns: what stands in a text is held "
        "to no tenant."
    )


def test_no_domain_goes_to_the_database_past_the_filter_of_tenants():
    found = {
        f"{name}: {called}"
        for name, tree in sources()
        for called in PAST_THE_FILTER.intersection(calls(tree))
    }

    assert found == set(), (
        "Use a model through db.session, tenancy.execute_named or prepared.Prepared."
    )
