"""docs/data-model.md: every table, column and index, and how the tables hang together."""

import inspect
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from flask import Flask
from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapper

from app.core.db import Base
from app.core.models import SoftDeleted, Versioned
from app.core.tenancy import TenantScoped
from scripts.papers.columns import default_of, kind_of, notes_of
from scripts.papers.markdown import code, opening, table
from scripts.papers.operations import source_of

_TEXT = """
Each domain keeps its own tables; another reads them and changes them only through its service.
Keys are 64-bit numbers that are never given out twice. A *moment* is kept in UTC and comes back
with its time zone, also from SQLite. *Default* is what the application fills in, since rows are
made by it alone.

In a *tenant-scoped* table every row belongs to the tenant in `tenant_id`, and every statement is
held to the caller's tenant below the views. A *versioned* table's `version` rises with each
change and is the ETag. A *softly deleted* row stays, with `deleted_at`, so that history stays
readable. What is *audited* leaves each change in `audit_log`. The drawings leave `tenant_id` out.
"""
_HEADS = ("column", "type", "null", "default", "notes")


def write_data_model(app: Flask) -> str:
    parts = [opening("Data model", "the models", _TEXT)]
    mappers = sorted(Base.registry.mappers, key=lambda m: (_domain(m), _table_of(m).name))
    for domain, group in groupby(mappers, key=_domain):
        models = list(group)
        parts += [f"## {domain}\n", *_drawing(models), *map(_describe, models)]
    return "\n".join(parts)


def _domain(mapper: Mapper[Any]) -> str:
    name: str = mapper.class_.__module__.split(".")[1]
    return name


def _table_of(mapper: Mapper[Any]) -> Any:
    return mapper.local_table


def _describe(mapper: Mapper[Any]) -> str:
    model, rows = mapper.class_, _table_of(mapper)
    path = source_of(model)
    doc = " ".join((inspect.getdoc(model) or "").replace("\n\n", " ¶ ").split())
    parts = [
        f"### {rows.name}\n",
        f"{doc.replace(' ¶ ', chr(10) + chr(10))}\n",
        f"*{', '.join(_habits(model))}* · [{model.__name__}](../{path})\n",
        table(_HEADS, map(_row, rows.columns)),
    ]
    keys = [*_uniques(rows), *_indexes(rows), *_relationships(mapper)]
    return "\n".join([*parts, *([*keys, ""] if keys else [])])


def _habits(model: type[Any]) -> list[str]:
    habits = [
        "tenant-scoped" if issubclass(model, TenantScoped) else "not tenant-scoped",
        "versioned" if issubclass(model, Versioned) else "",
        "softly deleted" if issubclass(model, SoftDeleted) else "",
        "audited" if getattr(model, "audit_name", None) else "",
    ]
    return [habit for habit in habits if habit]


def _row(column: Column[Any]) -> list[str]:
    return [
        code(column.name),
        kind_of(column.type),
        "null" if column.nullable else "",
        default_of(column),
        ", ".join(notes_of(column)),
    ]


def _uniques(rows: Any) -> Iterator[str]:
    found = [each for each in rows.constraints if isinstance(each, UniqueConstraint)]
    for names in sorted([column.name for column in each.columns] for each in found):
        yield f"- unique: {', '.join(map(code, names))}"


def _indexes(rows: Any) -> Iterator[str]:
    for index in sorted(rows.indexes, key=lambda each: str(each.name)):
        yield f"- {_index(index)}"


def _index(index: Index) -> str:
    names = ", ".join(code(column.name) for column in index.columns)
    condition = index.dialect_options["postgresql"]["where"]
    where = f", only where {code(str(condition))}" if condition is not None else ""
    kind = "unique index" if index.unique else "index"
    return f"{kind} {code(str(index.name))}: {names}{where}"


def _relationships(mapper: Mapper[Any]) -> Iterator[str]:
    for relation in mapper.relationships:
        kind = "rows" if relation.uselist else "row"
        target = code(_table_of(relation.mapper).name)
        yield f"- {code(relation.key)}: the {kind} of {target} that belong to it"


def _drawing(models: list[Mapper[Any]]) -> list[str]:
    """The tables of one domain and what they point at; none where nothing is pointed at."""
    edges = [
        _edge(column, key)
        for mapper in models
        for column in _table_of(mapper).columns
        for key in sorted(column.foreign_keys, key=lambda key: key.target_fullname)
        if column.name != "tenant_id"
    ]
    return ["```mermaid\nerDiagram\n" + "\n".join(edges) + "\n```\n"] if edges else []


def _edge(column: Column[Any], key: ForeignKey) -> str:
    one = "|o" if column.nullable else "||"
    many = "o|" if column.primary_key or column.unique else "o{"
    target = key.target_fullname.partition(".")[0]
    return f"    {target} {one}--{many} {column.table.name} : {column.name}"
