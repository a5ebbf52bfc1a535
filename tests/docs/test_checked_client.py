"""The client of all tests lets no answer pass that the API document does not tell of."""

import pytest
from flask import Response, json
from marshmallow import Schema, fields

import config
from app import create_app
from app.core.http import Blueprint, public, returns

OPERATION = "/api/v1/liar"
STRAY = "/stray"


class LiarSchema(Schema):
    name = fields.String()
    version = fields.Integer()


@pytest.fixture(scope="module")
def said():
    """What the liar will answer: keywords of a Response."""
    return {}


@pytest.fixture(scope="module")
def liar(environ, said):
    """A client of an application with a view that says whatever a test wants."""
    app = create_app(config.load(environ))
    blueprint = Blueprint("liar", __name__, url_prefix=OPERATION, description="Liars")

    @blueprint.get("")
    @public()
    @returns(LiarSchema)
    def say():
        """Say what a test wants."""
        return Response(**{"mimetype": "application/json", **said})

    app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(blueprint)
    app.add_url_rule(STRAY, view_func=say)
    return app.test_client()


@pytest.fixture
def tell(liar, said):
    """Let the view say this, and ask it."""

    def ask(body, path=OPERATION, method="GET", **response):
        text = body if isinstance(body, str) else json.dumps(body)
        said.clear()
        said.update({"headers": {"ETag": '"v1"'}, **response, "response": text})
        return liar.open(path, method=method, headers={"X-Request-ID": "t"})

    return ask


def honest(**changes):
    data = {"name": "n", "version": 1}
    return {"success": True, "data": data, "meta": {"trace_id": "t"}, **changes}


def error(code="RATE_LIMITED"):
    meta = {"trace_id": "t"}
    return {"success": False, "error": code, "message": "No.", "details": {}, "meta": meta}


def test_lets_pass_what_the_document_tells_of(tell):
    assert tell(honest()).json == honest()
    assert tell(error(), status=429, headers={"Retry-After": "1"}).status_code == 429


@pytest.mark.parametrize(
    ("body", "response", "fault"),
    [
        (honest(more=1), {}, "'more' was unexpected"),
        (honest(data={"name": "n"}), {}, "'version' is a required property"),
        (honest(data={"name": 1, "version": 1}), {}, "1 is not of type 'string'"),
        (honest(meta={"trace_id": "another"}), {}, "meta.trace_id is not X-Request-ID"),
        (honest(), {"headers": {}}, "the header ETag is missing"),
        (honest(), {"headers": {"ETag": "1", "Location": "/"}}, "Location is not in the document"),
        (honest(), {"status": 201}, "the status 201 is not in the document"),
        ("<p>", {"mimetype": "text/html"}, "the type text/html is not in the document"),
        (error("CONFLICT"), {"status": 409}, "the status 409 is not in the document"),
        (error("SLOW"), {"status": 429, "headers": {"Retry-After": "1"}}, "the code SLOW"),
        (error("RATE_LIMITED"), {"status": 429, "headers": {}}, "Retry-After is missing"),
        (error("INTERNAL_ERROR"), {"status": 500, "headers": {}}, "the status 500"),
    ],
)
def test_stops_what_the_document_does_not_tell_of(tell, body, response, fault):
    with pytest.raises(AssertionError, match=fault):
        tell(body, **response)


def test_stops_an_error_of_no_operation_that_is_unlike_all_others(tell):
    with pytest.raises(AssertionError, match="the type text/html is no error's"):
        tell("<p>", path=STRAY, status=404, mimetype="text/html")
    with pytest.raises(AssertionError, match="'message' is a required property"):
        tell({"success": False, "error": "NOT_FOUND"}, path=STRAY, status=404)
    assert tell("<p>", path=STRAY, mimetype="text/html").text == "<p>"


def test_names_the_request_and_the_answer(tell):
    with pytest.raises(AssertionError, match=f"(?s)GET {OPERATION} answered 201.*never told"):
        tell(honest(message="never told"), status=201)
