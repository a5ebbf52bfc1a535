"""What hypothesis draws does not hang on which modules a worker has imported."""

import hypothesis
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import GLOBAL_CONSTANTS, _get_local_constants


def test_no_literal_of_ours_is_drawn():
    drawn = set()

    @hypothesis.settings(max_examples=1_000)
    @hypothesis.given(st.text())
    def draw(text):
        drawn.add(text)

    draw()

    ours = {*_get_local_constants().strings} - {*GLOBAL_CONSTANTS.strings, ""}
    ours = {text for text in ours if len(text) > 2}
    assert ours
    assert drawn & ours == set()
