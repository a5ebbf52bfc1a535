"""The floor: a bare Flask application that does the least for the same kind of request."""

import os
from typing import Any

from argon2 import PasswordHasher
from flask import Flask, Response, jsonify, request
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
)

THREADS = 4
METADATA = MetaData()
ROWS = Table(
    "floor_rows",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", DateTime(timezone=True), server_default=func.now()),
)


def create_floor() -> Flask:
    """One INSERT and commit for each post, one row by its key for each get; nothing else.

    A sign-in checks a password before its INSERT.
    """
    app = Flask(__name__)
    engine = create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=THREADS, max_overflow=0)

    @app.post("/rows")
    def add_row() -> tuple[Response, int]:
        with engine.begin() as connection:
            done: Any = connection.execute(insert(ROWS).values(name="row"))
        return jsonify(id=done.inserted_primary_key[0]), 201

    @app.get("/rows/<int:row_id>")
    def get_row(row_id: int) -> Response:
        with engine.connect() as connection:
            row = connection.execute(select(ROWS).where(ROWS.c.id == row_id)).one()
        return jsonify(id=row.id, name=row.name, created_at=row.created_at.isoformat())

    @app.post("/sign-ins")
    def sign_in() -> tuple[Response, int]:
        # The hash says how dear it is: as dear as Holdfast's.
        PasswordHasher().verify(os.environ["FLOOR_PASSWORD_HASH"], request.get_json()["password"])
        return add_row()

    return app
