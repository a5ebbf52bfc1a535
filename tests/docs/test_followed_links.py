"""Links of the API document lead from what was made to every operation upon it."""

import re

from tests.support.operations import doors

_OF_ANSWER = "$response.body#"


def links_of(operation):
    """Each link of an operation with the example of the answer that it starts from."""
    for response in operation["responses"].values():
        for link in response.get("links", {}).values():
            yield link, response["content"]["application/json"]["example"]


def value_at(pointer, body):
    for name in pointer.split("/")[1:]:
        body = body[name]
    return body


def test_every_location_is_a_link_to_what_it_names(document, app):
    lacking = []
    for door in doors(app):
        location = (door.operation.location if door.operation else None) or "{url}"
        if location == "{url}":
            # An answer that names one kind of thing or another has no place that is known before.
            continue
        template = re.sub(r"\{\w+\}", r"{\\w+}", location.partition("?")[0])
        path = next(path for path in document.raw["paths"] if re.fullmatch(template, path))
        shown = document.raw["paths"][path]["get"]["operationId"]
        for status, response in document.operation(door)["responses"].items():
            if status.startswith("2") and shown not in response["links"]:
                lacking.append(f"{door} {status}")

    assert lacking == []


def test_every_link_fills_the_whole_path_with_ids_of_the_answer(document):
    paths = {operation["operationId"]: name for name, operation in document.operations()}
    wrong = [
        f"{name} to {link['operationId']}"
        for name, operation in document.operations()
        for link, example in links_of(operation)
        if set(link["parameters"]) != set(re.findall(r"\{(\w+)\}", paths[link["operationId"]]))
        or not all(
            isinstance(value_at(place.removeprefix(_OF_ANSWER), example), int)
            for place in link["parameters"].values()
        )
    ]

    assert wrong == []


def test_a_new_job_leads_to_its_run_and_a_run_to_its_log(document):
    paths = document.raw["paths"]

    made = paths["/api/v1/backups"]["post"]["responses"]["201"]["links"]
    begun = paths["/api/v1/backups/{job_id}/run"]["post"]["responses"]["202"]["links"]

    assert made["run_job"] == {
        "operationId": "run_job",
        "parameters": {"job_id": "$response.body#/data/id"},
    }
    assert {"get_execution", "cancel_execution", "get_execution_log"} <= set(begun)
