"""A client that a generator makes from the API document works against the running system."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.backups.models import BackupJob, Execution
from tests.support.cast import PASSWORD
from tests.support.operations import DOCUMENT_URL
from tests.support.web import running_web

PACKAGE = "generated_holdfast_client"
TOOLS = Path(sys.executable).parent
# The client itself would give an answer five seconds.
PATIENCE = httpx.Timeout(120)


@pytest.fixture(scope="module")
def generated(migrated_app, tmp_path_factory):
    """What openapi-python-client said, and the folder that its package lies in."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(migrated_app.test_client().get(DOCUMENT_URL).json))
    command = [TOOLS / "openapi-python-client", "generate", "--path", document, "--meta", "none"]
    said = subprocess.run(
        [*command, "--output-path", folder / PACKAGE, "--fail-on-warning"],
        # Its last step formats what it wrote, with the ruff beside it.
        env={**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return said, folder


@pytest.fixture
def client(generated, monkeypatch):
    """Imports a module of the generated package."""
    monkeypatch.syspath_prepend(str(generated[1]))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def server(app, environ):
    """The address of gunicorn over the database of this test."""
    with running_web(environ) as web:
        yield web.url


def test_is_generated_without_a_warning(generated):
    said, _ = generated

    assert (said.returncode, said.stderr) == (0, "")
    assert "warning" not in said.stdout.lower()


def test_has_a_function_for_every_operation(generated, document):
    _, folder = generated

    made = {path.stem for path in (folder / PACKAGE / "api").glob("*/[!_]*.py")}

    assert made == {operation["operationId"] for _, operation in document.operations()}


def test_signs_in_registers_a_job_runs_it_and_lists_its_executions(client, server, cast, sources):
    user = cast.user("operator")
    models, backups = client("models"), "api.backups"
    folder = sources / "generated"
    folder.mkdir()

    with client("client").Client(base_url=server, timeout=PATIENCE) as stranger:
        signed_in = client("api.auth.log_in").sync(
            client=stranger, body=models.Login(username=user.username, password=PASSWORD)
        )
    token = signed_in.data.access_token
    with client("client").AuthenticatedClient(
        base_url=server, token=token, timeout=PATIENCE
    ) as caller:
        job = client(f"{backups}.create_job").sync(
            client=caller,
            body=models.JobCreate(
                name="Generated",
                source_path=str(folder),
                backup_type=models.JobCreateBackupType.FULL,
                schedule_type=models.JobCreateScheduleType.MANUAL,
            ),
        )
        run = client(f"{backups}.run_job").sync(job.data.id, client=caller)
        listed = client(f"{backups}.list_executions").sync(job.data.id, client=caller)

    assert [row.id for row in cast.rows(BackupJob)] == [job.data.id]
    assert [row.id for row in cast.rows(Execution)] == [run.data.execution_id]
    assert [execution.id for execution in listed.data] == [run.data.id]


def test_gives_refusals_as_the_documents_error(client, server, cast):
    viewer = cast.caller("viewer")
    token = viewer.headers["Authorization"].removeprefix("Bearer ")

    with client("client").AuthenticatedClient(
        base_url=server, token=token, timeout=PATIENCE
    ) as caller:
        refused = client("api.backups.delete_job").sync_detailed(1, client=caller)

    assert refused.status_code == 403
    assert refused.parsed.error == "FORBIDDEN"
    assert refused.parsed.details["required"] == "backups:write"
