"""The rows that upgrades are tried with: a column that takes some words only gets one of them."""

import sqlalchemy as sa

from tests.support.raw import owners_engine
from tests.support.schema_rows import ROWS, fill


def test_a_column_that_takes_some_words_only_gets_the_first_of_them(fresh):
    with owners_engine().begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE fruits (id INTEGER PRIMARY KEY,"
                " kind VARCHAR(10) NOT NULL CHECK (kind IN ('apple', 'pear')))"
            )
        )
        filled = fill(connection)

    assert [row["kind"] for row in filled["fruits"]] == ["apple"] * ROWS
