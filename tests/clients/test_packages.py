"""The Python clients install as they say they do."""

import ast
import importlib
import sys
import tomllib

import pytest

from tests.support.house import ROOT


@pytest.mark.parametrize(
    ("folder", "package"), [("cli", "holdfast_cli"), ("runner", "holdfast_runner")]
)
class TestPackage:
    def test_its_command_is_there(self, folder, package):
        told = tomllib.loads((ROOT / "clients" / folder / "pyproject.toml").read_text())
        (command,) = told["project"]["scripts"].values()
        module, _, name = command.partition(":")

        assert callable(getattr(importlib.import_module(module), name))
        assert told["project"]["version"] == importlib.import_module(package).__version__
        assert told["tool"]["setuptools"]["packages"] == [package]

    def test_it_asks_for_nothing_but_python(self, folder, package):
        for path in (ROOT / "clients" / folder / package).glob("*.py"):
            ast.parse(path.read_text(), feature_version=(3, 9))
            for name in imported(path):
                assert name in sys.stdlib_module_names | {package}, (path.name, name)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
