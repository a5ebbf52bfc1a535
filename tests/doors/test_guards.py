"""A view that says neither who may call it nor that anybody may cannot be mounted."""

import pytest

from app.core.http import Blueprint, public, requires
from app.core.http.blueprint import UnguardedView
from tests.support.operations import doors


def view():
    """Do nothing."""


def test_refuses_a_view_that_declares_nothing():
    blueprint = Blueprint("bare", __name__)

    with pytest.raises(UnguardedView, match="/bare"):
        blueprint.add_url_rule("/bare", view_func=view)


@pytest.mark.parametrize("guard", [public(), requires(), requires("backups:read")])
def test_takes_a_view_that_declares_who_may(guard):
    def guarded():
        """Do nothing."""

    Blueprint("open", __name__).add_url_rule("/open", view_func=guard(guarded))

    assert guarded.operation.guarded


def test_every_address_under_the_api_is_an_operation(app):
    strays = {str(door) for door in doors(app) if door.operation is None}

    assert strays == {
        "GET /api/docs",
        "GET /api/docs/files/<path:name>",
        "GET /api/v1/openapi.json",
    }
