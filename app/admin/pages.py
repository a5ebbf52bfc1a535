"""The documentation's pages: Swagger UI from its own package, with no outside network."""

import secrets
from importlib.resources import files

from flask import Blueprint, Response, render_template_string, send_from_directory

DOCUMENT_URL = "/api/v1/openapi.json"
FILES_URL = "/api/docs/files"
_FILES = str(files("flask_swagger_ui") / "dist")
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast API</title>
<link rel="stylesheet" href="{{ files }}/swagger-ui.css">
<link rel="icon" type="image/png" href="{{ files }}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{{ files }}/swagger-ui-bundle.js"></script>
<script nonce="{{ nonce }}">
window.ui = SwaggerUIBundle({
  url: {{ document|tojson }},
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
</script>
</body>
</html>
"""

blp = Blueprint("docs", __name__, url_prefix="/api/docs")


@blp.get("", strict_slashes=False)
def show_docs() -> Response:
    """Show the API document in Swagger UI."""
    nonce = secrets.token_urlsafe(16)
    page = render_template_string(_PAGE, files=FILES_URL, document=DOCUMENT_URL, nonce=nonce)
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
    return response


@blp.get("/files/<path:name>")
def send_docs_file(name: str) -> Response:
    """Send one of Swagger UI's own files."""
    # Whole files only: a part that lies beyond the end would be an error of its own.
    response = send_from_directory(_FILES, name, max_age=86_400, conditional=False)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
