"""docs/routes.md: which endpoint lives where."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import groupby
from types import FunctionType, ModuleType
from typing import Any

from flask import Flask

from scripts.papers.markdown import code, opening, table
from scripts.papers.operations import Told, source_of, told

_TEXT = """
A route says what HTTP says; the service beside it says what the product does. A route lives with
the service that it calls, whatever its URL. *Limit* is the rate limit that a call counts under:
`reads` (`RATE_LIMIT_READS`), `writes` (`RATE_LIMIT_WRITES`), `login` (`RATE_LIMIT_LOGIN`),
`status` (`RATE_LIMIT_STATUS`), or none. *Permission* is empty where any signed-in caller may, and
says *public* where no credentials are asked for.
"""
_HEADS = ("operation", "what it does", "permission", "limit", "view", "service")
# What a view may ask without its being the operation's service.
_ASIDE = ("app.core.", "config")


def write_routes(app: Flask) -> str:
    parts = [opening("Routes", "the routes", _TEXT)]
    lines = sorted(told(app), key=lambda line: line.domain)
    for domain, group in groupby(lines, key=lambda line: line.domain):
        parts += [f"## {domain}\n", table(_HEADS, map(_row, group))]
    return "\n".join(parts)


def _row(line: Told) -> list[str]:
    view = line.view
    services = dict.fromkeys(_services(view, set()) if isinstance(view, FunctionType) else ())
    return [
        code(line.name),
        line.summary,
        _permission(line),
        line.limit,
        _place(view),
        ", ".join(_place(function) for function in services),
    ]


def _permission(line: Told) -> str:
    operation = line.door.operation
    if operation is None or operation.is_public:
        return "*public*"
    return code(operation.permission) if operation.permission else ""


def _place(function: FunctionType | type) -> str:
    path = source_of(function)
    short = path.removeprefix("app/").removesuffix(".py")
    return f"[{short}](../{path}) {code(function.__name__)}"


def _services(function: FunctionType, seen: set[FunctionType]) -> Iterator[FunctionType]:
    """The functions of other rooms of the house that a view calls, also by its own helpers."""
    seen.add(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called = _called(call.func, function.__globals__)
        if called is None or called in seen:
            continue
        if called.__module__ == function.__module__:
            yield from _services(called, seen)
        elif called.__module__.startswith("app.") and not called.__module__.startswith(_ASIDE):
            yield called


def _called(name: ast.expr, known: dict[str, Any]) -> FunctionType | None:
    """The function behind `module.function` or `function`, if it is one."""
    found: Any = None
    if isinstance(name, ast.Name):
        found = known.get(name.id)
    elif isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        module = known.get(name.value.id)
        found = getattr(module, name.attr, None) if isinstance(module, ModuleType) else None
    return found if isinstance(found, FunctionType) else None
