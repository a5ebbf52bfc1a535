"""POST /backups/{id}/restore queues a restore where it may land."""

import pytest

from app.backups.models import Execution
from app.tenants.models import Tenant


def url(job):
    return f"/api/v1/backups/{job.id}/restore"


@pytest.fixture
def root(cast):
    """The folder below which Acme may restore."""
    folder = cast.instance / "restores"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def anywhere(stage, cast):
    """Acme may restore to the whole disk."""
    stage.change(Tenant, cast.tenant("acme"), restore_roots=["/"])


def test_queues_a_restore(operator, cast, job, root):
    body = {"target": str(root / "a"), "snapshot": "deadbeef", "include": ["/x"]}

    response = operator.post(url(job), body)

    assert response.status_code == 202
    data = response.json["data"]
    assert response.headers["Location"].endswith(f"/api/v1/executions/{data['execution_id']}")
    assert (data["kind"], data["status"], data["trigger"]) == ("restore", "queued", "manual")
    (row,) = cast.rows(Execution)
    assert (row.restore_snapshot, row.restore_include) == ("deadbeef", ["/x"])
    assert (row.restore_target, row.restore_overwrite) == (str(root / "a"), False)


def test_is_not_in_the_way_of_a_run_nor_of_another_restore(operator, stage, cast, job, root):
    stage.queue(job)

    answers = [operator.post(url(job), {"target": str(root)}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(cast.rows(Execution)) == 3


@pytest.mark.parametrize("target", ["/etc", "relative", "../restores", "/", " /tmp"])
def test_a_target_out_of_the_roots_is_refused(operator, cast, job, target):
    response = operator.post(url(job), {"target": target})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])
    assert cast.rows(Execution) == []


def test_a_target_may_not_climb_out(operator, job, root):
    response = operator.post(url(job), {"target": f"{root}/../holdfast.db"})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])


def test_a_target_may_not_lead_out_by_a_link(operator, job, root, tmp_path):
    link = root / f"link-{tmp_path.name}"
    link.symlink_to(tmp_path)

    response = operator.post(url(job), {"target": f"{link}/inner"})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])


def test_the_instance_folder_is_no_target_even_where_all_is_allowed(operator, cast, job, anywhere):
    response = operator.post(url(job), {"target": str(cast.instance)})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])


@pytest.mark.parametrize("place", ["{source}", "{source}/inner", "/"])
def test_never_over_the_source(operator, cast, job, anywhere, place):
    response = operator.post(url(job), {"target": place.format(source=job.source_path)})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])
    assert cast.rows(Execution) == []


def test_a_link_back_to_the_source_is_seen(operator, job, anywhere, tmp_path):
    """Files keep their full path below the target: a link there can lead them home."""
    first = "/" + job.source_path.split("/")[1]
    (tmp_path / first[1:]).symlink_to(first)

    response = operator.post(url(job), {"target": str(tmp_path)})

    assert (response.status_code, list(response.json["details"])) == (400, ["target"])


def test_to_overwrite_is_an_administrators(operator, admin, cast, job, anywhere):
    body = {"target": "/", "overwrite": True}

    refused = operator.post(url(job), body)
    response = admin.post(url(job), body)

    assert (refused.status_code, refused.json["details"]) == (
        403,
        {"required": "backups:overwrite"},
    )
    assert response.status_code == 202
    assert [row.restore_overwrite for row in cast.rows(Execution)] == [True]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "target"),
        ({"target": ""}, "target"),
        ({"target": "/" + "t" * 1000}, "target"),
        ({"target": None}, "target"),
        ({"target": "/x", "snapshot": "newest"}, "snapshot"),
        ({"target": "/x", "snapshot": "latest\n"}, "snapshot"),
        ({"target": "/x", "snapshot": "--help"}, "snapshot"),
        ({"target": "/x", "snapshot": "deadbeef:/etc"}, "snapshot"),
        ({"target": "/x", "include": "/x"}, "include"),
        ({"target": "/x", "include": [""]}, "include.0"),
        ({"target": "/x", "overwrite": "yes"}, "overwrite"),
        ({"target": "/x", "force": True}, "force"),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(operator, cast, job, body, field):
    response = operator.post(url(job), body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Execution) == []


@pytest.mark.parametrize("runner", [None, "win-01"])
def test_what_other_tools_back_up_is_not_restored_from_here(operator, cast, root, runner):
    job = cast.create_job(backup_tool="veeam", runner=runner)

    response = operator.post(url(job), {"target": str(root)})

    assert (response.status_code, response.json["error"]) == (409, "NOT_RUNNABLE")


def test_an_outsider_gets_404(outsider, cast, job, root):
    assert outsider.post(url(job), {"target": str(root)}).status_code == 404
    assert cast.rows(Execution) == []


def test_a_viewer_may_not(viewer, cast, job, root):
    response = viewer.post(url(job), {"target": str(root)})

    assert response.json["details"] == {"required": "backups:restore"}
    assert cast.rows(Execution) == []
