"""Forms: what a request sends as `application/x-www-form-urlencoded`."""

import base64
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50


@dataclass(frozen=True)
class SentForm:
    """The fields of a form, each with every value that was given, and the header beside it.

    `is_form` tells whether it was one at all: otherwise there are no fields.
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    authorization: str = ""
    is_form: bool = True


def parse(raw: bytes, mimetype: str, authorization: str) -> SentForm:
    """Read the body; what is not UTF-8 or has too many fields is no form."""
    if mimetype != FORM_TYPE:
        return SentForm(authorization=authorization, is_form=False)
    try:
        fields = parse_qs(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return SentForm(authorization=authorization, is_form=False)
    return SentForm(fields, authorization)


def client_name(form: SentForm) -> str:
    """The id of the client that asks, as far as it can be read: by HTTP Basic, else in the form."""
    by_header = basic_credentials(form.authorization)
    return by_header[0] if by_header else form.fields.get("client_id", [""])[0]


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """The name and the password of HTTP Basic; None where it is not that or cannot be read."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except ValueError:
        return None
    return (unquote(name), unquote(password)) if colon else None
