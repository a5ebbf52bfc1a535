"""The PowerShell module as its syntax tree shows it: nothing here can run it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_powershell

from tests.support.house import ROOT

MODULE = ROOT / "clients" / "powershell" / "Holdfast"
FILES = sorted(path for path in MODULE.rglob("*.ps*1"))
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


@dataclass(frozen=True)
class Function:
    """One function of the module: its name, its parameters, and all that lies in it."""

    name: str
    path: Path
    node: tree_sitter.Node

    @property
    def parameters(self) -> set[str]:
        return {_variable(node) for node in self._of("script_parameter")}

    @property
    def text(self) -> str:
        return text_of(self.node)

    @property
    def calls(self) -> list[tuple[str, set[str]]]:
        """Each command that it calls, with the parameters that it names."""
        return [
            (
                text_of(node.child_by_field_name("command_name")),
                {
                    text_of(word).lstrip("-").rstrip(":")
                    for word in walk(node)
                    if word.type == "command_parameter" and _command_of(word) == node
                },
            )
            for node in self._of("command")
            if node.child_by_field_name("command_name") is not None
        ]

    @property
    def assigned(self) -> set[str]:
        """Variables that get a value in it."""
        found = set(self.parameters)
        for node in self._of("assignment_expression"):
            left = next(child for child in node.children if "left" in child.type)
            found |= {text_of(each) for each in walk(left) if each.type == "variable"}
        for node in self._of("foreach_statement"):
            found.add(_variable(node))
        return found

    @property
    def used(self) -> set[str]:
        return {text_of(node) for node in self._of("variable")}

    def _of(self, kind: str) -> Iterator[tree_sitter.Node]:
        return (node for node in walk(self.node) if node.type == kind)


def parse(path: Path) -> tree_sitter.Node:
    return _PARSER.parse(path.read_bytes()).root_node


def functions() -> list[Function]:
    return [
        Function(text_of(name), path, node)
        for path in FILES
        for node in walk(parse(path))
        if node.type == "function_statement"
        for name in node.children
        if name.type == "function_name"
    ]


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def text_of(node: tree_sitter.Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode()


def quoted(text: str) -> set[str]:
    """The words in single quotes."""
    return set(re.findall(r"'([\w-]+)'", text))


def _variable(node: tree_sitter.Node) -> str:
    """The variable that a parameter or a loop names: the first that is not inside brackets."""
    return next(text_of(child) for child in node.children if child.type == "variable")


def _command_of(node: tree_sitter.Node) -> tree_sitter.Node | None:
    found = node.parent
    while found is not None and found.type != "command":
        found = found.parent
    return found
