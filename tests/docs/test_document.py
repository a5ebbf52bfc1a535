"""GET /openapi.json describes every operation wholly, readably and validly."""

import re

from openapi_spec_validator import OpenAPIV31SpecValidator

import config
from app import create_app
from tests.support.operations import DOCUMENT_URL, doors, is_legacy

SIGNED_IN_CODES = {
    "AUTHENTICATION_REQUIRED",
    "INVALID_CREDENTIALS",
    "TOKEN_EXPIRED",
    "TOKEN_REVOKED",
    "FORBIDDEN",
}
ALWAYS = {"RATE_LIMITED", "INTERNAL_ERROR"}
OAUTH_ALWAYS = {"temporarily_unavailable", "server_error", "invalid_request"}
BODY_CODES = {"VALIDATION_ERROR", "MALFORMED_JSON", "BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"}


def codes_of(operation):
    return {
        code
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for code in content.get("examples", {})
    }


def test_is_a_valid_openapi_3_1_document(document):
    found = [error.message for error in OpenAPIV31SpecValidator(document.raw).iter_errors()]

    assert found == []
    assert document.raw["openapi"].startswith("3.1")


def test_is_made_when_it_is_asked_for_and_not_before(environ):
    """Workers, schedulers and commands never ask, and making it takes long."""
    app = create_app(config.load(environ))
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    untold = api.untold_blueprints()

    app.test_client().get(DOCUMENT_URL)

    assert "auth" in untold
    assert api.untold_blueprints() == []


def test_holds_every_operation_of_the_application(document, app):
    served = {door.name for door in doors(app) if door.operation}

    assert {name for name, _ in document.operations()} == served


def test_tells_of_no_method_but_in_its_description(document):
    """HEAD and OPTIONS are the same everywhere, so they are told of once."""
    methods = {key for item in document.raw["paths"].values() for key in item} - {"parameters"}

    assert methods == {"get", "put", "post", "patch", "delete"}
    assert all(f"`{word}`" in document.raw["info"]["description"] for word in ("HEAD", "OPTIONS"))


def test_names_every_operation_once_after_its_view(document, app):
    named = {
        str(door): document.operation(door)["operationId"] for door in doors(app) if door.operation
    }

    views = {
        str(door): app.view_functions[door.endpoint].__name__
        for door in doors(app)
        if door.operation
    }
    assert named == views
    assert len(set(named.values())) == len(named)


def test_tells_what_every_operation_does_and_where_it_belongs(document):
    tags = {tag["name"] for tag in document.raw["tags"] if tag["description"]}
    silent = [
        name
        for name, operation in document.operations()
        if not re.fullmatch(r"[A-Z].*\.", operation.get("summary", ""))
        or not set(operation.get("tags", [])) <= tags
        or not operation.get("tags")
    ]

    assert silent == []


def test_says_who_may_call_every_operation(document, app):
    schemes = set(document.raw["components"]["securitySchemes"])
    wrong = []
    for door in doors(app):
        if door.operation is None:
            continue
        told = document.operation(door)
        ways = {way for entry in told["security"] for way in entry}
        is_open = door.operation.is_public and not door.operation.token_in_view
        is_right = ways == (set() if is_open else schemes)
        if not is_right or told.get("x-permission") != door.operation.permission:
            wrong.append(str(door))

    assert wrong == []


def test_gives_every_status_a_schema(document):
    bare = [
        f"{name} {status}"
        for name, operation in document.operations()
        for status, response in operation["responses"].items()
        if not response["description"]
        or bool(response.get("content")) == (status == "204")
        or not all(content.get("schema") for content in response.get("content", {}).values())
    ]

    assert bare == []


def test_names_every_error_code_that_the_house_gives_by_itself(document, app):
    missing = {}
    for door in doors(app):
        if door.operation is None:
            continue
        if door.operation.takes_form:
            # OAuth has words of its own for whatever goes wrong.
            assert codes_of(document.operation(door)) >= OAUTH_ALWAYS
            continue
        expected = set(ALWAYS)
        expected |= set() if door.operation.is_public else SIGNED_IN_CODES
        expected |= BODY_CODES if door.operation.body else set()
        expected |= {"PRECONDITION_FAILED"} if door.operation.is_conditional else set()
        if door.parameters and not is_legacy(door.rule):
            expected.add("NOT_FOUND")
        lacking = expected - codes_of(document.operation(door))
        if lacking:
            missing[str(door)] = sorted(lacking)

    assert missing == {}


def test_takes_every_id_in_a_path_as_a_whole_number(document):
    kinds = {
        (parameter["name"], parameter["schema"]["type"])
        for item in document.raw["paths"].values()
        for parameter in item.get("parameters", [])
        if parameter["in"] == "path"
    }

    assert {kind for name, kind in kinds if name.endswith("_id")} == {"integer"}
    assert all(name.endswith("_id") or kind == "string" for name, kind in kinds)


def test_names_its_schemas_in_words_and_uses_all_of_them(document):
    schemas = document.raw["components"]["schemas"]
    used = set(re.findall(r"#/components/schemas/(\w+)", str(document.raw)))

    assert [name for name in schemas if not re.fullmatch(r"(?:[A-Z][a-z]+)+", name)] == []
    assert used == set(schemas)


def test_describes_a_log_as_plain_text(document):
    log = document.raw["paths"]["/api/v1/executions/{execution_id}/log"]["get"]

    assert list(log["responses"]["200"]["content"]) == ["text/plain"]
    assert list(log["responses"]["404"]["content"]) == ["application/json"]


def test_writes_patterns_that_every_client_understands(document):
    patterns = set(re.findall(r"'pattern': '([^']*)'", str(document.raw)))

    assert patterns
    assert [pattern for pattern in patterns if not re.fullmatch(r"\^[^\\]*\$", pattern)] == []
