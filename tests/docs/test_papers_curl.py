"""The sh blocks of two papers do what they say, in their order, on a running system."""

import os
import re
import subprocess

import pytest

from app.admin import preparing
from tests.support.house import ROOT
from tests.support.web import running_web

PAPERS = ("authentication.md", "administration.md")
ADDRESS = "http://127.0.0.1:5000"
PASSWORD = "the password that was printed"
END_OF_BLOCK = "== end of block =="
# A line that is meant to fail says so at its end: `# 401 TOKEN_REVOKED`.
REFUSAL = re.compile(r"  # [45]\d\d ([A-Za-z_]+)$", re.MULTILINE)
ANSWERED = re.compile(r'"(?:error|code)": ?"([A-Za-z_]+)"')


def blocks(paper):
    text = (ROOT / "docs" / paper).read_text()
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def server(app, environ):
    """The address of gunicorn over a database with the first tenant and its administrator."""
    with app.app_context():
        preparing.prepare()
    with running_web(environ) as web:
        yield web.url


@pytest.mark.parametrize("paper", PAPERS)
def test_every_block_answers_as_the_paper_says(paper, server, environ):
    script = f"\necho; echo '{END_OF_BLOCK}'\n".join([*blocks(paper), ""])
    assert ADDRESS in script
    assert PASSWORD in script
    script = script.replace(ADDRESS, server).replace(PASSWORD, environ["ADMIN_PASSWORD"])

    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.split(END_OF_BLOCK)[:-1]
    assert [ANSWERED.findall(text) for text in said] == [
        REFUSAL.findall(text) for text in blocks(paper)
    ]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_has_blocks_that_succeed_and_blocks_that_are_refused(paper):
    refused = [block for block in blocks(paper) if REFUSAL.search(block)]

    assert 0 < len(refused) < len(blocks(paper))
