"""docs/troubleshooting.md explains every code that the application gives, and no other."""

import ast
import re
from collections.abc import Iterator

import pytest

import config
from app.core.errors import DomainError
from tests.support.house import ROOT

PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text()
# The first cell of a table's row: a status and a code, or a run's code alone.
REFUSALS = re.findall(r"^\| (\d{3}) `([A-Za-z_]+)` \|", TEXT, re.MULTILINE)
RUN_CODES = re.findall(r"^\| `([A-Z_]+)` \|", TEXT, re.MULTILINE)


def given_refusals():
    """Status and code of every error that the application, or nginx in its place, can answer."""
    return {(str(kind.status), kind.code) for kind in (DomainError, *subclasses(DomainError))}


def subclasses(kind: type) -> Iterator[type]:
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("app."):
            yield inner
        yield from subclasses(inner)


def given_run_codes():
    """The codes with which an execution can end, as they are written in the source."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found |= named_constant(node) | code_of_ending(node)
    return found


def named_constant(node):
    """`RUNNER_LOST = "RUNNER_LOST"`: a code that goes by its own name."""
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
        return set()
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names & {node.value.value}


def code_of_ending(node):
    """`Ending(FAILED, "TIMED_OUT", …)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return set()
    if node.func.id != "Ending" or len(node.args) < 2:
        return set()
    code = node.args[1]
    return {code.value} if isinstance(code, ast.Constant) and code.value else set()


def test_every_refusal_is_explained_once_with_its_status(app):
    assert sorted(REFUSALS) == sorted(given_refusals())


def test_every_ending_of_a_run_is_explained_once():
    explained = [code for code in RUN_CODES if code not in config.TABLE]

    assert sorted(explained) == sorted(given_run_codes() | {"INTERNAL_ERROR"})


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_paper_names_no_code_that_is_never_given(app, paper):
    named = set(re.findall(r"\b([45]\d\d) `([A-Za-z_]+)`", paper.read_text()))

    assert named <= given_refusals()


def test_the_limits_defaults_are_those_of_the_settings():
    told = dict(re.findall(r"^\| `(RATE_LIMIT_\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE))

    limits = {name: row[1] for name, row in config.TABLE.items() if name.startswith("RATE_")}
    assert told == limits
