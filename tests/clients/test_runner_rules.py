"""What the runner's host allows, and how its settings are read."""

from pathlib import Path

import pytest
from holdfast_runner import allowing
from holdfast_runner.errors import RunFailed
from holdfast_runner.settings import Settings, SettingsError, load


@pytest.fixture
def settings(tmp_path):
    for name in ("sources", "restores", "repositories", "state"):
        (tmp_path / name).mkdir()
    return Settings(
        url="http://127.0.0.1/api/v1",
        key="hf_1_x",
        state_folder=tmp_path / "state",
        source_roots=(str(tmp_path / "sources"), str(tmp_path / "state")),
        restore_roots=(str(tmp_path / "restores"),),
        repository_roots=(str(tmp_path / "repositories"),),
    )


def refused(call, *arguments):
    with pytest.raises(RunFailed) as failure:
        call(*arguments)
    assert failure.value.code == "NOT_ALLOWED"
    return failure.value.message


def test_a_source_below_its_root_is_allowed(settings, tmp_path):
    (tmp_path / "sources" / "a").mkdir()

    assert allowing.source(f"{tmp_path}/sources/a", settings) == f"{tmp_path}/sources/a"


@pytest.mark.parametrize("path", ["etc", "../x", "/", "/etc", "{tmp}/sources/../state/x", "{tmp}"])
def test_a_source_elsewhere_is_refused(settings, tmp_path, path):
    refused(allowing.source, path.format(tmp=tmp_path), settings)


def test_a_link_is_where_it_leads(settings, tmp_path):
    (tmp_path / "sources" / "link").symlink_to("/etc")
    (tmp_path / "restores" / "link").symlink_to("/etc")

    refused(allowing.source, f"{tmp_path}/sources/link", settings)
    refused(allowing.target, {"target": f"{tmp_path}/restores/link/new"}, settings)


def test_a_restore_goes_into_a_folder_that_is_new_or_empty(settings, tmp_path):
    (tmp_path / "restores" / "empty").mkdir()
    (tmp_path / "restores" / "full").mkdir()
    (tmp_path / "restores" / "full" / "file").touch()

    for name in ("new", "empty"):
        wanted = {"target": f"{tmp_path}/restores/{name}", "overwrite": False}
        assert allowing.target(wanted, settings) == f"{tmp_path}/restores/{name}"
    refused(allowing.target, {"target": f"{tmp_path}/restores/full"}, settings)
    refused(allowing.target, {"target": f"{tmp_path}/restores/new", "overwrite": True}, settings)
    refused(allowing.target, {"target": f"{tmp_path}/elsewhere"}, settings)


def test_a_root_with_a_longer_name_is_another(settings, tmp_path):
    refused(allowing.source, f"{tmp_path}/sources-of-others", settings)


def test_nothing_is_allowed_until_the_host_says_so(tmp_path):
    bare = Settings(url="http://127.0.0.1/api/v1", key="hf_1_x", state_folder=tmp_path)

    refused(allowing.source, "/srv", bare)
    refused(allowing.target, {"target": "/srv"}, bare)
    refused(allowing.location, "/srv", bare)


@pytest.mark.parametrize(
    "location",
    [
        "s3:https://s3.example.com/backups/1/17",
        "azure:container:/1/17",
        "gs:bucket:/1/17",
        "rest:https://backup:8000/1/17",
        "sftp:backup@nas.example.com:/volume1/1/17",
        "sftp://backup@nas.example.com:2222//volume1/1/17",
    ],
)
def test_remote_repositories_are_allowed(settings, location):
    assert allowing.location(location, settings) == location


@pytest.mark.parametrize(
    "location",
    ["rclone:remote:x", "/etc/cron.d", "relative", "sftp:-oProxyCommand=id:/x", "s3:a b", ""],
)
def test_other_repositories_are_refused(settings, location):
    refused(allowing.location, location, settings)


@pytest.mark.parametrize("name", ["RESTIC_PASSWORD_COMMAND", "LD_PRELOAD", "PATH", "HTTPS_PROXY"])
def test_a_variable_that_could_do_more_than_name_credentials_is_refused(name):
    assert name in refused(allowing.environment, {"AWS_REGION": "eu", name: "x"})


@pytest.mark.parametrize("name", ["latest", "4f1c2d3e"])
def test_a_snapshot_is_named(name):
    assert allowing.snapshot(name) == name


@pytest.mark.parametrize("name", ["--verify", "latest:/etc", "LATEST", ""])
def test_what_is_no_snapshot_is_refused(name):
    refused(allowing.snapshot, name)


def test_the_environment_goes_over_the_file(tmp_path):
    (tmp_path / "key").write_text("hf_1_secret\n")
    config = tmp_path / "runner.ini"
    config.write_text(
        f"[runner]\nurl = https://a.example.com\nkey_file = {tmp_path}/key\n"
        "source_roots = /srv:/home\n[tools]\ncustom = /usr/local/bin/dump --all 'two words'\n"
    )

    loaded = load(str(config), {"HOLDFAST_RUNNER_URL": "https://b.example.com/"})

    assert (loaded.url, loaded.key) == ("https://b.example.com/api/v1", "hf_1_secret")
    assert loaded.source_roots == ("/srv", "/home")
    assert loaded.tools == {"custom": ("/usr/local/bin/dump", "--all", "two words")}
    assert "hf_1_secret" not in repr(loaded)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("url", "backup.example.com", "url"),
        ("key", "", "key"),
        ("source_roots", "srv", "source_roots"),
        ("max_runs", "many", "max_runs"),
        ("max_runs", "0", "max_runs"),
        ("claim_wait_seconds", "26", "claim_wait_seconds"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(name, text, told):
    good = {"HOLDFAST_RUNNER_URL": "https://a.example.com", "HOLDFAST_RUNNER_KEY": "hf_1_x"}

    with pytest.raises(SettingsError, match=told):
        load(None, {**good, f"HOLDFAST_RUNNER_{name.upper()}": text})


def test_an_unknown_setting_is_named(tmp_path: Path):
    config = tmp_path / "runner.ini"
    config.write_text("[runner]\nsource_root = /srv\n")

    with pytest.raises(SettingsError, match="source_root"):
        load(str(config), {})
