"""What docs/performance.md tells is what was measured."""

import subprocess
import sys

import pytest

from benchmarks.cases import CASES
from tests.docs.test_papers import DOCS, ROOT, drift


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The paper and its charts; by a process of its own, since pygal changes how modules load."""
    folder = tmp_path_factory.mktemp("performance")
    command = [sys.executable, "-m", "benchmarks.paper", "--into", folder]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_paper_and_its_charts_are_what_the_results_say(written):
    kept = {name: (DOCS / name).read_text(encoding="utf-8") for name in written}
    changed = {name: drift(kept[name], text) for name, text in written.items()}

    assert {name: lines for name, lines in changed.items() if lines} == {}, (
        "Run `.venv/bin/python -m benchmarks.paper`."
    )


def test_a_chart_holds_no_script_and_fetches_nothing(written):
    charts = {name: text for name, text in written.items() if name.endswith(".svg")}
    plain = {name: text.replace("http://www.w3.org/2000/svg", "") for name, text in charts.items()}
    active = ("<script", "href", "://", "@import", "url(")

    assert "performance-results.svg" in charts
    assert [name for name, text in plain.items() if any(word in text for word in active)] == []


def test_each_case_is_explained():
    told = (DOCS / "performance.md").read_text(encoding="utf-8")

    assert [case.__name__ for case in CASES if f"`{case.__name__}" not in told] == []
