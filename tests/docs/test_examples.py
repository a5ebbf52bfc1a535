"""Every example in the API document is one that the API gives or takes."""

from marshmallow import ValidationError

from tests.support.operations import doors, error_code


def examples_of(content):
    """The examples of one media type: its only one, or those that are named."""
    named = {name: example["value"] for name, example in content.get("examples", {}).items()}
    return {**({"example": content["example"]} if "example" in content else {}), **named}


def media_types(operation):
    """Every media type that holds JSON, under `request` or its status."""
    told = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for where, part in told.items():
        for kind, content in part.get("content", {}).items():
            if kind == "application/json":
                yield where, content


def test_every_json_body_has_an_example(document):
    bare = [
        f"{name} {where}"
        for name, operation in document.operations()
        for where, content in media_types(operation)
        if not examples_of(content)
    ]

    assert bare == []


def test_every_example_fits_its_schema(document):
    misfits = {
        f"{name} {where} {title}": faults
        for name, operation in document.operations()
        for where, content in media_types(operation)
        for title, value in examples_of(content).items()
        if (faults := document.faults(value, content["schema"]))
    }

    assert misfits == {}


def test_every_error_example_stands_under_its_own_code(document):
    wrong = [
        f"{name} {status} {title}"
        for name, operation in document.operations()
        for status, content in media_types(operation)
        for title, value in examples_of(content).items()
        if title != "example" and title != error_code(value)
    ]

    assert wrong == []


def test_every_request_example_is_taken_by_its_schema(document, app):
    refused = {}
    for door in doors(app):
        if door.operation is None or door.operation.body is None:
            continue
        try:
            door.operation.body.load(document.body(door))
        except ValidationError as refusal:
            refused[str(door)] = refusal.messages

    assert refused == {}


def test_every_parameter_example_fits_its_schema(document):
    misfits = {}
    for name, operation in document.operations():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            faults = document.faults(schema["example"], schema) if "example" in schema else []
            if faults:
                misfits[f"{name} {parameter['name']}"] = faults

    assert misfits == {}
