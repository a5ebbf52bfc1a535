"""What hypothesis draws hangs on its seed alone, not on what else a worker has run before."""

from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.constants_ast import Constants


def draw_no_local_constants() -> None:
    """Leave out the literals of imported modules, which hypothesis draws now and then.

    Which modules a worker has imported by then depends on the tests that it was given.
    """
    HypothesisProvider._local_constants = Constants()  # type: ignore[assignment]
