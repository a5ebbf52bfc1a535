"""GET /api/docs shows the document in Swagger UI, from this server alone."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.support.operations import DOCUMENT_URL

PAGE = "/api/docs"
# Names of XML vocabularies, which nobody fetches.
VOCABULARIES = {"http://www.w3.org/2000/svg"}


class Loaded(HTMLParser):
    """What a page fetches, and the scripts and styles that stand in it."""

    def __init__(self):
        super().__init__()
        self.addresses, self.inline, self.nonces = [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.nonces.append(given.get("nonce"))


def read(response):
    page = Loaded()
    page.feed(response.text)
    return page


def policy_of(response):
    header = response.headers["Content-Security-Policy"]
    return {words[0]: words[1:] for part in header.split(";") if (words := part.split())}


@pytest.mark.parametrize("path", [PAGE, PAGE + "/"])
def test_is_an_html_page_with_or_without_a_slash(anonymous, path):
    response = anonymous.get(path)

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert DOCUMENT_URL in response.text


def test_loads_only_files_of_this_server(anonymous):
    addresses = read(anonymous.get(PAGE)).addresses

    assert any(address.endswith("swagger-ui-bundle.js") for address in addresses)
    for address in addresses:
        assert urlsplit(address)[:2] == ("", "")
        with anonymous.get(address) as file:
            assert file.status_code == 200


def test_its_styles_fetch_nothing_from_elsewhere(anonymous):
    with anonymous.get(f"{PAGE}/files/swagger-ui.css") as response:
        found = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w./-]*", response.text))
        imports = re.findall(r"@import|url\((?!\"?data:|'?data:)", response.text)

    assert found == VOCABULARIES
    assert imports == []


def test_its_policy_allows_nothing_but_this_server(anonymous):
    policy = policy_of(anonymous.get(PAGE))

    sources = {source for name in policy for source in policy[name]}
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert {source for source in sources if not source.startswith("'nonce-")} == {
        "'none'",
        "'self'",
        "data:",
    }


def test_its_only_inline_script_has_the_nonce_of_its_policy(anonymous):
    response = anonymous.get(PAGE)

    page = read(response)
    assert [f"'nonce-{nonce}'" for nonce in page.nonces] == policy_of(response)["script-src"][1:]
    assert page.inline == []


def test_every_page_has_a_nonce_of_its_own(anonymous):
    nonces = {nonce for _ in range(3) for nonce in read(anonymous.get(PAGE)).nonces}

    assert len(nonces) == 3
    assert all(len(nonce) >= 20 for nonce in nonces)


def test_its_script_asks_no_validator_elsewhere(anonymous):
    response = anonymous.get(PAGE)

    assert "validatorUrl: null" in response.text
    assert "//" not in re.sub(r"<!doctype html>", "", response.text)
