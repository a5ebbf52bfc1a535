"""Every operation as the papers tell of it: where it belongs, who may, and whose code answers."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from flask import Flask

from scripts.papers.openapi import document_of
from tests.support.operations import Door, doors

ROOT = Path(__file__).resolve().parents[2]
PAGES = "Pages"
_DOCUMENT = "Send the API document."


@dataclass(frozen=True)
class Told:
    """One operation, and its view without the pipeline around it.

    The API document is served by its library: its view is the class of ours that bids it.
    """

    door: Door
    group: str
    summary: str
    view: FunctionType | type

    @property
    def name(self) -> str:
        return self.door.name

    @property
    def domain(self) -> str:
        """`backups` of `app.backups.routes.jobs`."""
        return self.view.__module__.split(".")[1]

    @property
    def limit(self) -> str:
        """The class of rate limits that it counts under."""
        operation = self.door.operation
        if operation is None:
            return "none"
        return operation.limit or ("reads" if self.door.method == "GET" else "writes")


def told(app: Flask) -> Iterator[Told]:
    """Every operation in the order in which it is mounted, the pages last."""
    described = document_of(app)
    groups = {tag["name"]: tag["description"] for tag in described["tags"]}
    for door in sorted(doors(app), key=lambda door: door.operation is None):
        view = _view(app, door)
        item: dict[str, Any] = described["paths"].get(door.template, {})
        known = item.get(door.method.lower())
        group = groups[known["tags"][0]] if known else PAGES
        summary = (inspect.getdoc(view) or "").partition("\n")[0]
        yield Told(door, group, summary if isinstance(view, FunctionType) else _DOCUMENT, view)


def source_of(thing: Any) -> str:
    """The file of a function or module, from the root of the repository."""
    return Path(inspect.getfile(thing)).resolve().relative_to(ROOT).as_posix()


def _view(app: Flask, door: Door) -> FunctionType | type:
    view: Any = inspect.unwrap(app.view_functions[door.endpoint])
    return type(view.__self__) if isinstance(view, MethodType) else view
