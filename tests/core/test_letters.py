"""Letters as they arrive: in UTF-8, and with no header that a text began."""

import pytest

from app.core.mail import send
from tests.support.mail import failure_at, letter, mail_server, server_at


@pytest.fixture(scope="module")
def running():
    with mail_server(enable_SMTPUTF8=False) as found:
        yield found


@pytest.fixture
def postmaster(running):
    running.clear()
    return running


def test_both_forms_arrive_in_utf8(postmaster):
    send(server_at(postmaster.url), letter())

    (message,) = postmaster.taken
    assert message["Subject"] == letter().subject
    assert postmaster.bodies("plain")[0].rstrip() == "Grüße, 世界"
    assert "Grüße, 世界" in postmaster.bodies("html")[0]
    assert message.get_content_type() == "multipart/alternative"
    assert (message["From"], message["To"]) == (
        "Holdfast <holdfast@example.com>",
        "ann@example.com",
    )
    assert message["Message-ID"] == "<1@holdfast.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == letter().written_at


@pytest.mark.parametrize("word", ["[a] b does not get through, as it seems ", "Größe, Ä "])
def test_a_long_subject_arrives_as_it_was(postmaster, word):
    subject = (word * 9)[:200].strip()

    send(server_at(postmaster.url), letter(subject=subject))

    assert postmaster.taken[0]["Subject"] == subject


@pytest.mark.parametrize("line", ["\r\nBcc: eve@example.com", "\nX: 1", "\r\n\r\nBody", "\u2028X"])
def test_a_subject_begins_no_other_header(postmaster, line):
    send(server_at(postmaster.url), letter(subject=f"Job{line} failed"))

    (message,) = postmaster.taken
    assert postmaster.recipients == [["ann@example.com"]]
    assert {"Bcc", "X"} & set(message.keys()) == set()
    assert message["Subject"].startswith("Job ")


@pytest.mark.parametrize(
    "address", ["ann@example.com\r\nBcc: eve@example.com", "ann", "a@b, eve@example.com", "", "@b"]
)
def test_what_is_no_address_is_refused(postmaster, address):
    error = failure_at(postmaster.url, letter(to=[address]))

    assert (error.is_temporary, postmaster.taken) == (False, [])


def test_a_domain_beyond_ascii_is_written_as_servers_know_it(postmaster):
    send(server_at(postmaster.url), letter(to=["ann@größe.example"]))

    assert postmaster.recipients == [["ann@xn--gre-6ka8i.example"]]


def test_a_name_beyond_ascii_takes_a_server_that_knows_them():
    with mail_server(enable_SMTPUTF8=True) as knowing:
        send(server_at(knowing.url), letter(to=["größe@example.com"]))

    assert knowing.recipients == [["größe@example.com"]]


def test_a_name_beyond_ascii_is_refused_for_good_elsewhere(postmaster):
    error = failure_at(postmaster.url, letter(to=["größe@example.com"]))

    assert (error.is_temporary, "SMTPUTF8" in error.message) == (False, True)
