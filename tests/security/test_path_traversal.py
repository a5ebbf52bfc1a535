"""No path that people write leads out of the folders that their tenant may use.

What is swapped for a link after it was judged is tried where it is used:
tests/backups/test_run_sources.py, tests/storage/test_storage_checks.py.
"""

import pytest

from app.backups.models import BackupJob, Execution
from app.storage.models import StorageProvider
from tests.support.attacks import name_of, text_places
from tests.support.operations import error_code, error_details

PATH_WORDS = ("path", "target", "root", "folder", "directory", "file", "connection_string")
TRIED = {"source_path", "target", "connection_string"}
# A platform's administrator says them, and may say any: they are what the others lie under.
PLATFORMS = {"source_roots.0", "restore_roots.0", "storage_roots.0"}


@pytest.fixture
def roots(cast, sources):
    """The folder under which each of the fields may lie."""
    made = {
        "source_path": sources,
        "target": cast.instance / "restores",
        "connection_string": cast.instance / "storage",
    }
    for folder in made.values():
        folder.mkdir(exist_ok=True)
    return made


@pytest.fixture
def write(operator, job):
    """Send a path in each operation that takes one under this name."""
    kinds = {"backup_type": "full", "schedule_type": "manual"}
    storage = {"provider_type": "local", "connection_string": ""}
    named = {**storage, "name": "New vault", "location_type": "offsite"}
    calls = {
        "source_path": [
            ("POST", "/api/v1/backups", {"name": "New", **kinds}),
            ("PUT", f"/api/v1/backups/{job.id}", {}),
        ],
        "target": [("POST", f"/api/v1/backups/{job.id}/restore", {})],
        "connection_string": [
            ("POST", "/api/v1/storage/providers", named),
            ("POST", "/api/v1/storage/test", storage),
        ],
    }

    def send(field, path):
        return [
            operator.call(method, address, json={**body, field: path})
            for method, address, body in calls[field]
        ]

    return send


def ways_out(root, tmp_path):
    """Paths that begin in a root, or look as if they did, and end elsewhere."""
    link = root / f"link-{tmp_path.name}"
    link.symlink_to(tmp_path)
    (root / f"loop-{tmp_path.name}").symlink_to(root / f"loop-{tmp_path.name}")
    return [
        *("/etc", "/", "//etc/passwd", "etc", "./x", "../x", "~/x", "file:///etc", "C:\\Windows"),
        *(f"{root}/../../etc", f"{root}/x/../../../../../../../../etc/passwd", f"{root}/.."),
        *(f"{root}-beside", f"{link}", f"{link}/inner", f"{link}/../x"),
        *(f"{root}/\x00/../../etc", f"{root}\x00", f"{root.parent}/./{root.name}/../{root.name}x"),
        *("%2fetc", f"{root}/%2e%2e/%2e%2e\x00", "\\\\?\\C:\\", "/proc/self/environ", "/dev/sda"),
    ]


@pytest.fixture
def tidy(roots):
    """Leave no link in a folder that other tests use."""
    yield
    for root in roots.values():
        for link in root.iterdir():
            if link.is_symlink():
                link.unlink()


@pytest.mark.parametrize("field", sorted(TRIED))
def test_no_path_leads_out_of_its_root(field, write, roots, tmp_path, cast, tidy):
    wrong = {}
    for path in ways_out(roots[field], tmp_path):
        for response in write(field, path):
            refusal = (response.status_code, error_code(response.json))
            is_named = field in error_details(response.json) if refusal[0] == 400 else False
            if refusal != (400, "VALIDATION_ERROR") or not is_named:
                wrong[f"{response.request.method} {path!r}"] = response.text

    assert wrong == {}
    assert len(cast.rows(BackupJob)) == len(cast.rows(StorageProvider)) == 1
    assert cast.rows(Execution) == []


@pytest.mark.parametrize("field", sorted(TRIED))
def test_the_folder_that_holds_the_keys_is_nobodys(field, write, cast, roots):
    for path in (cast.instance, cast.instance / "holdfast.db", cast.instance / "x" / ".." / "y"):
        answers = write(field, str(path))

        assert [field in error_details(answer.json) for answer in answers] == [True] * len(answers)


@pytest.mark.parametrize("snapshot", ["../../etc", "/etc", "-x", "latest/..", "deadbeef:/", "%2e"])
def test_a_snapshot_is_named_by_its_id(snapshot, operator, job, cast, roots):
    body = {"target": f"{roots['target']}/x", "snapshot": snapshot}

    response = operator.post(f"/api/v1/backups/{job.id}/restore", body)

    assert (response.status_code, list(response.json["details"])) == (400, ["snapshot"])
    assert cast.rows(Execution) == []


@pytest.mark.parametrize(
    "name",
    [
        *("../package.json", "..%2f..%2fpackage.json", "%2e%2e/package.json", "....//package.json"),
        *("..\\package.json", "/etc/passwd", "//etc/passwd", "%00", "swagger-ui.css%00.png", "."),
    ],
)
def test_the_pages_files_are_its_own(anonymous, name):
    response = anonymous.get(f"/api/docs/files/{name}")

    assert (response.status_code, error_code(response.json)) == (404, "NOT_FOUND")


def test_each_field_that_may_hold_a_path_is_tried(operations, document):
    found = {
        name_of(place)
        for door in operations
        for place in text_places(document, door)
        if any(word in name_of(place) for word in PATH_WORDS)
    }

    assert found - PLATFORMS == TRIED, "Try the new field here, with every way out above."
