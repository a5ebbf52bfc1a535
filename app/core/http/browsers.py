"""What every answer tells browsers: to load, frame, share, sniff and keep nothing of it."""

from flask import Response

# They stand on every answer of a hot path, so they are joined once; no view sets one of its own.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    # Origins of CORS_ORIGINS ask by CORS, which this does not concern.
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
)
# A page of ours may load its own files, and such a file may be kept.
_UNLESS_TOLD = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
)


def restrict(response: Response) -> None:
    """Add them; a policy and a time to keep that the view gave stand."""
    headers = response.headers
    for name, value in _UNLESS_TOLD:
        headers.setdefault(name, value)
    headers.extend(_ALWAYS)
