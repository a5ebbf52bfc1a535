"""`flask audit verify`: whatever was done to the rows behind the application's back is found."""

import re

import pytest

from app.audit.models import AuditRow
from app.audit.rules import FIRST


@pytest.fixture
def verify(app):
    """Run the command; gives its exit code and what it told."""

    def call(*options):
        done = app.test_cli_runner().invoke(args=["audit", "verify", *options])
        return done.exit_code, done.output

    return call


@pytest.fixture
def sealed(cast, keep_rows, seal_all):
    """The ids of five sealed rows of Acme; Globex has two."""
    keep_rows(5)
    keep_rows(2, tenant="globex")
    seal_all()
    return [row.id for row in cast.rows(AuditRow)][:5]


def head(output, name):
    return re.search(rf"^{name}: .*\n  whole up to (\S+)$", output, re.MULTILINE)[1]


def test_tells_how_much_is_sealed_and_the_end_of_each_chain(cast, sealed, keep_rows, verify):
    keep_rows(3)

    code, output = verify()

    assert code == 0
    assert "acme: 5 rows sealed, 3 not yet" in output
    assert "globex: 2 rows sealed, 0 not yet" in output
    assert head(output, "acme") == f"5:{cast.rows(AuditRow)[4].hash}"


def test_a_log_without_rows_is_whole(cast, verify):
    assert verify("--tenant", "acme") == (
        0,
        f"acme: 0 rows sealed, 0 not yet\n  whole up to 0:{FIRST}\n",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "backups.delete_job"),
        ("actor_name", "bob"),
        ("actor_id", None),
        ("occurred_at", "2020-01-01 00:00:00"),
        ("changes", "[]"),
        ("count", 2),
        ("address", "::1"),
        ("hash", "a" * 64),
    ],
)
def test_names_a_row_that_was_changed(column, value, sealed, tamper, verify):
    tamper(f"UPDATE audit_log SET {column} = :value WHERE id = :id", value=value, id=sealed[2])  # noqa: S608

    code, output = verify()

    assert code == 1
    assert f"row {sealed[2]} (place 3): changed" in output
    assert "Not as it was sealed: acme" in output


def test_names_the_place_of_a_row_that_is_missing(sealed, tamper, verify):
    tamper("DELETE FROM audit_log WHERE id IN (:a, :b)", a=sealed[1], b=sealed[2])

    code, output = verify()

    assert code == 1
    assert f"places 2 to 3, before row {sealed[3]}: taken out" in output
    assert output.count("place") == 1


def test_finds_a_cut_off_tail(sealed, tamper, verify):
    tamper("DELETE FROM audit_log WHERE id = :id", id=sealed[4])

    code, output = verify()

    assert (code, "place 5, at the end: cut off" in output) == (1, True)


def test_finds_that_a_whole_chain_is_gone(sealed, tamper, cast, verify):
    tamper("DELETE FROM audit_log WHERE tenant_id = :id", id=cast.tenant("acme"))

    code, output = verify()

    assert (code, "places 1 to 5, at the end: cut off" in output) == (1, True)


def test_finds_rows_that_changed_places(sealed, tamper, verify):
    move = "UPDATE audit_log SET position = :place WHERE id = :id"
    tamper(move, place=99, id=sealed[1])
    tamper(move, place=2, id=sealed[2])
    tamper(move, place=3, id=sealed[1])

    code, output = verify()

    assert code == 1
    assert f"row {sealed[2]} (place 2): changed, moved" in output
    assert f"row {sealed[1]} (place 3): changed, moved" in output


def test_finds_a_row_that_was_put_in(sealed, tamper, verify):
    shift = "UPDATE audit_log SET position = position + :by WHERE id >= :id AND tenant_id = :acme"
    copied = "tenant_id, occurred_at, action, address, trace_id, status, path, changes, count"
    acme = tamper("SELECT tenant_id FROM audit_log WHERE id = :id", id=sealed[0]).scalar()
    tamper(shift, by=100, id=sealed[2], acme=acme)
    tamper(shift, by=-99, id=sealed[2], acme=acme)
    tamper(
        f"INSERT INTO audit_log ({copied}, position, hash) SELECT {copied}, 3, :hash "  # noqa: S608
        "FROM audit_log WHERE id = :id",
        hash="b" * 64,
        id=sealed[0],
    )

    code, output = verify()

    assert code == 1
    assert "(place 3): changed, moved or put in" in output
    assert "(place 6): put in behind the end" in output


def test_finds_a_row_that_lost_its_seal(sealed, tamper, verify):
    tamper("UPDATE audit_log SET position = NULL, hash = NULL WHERE id = :id", id=sealed[2])

    code, output = verify()

    assert (code, f"place 3, before row {sealed[3]}: taken out" in output) == (1, True)


def test_finds_an_end_that_was_made_up(sealed, tamper, cast, verify):
    end = "UPDATE audit_chains SET length = :length, last_hash = :hash WHERE number = :number"
    last = cast.rows(AuditRow)[3]
    tamper("DELETE FROM audit_log WHERE id = :id", id=sealed[4])
    tamper(end, length=4, hash="c" * 64, number=last.tenant_id)

    code, output = verify()

    assert (code, "the end (place 4) is not the one" in output) == (1, True)


def test_a_chain_that_was_sealed_anew_does_not_fit_what_was_noted(
    sealed, tamper, cast, seal_all, verify
):
    noted = head(verify()[1], "acme")
    tamper("UPDATE audit_log SET actor_name = 'bob', position = NULL, hash = NULL")
    tamper("DELETE FROM audit_chains")
    seal_all()

    anew = verify("--tenant", "acme")
    compared = verify("--tenant", "acme", "--noted", noted)

    assert (anew[0], compared[0]) == (0, 1)
    assert "place 5 has another hash than the one that was noted" in compared[1]


def test_only_the_named_tenant_is_looked_at(sealed, tamper, verify):
    tamper("DELETE FROM audit_log WHERE id = :id", id=sealed[2])

    assert (verify("--tenant", "globex")[0], verify("--tenant", "acme")[0]) == (0, 1)


@pytest.mark.parametrize(
    "options", [("--tenant", "no-such"), ("--noted", "x"), ("--tenant", "acme", "--noted", "x")]
)
def test_refuses_in_one_line_what_it_cannot_look_at(options, cast, verify):
    code, output = verify(*options)

    assert (code, output.startswith("Error: "), output.count("\n")) == (1, True, 1)
