"""Links of the document, followed by schemathesis: what was made is used, changed and removed."""

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode, Response

from tests.support.application import empty_tables
from tests.support.cast import Cast
from tests.support.fuzzing import Stage, Tally

SEED = 6
SETTINGS = hypothesis.settings(
    max_examples=16,
    stateful_step_count=14,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def machine(app, instance, document, schema):
    """schemathesis's machine, which sends by a stage, and begins each walk with no rows at all.

    What was left of another walk would change what a request answers, and with it the walk.
    """
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    # Of links that it guesses, from lists of people, one removes whoever makes the rows.
    schema.config.phases.stateful.inference.algorithms = []
    tally, followed = Tally(), set()

    class Machine(schema.as_state_machine()):
        seen, links = tally, followed

        def setup(self):
            with app.app_context():
                empty_tables()
            self.stage = Stage(Cast(app, instance), document, "admin", tally)

        def step(self, input):
            case, is_followed = input.case, input.transition is not None and input.is_applied
            case.headers.clear()
            if is_followed:
                followed.add((input.transition.id, case.operation.label))
            self.stage.furnish(case, keeps_path=is_followed)
            return super().step(input)

        def call(self, case, **options):
            return Response.from_any(self.stage.send(case))

        def validate_response(self, response, case, **options):
            """The stage has done so."""

    return Machine


def test_what_was_made_can_be_followed_and_nothing_breaks(machine):
    hypothesis.seed(SEED)(machine)

    machine.run(settings=SETTINGS)

    assert not machine.seen.faults, machine.seen.told()
    assert machine.seen.cases >= 160
    assert len(machine.links) >= 20
