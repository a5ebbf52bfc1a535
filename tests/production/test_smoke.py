"""make smoke: 0 for a deployment that is well, 1 and the step that failed for any other."""

import os
import subprocess

from tests.support.cast import PASSWORD
from tests.support.house import ROOT
from tests.support.processes import free_port


def test_a_deployment_that_is_well_is_told_so(proxy, cast):
    user = cast.user("viewer")

    done = smoke(proxy.url, proxy.certificate, user.username, PASSWORD)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"smoke: {proxy.url} is well\n"


def test_a_wrong_password_fails_the_sign_in(proxy, cast):
    user = cast.user("viewer")

    done = smoke(proxy.url, proxy.certificate, user.username, "not the password")

    assert_failed(done, "smoke: sign-in failed: HTTP Error 401")
    assert "INVALID_CREDENTIALS" in done.stderr
    assert "not the password" not in done.stderr


def test_a_part_that_is_away_is_named(proxy, cast, instance):
    moved = (instance / "storage").rename(instance / "elsewhere")
    try:
        done = smoke(proxy.url, proxy.certificate, "ada", PASSWORD)
    finally:
        moved.rename(instance / "storage")

    assert_failed(done, "smoke: health failed: away: storage\n")


def test_a_certificate_that_nobody_vouches_for_fails(proxy, tmp_path):
    nobody = tmp_path / "empty.crt"
    nobody.touch()

    done = smoke(proxy.url, nobody, "ada", PASSWORD)

    assert_failed(done, "smoke: health failed: ")
    assert "certificate verify failed" in done.stderr


def test_nobody_there_fails(proxy):
    done = smoke(f"https://localhost:{free_port()}", proxy.certificate, "ada", PASSWORD)

    assert_failed(done, "smoke: health failed: <urlopen error")
    assert "Connection refused" in done.stderr


def test_an_address_that_is_none_fails(proxy):
    done = smoke("nowhere", proxy.certificate, "ada", PASSWORD)

    assert_failed(done, "smoke: health failed: unknown url type: 'nowhere/api/v1/health/ready'")


def assert_failed(done, told):
    # make has an exit code of its own for a command that failed.
    assert done.returncode == 2
    assert "] Error 1" in done.stderr
    assert told in done.stderr


def smoke(url, certificate, username, password):
    given = {
        "ADMIN_USERNAME": username,
        "ADMIN_PASSWORD": password,
        "LC_ALL": "C.UTF-8",
    }
    # A make inside a make would tell of the folders that it enters.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    env = {**outside, **given, "SSL_CERT_FILE": str(certificate), "SSL_CERT_DIR": ""}
    command = ["make", "smoke", f"URL={url}"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
