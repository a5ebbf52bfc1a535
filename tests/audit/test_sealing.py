"""The sealer chains the rows of each tenant, in the order in which they were committed."""

import threading

import pytest
from sqlalchemy import insert, select

from app.audit.background import PAUSE_SECONDS
from app.audit.models import AuditChain, AuditRow
from app.audit.rules import FIRST, SEALED, seal_of
from app.audit.service.sealing import BATCH, LOCK, seal
from app.core import clock
from app.core.background import Rounds
from app.core.db import hold
from app.core.tenancy import unscoped


@pytest.fixture
def chains(app):
    """Each chain's number with its length and last hash."""

    def call():
        with app.app_context(), unscoped(read_only=True) as session:
            return {c.number: (c.length, c.last_hash) for c in session.scalars(select(AuditChain))}

    return call


@pytest.fixture
def has_many_writers(app):
    return not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")


def as_mapping(row):
    return {name: getattr(row, name) for name in SEALED}


def test_every_column_but_the_hash_is_sealed():
    assert {*SEALED, "hash"} == set(AuditRow.__table__.columns.keys())


def test_each_row_is_sealed_behind_the_one_before_it(cast, keep_rows, seal_all, chains):
    keep_rows(2)
    seal_all()
    keep_rows(1)
    seal_all()

    first, second, third = cast.rows(AuditRow)
    assert [row.position for row in (first, second, third)] == [1, 2, 3]
    assert first.hash == seal_of(as_mapping(first), FIRST)
    assert second.hash == seal_of(as_mapping(second), first.hash)
    assert third.hash == seal_of(as_mapping(third), second.hash)
    assert chains() == {cast.tenant("acme"): (3, third.hash)}


def test_each_tenant_has_a_chain_and_so_have_the_rows_of_none(cast, keep_rows, seal_all, chains):
    keep_rows(2)
    keep_rows(1, tenant="globex")
    keep_rows(1, tenant=None)

    assert seal_all() == 4

    lengths = {number: length for number, (length, _) in chains().items()}
    assert lengths == {cast.tenant("acme"): 2, cast.tenant("globex"): 1, 0: 1}


def test_more_than_a_batch_is_sealed_in_one_round(keep_rows, seal_all, chains, cast):
    keep_rows(BATCH + 2)

    assert seal_all() == BATCH + 2

    assert chains()[cast.tenant("acme")][0] == BATCH + 2


def test_nothing_is_sealed_twice(keep_rows, seal_all, chains):
    keep_rows(3)
    seal_all()
    before = chains()

    assert (seal_all(), chains()) == (0, before)


class Slow:
    """A thread that has written a row, and commits it when it is let go."""

    def __init__(self, app, row):
        self._app, self._row = app, row
        self._written, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        assert self._written.wait(30)

    def commit(self):
        self._go.set()
        self._thread.join(30)

    def _write(self):
        with self._app.app_context(), unscoped() as session:
            session.execute(insert(AuditRow.__table__), [self._row])
            self._written.set()
            self._go.wait(30)


def test_a_row_that_is_committed_late_comes_late_in_its_chain(
    app, cast, new_row, keep_rows, seal_all, has_many_writers
):
    if has_many_writers:
        slow = Slow(app, new_row(action="slow"))
        keep_rows(1)
        seal_all()
    else:
        keep_rows(1)
        seal_all()
        slow = Slow(app, new_row(action="slow"))
    slow.commit()

    seal_all()

    places = {row.action: row.position for row in cast.rows(AuditRow)}
    assert places == {"backups.update_job": 1, "slow": 2}


def test_while_another_sealer_is_at_it_this_one_lets_it_be(
    app, keep_rows, seal_all, has_many_writers
):
    keep_rows(2)
    during = []
    with app.app_context(), unscoped():
        hold(LOCK)
        thread = threading.Thread(target=lambda: during.append(seal_all()))
        thread.start()
        if has_many_writers:
            thread.join(30)
    thread.join(30)

    # SQLite has one writer at a time: there it had to wait, and did the work.
    assert during == [0 if has_many_writers else 2]


def test_sealers_at_once_make_one_unbroken_chain(app, cast, keep_rows):
    keep_rows(300)

    def work():
        with app.app_context():
            seal(clock.utcnow())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    work()

    assert sorted(row.position for row in cast.rows(AuditRow)) == list(range(1, 301))


def test_schedulers_seal_within_ten_seconds(app, cast, admin):
    admin.post("/api/v1/auth/api-keys", {"name": "script", "role": "viewer"})

    with app.app_context():
        Rounds().run()

    assert PAUSE_SECONDS < 10
    assert [row.position for row in cast.rows(AuditRow)] == [1]
