"""Our Blueprint: every view gets the whole pipeline and its documentation by being registered."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import flask_smorest
from flask import Response

from app.core.http import document
from app.core.http.envelope import Envelope
from app.core.http.operation import operation_of
from app.core.http.pipeline import serve


class UnguardedView(RuntimeError):
    """A view said neither `requires` nor `public`."""


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's Blueprint with the house's envelope at run time and in the document.

    `resource` is what its writes are about, by the `audit_name` of the model: the audit log
    names it where no row that changed tells more.
    """

    envelope: Envelope = Envelope()

    def __init__(
        self, name: str, import_name: str, *, resource: str | None = None, **options: Any
    ) -> None:
        self._untold: list[Callable[[], None]] = []
        super().__init__(name, import_name, **options)
        self.resource = resource or name

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        if view_func is None or not operation_of(view_func).guarded:
            raise UnguardedView(f"{rule} declares neither requires() nor public().")
        operation = operation_of(view_func)
        action = f"{self.name}.{view_func.__name__}"
        answers, resource = self.envelope, self.resource

        @wraps(view_func)
        def served(**path: Any) -> Response:
            return serve(view_func, operation, action, resource, answers, path)

        served.envelope = answers  # type: ignore[attr-defined]
        served.describe = partial(document.describe, view_func, rule, options, answers)  # type: ignore[attr-defined]
        super().add_url_rule(rule, endpoint, served, provide_automatic_options, **options)

    def register_views_in_doc(self, *args: Any, **options: Any) -> None:
        """Describe the views now: whoever imports them seldom asks for the document."""
        while self._untold:
            self._untold.pop(0)()
        super().register_views_in_doc(*args, **options)

    def _store_endpoint_docs(
        self, endpoint: str, served: Callable[..., Any], *args: Any, **options: Any
    ) -> None:
        def describe() -> None:
            served._apidoc = served.describe()  # type: ignore[attr-defined]
            keep(endpoint, served, *args, **options)

        keep = super()._store_endpoint_docs
        self._untold.append(describe)
