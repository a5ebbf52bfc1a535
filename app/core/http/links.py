"""Links in the API document: from what an operation made to every operation upon it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PARAMETER = re.compile(r"\{(\w+)\}")
_METHODS = ("get", "put", "post", "patch", "delete")


def add_links(paths: Mapping[str, Mapping[str, Any]], locations: Mapping[str, str]) -> None:
    """Tell, of each operation that answers with a Location, what takes the ids in it.

    `locations` are the templates that the Location headers are filled from, by operationId. A path
    parameter is called the same wherever it means the same, so its name alone says what fits.
    """
    operations = list(_operations(paths))
    for _, maker in operations:
        known = _known(locations.get(maker["operationId"], ""), paths)
        links = {
            operation["operationId"]: {
                "operationId": operation["operationId"],
                "parameters": {name: known[name] for name in names},
            }
            for path, operation in operations
            if (names := _PARAMETER.findall(path)) and known.keys() >= set(names)
        }
        for status, response in maker["responses"].items():
            if links and status.startswith("2"):
                response["links"] = links


def _known(location: str, paths: Mapping[str, Any]) -> dict[str, str]:
    """Each parameter that a Location tells of, and where in the answer its value stands."""
    address, _, query = location.partition("?")
    template = _PARAMETER.sub("{}", address)
    path = next((path for path in paths if _PARAMETER.sub("{}", path) == template), "")
    named = dict(zip(_PARAMETER.findall(path), _PARAMETER.findall(address), strict=False))
    named |= re.findall(r"(\w+)=\{(\w+)\}", query)
    return {name: f"$response.body#/data/{field}" for name, field in named.items()}


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        for method in _METHODS:
            if method in item:
                yield path, item[method]
