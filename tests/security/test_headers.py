"""Every answer, whatever it says and whoever gets it, tells browsers to do nothing with it."""

import pytest

from tests.support.operations import doors

STRICT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
# What holds no data of anybody may be kept for a day, or asked for again by its ETag.
KEPT = {"GET /api/docs/files/<path:name>": "public, max-age=86400"}


def call(caller, door, method=None):
    values = {**dict.fromkeys(door.parameters, "1"), "name": "swagger-ui.css"}
    return caller.call(method or door.method, door.path(values))


def faults_of(response, policy=NOTHING, cache="no-store"):
    """The headers that are missing, say something else, or come twice."""
    expected = {**STRICT, "Content-Security-Policy": policy, "Cache-Control": cache}
    told = {name: response.headers.getlist(name) for name in expected}
    return {name: values for name, values in told.items() if values != [expected[name]]}


@pytest.fixture
def wrong(app):
    """Each door that answers a call with other headers, and which."""

    def ask(caller, method=None):
        found = {}
        for door in doors(app):
            with call(caller, door, method) as response:
                if response.mimetype != "text/html":
                    found[str(door)] = faults_of(response, cache=KEPT.get(str(door), "no-store"))
        return {name: faults for name, faults in found.items() if faults}

    return ask


def test_every_door_answers_with_them_to_whoever_is_signed_in(wrong, admin):
    assert wrong(admin) == {}


def test_a_refusal_has_them_too(wrong, anonymous):
    assert wrong(anonymous) == {}


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE"])
def test_so_have_methods_that_nobody_answers(wrong, admin, method):
    assert {name: faults for name, faults in wrong(admin, method).items() if name not in KEPT} == {}


@pytest.mark.parametrize(
    ("status", "method", "path", "options"),
    [
        (404, "GET", "/nowhere", {}),
        (404, "GET", "/api/backup/nowhere", {}),
        (404, "GET", "/api/v1/backups/1", {}),
        (400, "GET", "/api/v1/backups?nonsense=1", {}),
        (400, "POST", "/api/v1/tasks", {"data": b"{", "content_type": "application/json"}),
        (413, "POST", "/api/v1/tasks", {"data": b"x" * 1_048_577}),
        (415, "POST", "/api/v1/tasks", {"data": b"<a/>", "content_type": "text/xml"}),
    ],
)
def test_so_has_what_does_not_get_as_far_as_its_view(admin, status, method, path, options):
    response = admin.call(method, path, **options)

    assert (response.status_code, faults_of(response)) == (status, {})


def test_a_replayed_answer_has_each_once(admin):
    key = {"Idempotency-Key": "once"}
    body = {"name": "nightly", "role": "reporter"}
    first = admin.post("/api/v1/auth/api-keys", body, headers=key)

    again = admin.post("/api/v1/auth/api-keys", body, headers=key)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert (faults_of(first), faults_of(again)) == ({}, {})


def test_the_docs_page_has_all_but_the_policy(anonymous):
    response = anonymous.get("/api/docs")

    policy = response.headers["Content-Security-Policy"]
    assert faults_of(response, policy) == {}
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
        policy.split("; ")
    )


def test_no_device_may_be_asked_for(anonymous):
    (told,) = anonymous.get("/api/docs").headers.getlist("Permissions-Policy")

    assert {f"{name}=()" for name in FEATURES} <= set(told.split(", "))


def test_nothing_tells_what_it_is_served_by(anonymous):
    headers = anonymous.get("/api/v1/health").headers

    assert {"Server", "X-Powered-By", "Via"} & set(headers.keys()) == set()
