"""Alembic's environment: the application's own metadata and settings."""

from alembic import context
from flask import current_app
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, pool

from app.core.db import Base, UtcDateTime
from app.core.secrets import Encrypted

settings = current_app.config


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types as what they are in the database, so that a migration stands alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Encrypted):
        return "sa.Text()"
    return False


def _let_tables_be_made_anew(engine: Engine) -> None:
    """SQLite changes a table by dropping it for a copy, which would take along, by ON DELETE
    CASCADE, the rows of others that point at it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))


def _let_the_application_in(connection: Connection, owner: URL) -> None:
    """The application's role owns no table, so that row-level security holds it too."""
    role = make_url(settings["SQLALCHEMY_DATABASE_URI"]).username
    if owner.get_backend_name() != "postgresql" or role in (None, owner.username):
        return
    name = connection.dialect.identifier_preparer.quote(role)
    schema = "SCHEMA public"
    for right in (
        f"USAGE ON {schema}",
        f"SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN {schema}",
        f"USAGE, SELECT ON ALL SEQUENCES IN {schema}",
    ):
        connection.exec_driver_sql(f"GRANT {right} TO {name}")


def run() -> None:
    """Migrate by the migrating role where one is set, else by the application's own."""
    url = make_url(settings["MIGRATION_DATABASE_URL"] or settings["SQLALCHEMY_DATABASE_URI"])
    engine = create_engine(url, poolclass=pool.NullPool)
    _let_tables_be_made_anew(engine)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
            _let_the_application_in(connection, url)
    engine.dispose()


run()
