"""Every operation of the document, by requests that schemathesis makes up.

No answer is a server's error or one that the document does not tell of. The seed is fixed, so that
each run makes the same requests; another one looks elsewhere. With those along the links (160 in
test_links.py) they are 2,000 at the least.
"""

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.generation.feedback import NO_FEEDBACK

from tests.support.fuzzing import REFUSAL, Stage
from tests.support.operations import is_legacy

SEED = 6
# What fails is told as it was drawn: to shrink it would take longer than all the rest.
SETTINGS = {"phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}
PICKS = st.lists(st.integers(0, 50), min_size=3, max_size=3)


@pytest.fixture
def make_up(schema):
    """Send requests to every operation, each drawn from its part of the document."""

    def run(stage, mode, examples):
        for result in schema.get_all_operations():
            operation = result.ok()
            if mode is GenerationMode.POSITIVE or _can_be_wrong(operation):
                _make_up(stage, operation, mode, examples)
        return stage.tally

    return run


def _make_up(stage, operation, mode, examples):
    checks = _checks(operation, mode)

    @hypothesis.seed(SEED)
    @hypothesis.settings(max_examples=examples, **SETTINGS)
    @hypothesis.given(operation.as_strategy(mode, feedback=NO_FEEDBACK), PICKS)
    def send(case, picks):
        stage.vary(case, picks)
        stage.send(case, checks)

    send()


def _checks(operation, mode):
    is_judged = mode is GenerationMode.NEGATIVE and not is_legacy(operation.path)
    return [REFUSAL] if is_judged else []


def _can_be_wrong(operation):
    """It takes something: a path, a query, headers or a body."""
    return any(operation.iter_parameters()) or bool(operation.body)


def test_an_administrator_succeeds_everywhere_and_nothing_breaks(cast, document, make_up):
    tally = make_up(Stage(cast, document, "admin"), GenerationMode.POSITIVE, 7)

    assert not tally.faults, tally.told()
    assert tally.cases >= 1_000
    # Operations that only ever refuse would prove little: those of these are to be few.
    assert len(tally.never_succeeded()) <= 0.02 * len(tally.answers), tally.never_succeeded()


def test_what_does_not_fit_the_document_is_refused(cast, document, make_up):
    tally = make_up(Stage(cast, document, "admin"), GenerationMode.NEGATIVE, 3)

    assert not tally.faults, tally.told()
    assert tally.cases >= 400


def test_a_viewer_is_shown_or_refused_everything_and_nothing_breaks(cast, document, make_up):
    tally = make_up(Stage(cast, document, "viewer"), GenerationMode.POSITIVE, 3)

    assert not tally.faults, tally.told()
    assert tally.cases >= 440
