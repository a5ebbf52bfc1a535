"""A backup that ended, though no event of it could be recorded, is counted all the same."""

import pytest
from sqlalchemy import text

from app.backups.models import Execution
from app.backups.service import endings, runs
from app.backups.service.endings import Ending
from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from tests.support.raw import owners_engine

OWNER = "worker"
REFUSING = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE check_violation; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
TAKING = {
    "sqlite": ["DROP TRIGGER refuse"],
    "postgresql": ["DROP TRIGGER refuse ON events", "DROP FUNCTION refuse"],
}


@pytest.fixture
def settle(app, cast):
    """End a run while the event log takes nothing."""

    def call(execution_id, ending):
        run_all(app, REFUSING)
        try:
            with app.app_context(), as_tenant(cast.tenant("acme")):
                return endings.settle(execution_id, OWNER, ending, clock.utcnow())
        finally:
            run_all(app, TAKING)

    return call


def run_all(app, statements):
    with app.app_context(), owners_engine().begin() as connection:
        for statement in statements[db.engine.dialect.name]:
            connection.execute(text(statement))


def test_a_run_whose_end_no_event_tells_of_is_counted(app, admin, job, cast, settle, compare, fold):
    execution_id = admin.post(f"/api/v1/backups/{job.id}/run", {}).json["data"]["id"]
    with app.app_context(), unscoped():
        runs.claim(execution_id, OWNER, clock.utcnow(), 60)
    fold()

    assert settle(execution_id, Ending("success", facts={"backup_size_bytes": 4096}))

    unfolded = compare()
    fold()
    folded = compare()
    assert unfolded[0] == unfolded[1] == folded[0] == folded[1]
    assert [row.status for row in cast.rows(Execution)] == ["warning"]
    assert "backup.warned" not in cast.events()
