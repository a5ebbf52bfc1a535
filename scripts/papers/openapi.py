"""The API document as a file: what the application serves, in an order of its own."""

import json
from typing import Any

from flask import Flask


def document_of(app: Flask) -> dict[str, Any]:
    """The document itself, without a request for it."""
    described: dict[str, Any] = app.extensions["flask-smorest"]["apis"][""][
        "ext_obj"
    ].spec.to_dict()
    return described


def write_openapi(app: Flask) -> str:
    text = json.dumps(document_of(app), indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n"
