"""What a run asks of the database in its midst waits until that is back, or the run is lost."""

import threading

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.backups.service.keeper import Keeper
from app.backups.service.ledgers import ExecutionLedger
from app.backups.service.patience import while_kept
from app.engines.base import Stopped


def test_it_is_asked_again_until_there_is_an_answer(keeper):
    answers = [OperationalError("SELECT", {}, Exception("away")), "found"]

    assert while_kept(keeper, lambda: give(answers.pop(0))) == "found"


def test_what_the_database_refuses_is_not_asked_again(keeper):
    refusals = [ProgrammingError("SELECT", {}, Exception("no such column"))]

    with pytest.raises(ProgrammingError):
        while_kept(keeper, lambda: give(refusals.pop()))


def test_a_run_that_is_to_stop_does_not_wait(keeper, stopping):
    stopping.set()

    with pytest.raises(Stopped):
        while_kept(keeper, lambda: give(OperationalError("SELECT", {}, Exception("away"))))


@pytest.fixture
def stopping():
    return threading.Event()


@pytest.fixture
def keeper(app, stage, stopping):
    """That of a queued run, whose lease nobody keeps."""
    execution = stage.execution(stage.queue(stage.job()))
    with app.app_context():
        return Keeper(ExecutionLedger(execution), stopping)


def give(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer
