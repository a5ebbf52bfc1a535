"""Reading what restic of any version prints."""

import pytest

from app.engines.restic_output import (
    clean,
    describe_error,
    find_cause,
    find_loss,
    is_stack_frame,
    read_progress,
    read_snapshots,
    secrets_of,
)


@pytest.mark.parametrize(
    ("exit_code", "line", "code"),
    [
        (1, "Fatal: unable to save snapshot: write /b: no space left on device", "STORAGE_FULL"),
        (1, "Fatal: unable to save snapshot: Write: write /b: file too large", "STORAGE_FULL"),
        (1, "Fatal: wrong password or no key found", "WRONG_PASSWORD"),
        (12, "Fatal: wrong password or no key found", "WRONG_PASSWORD"),
        (
            1,
            "unable to create lock in backend: repository is already locked by PID 7",
            "REPOSITORY_LOCKED",
        ),
        (11, "", "REPOSITORY_LOCKED"),
        (10, "Fatal: repository does not exist: unable to open config", "REPOSITORY_NOT_FOUND"),
        (1, "Fatal: unable to open config file: stat /c: no such file", "REPOSITORY_NOT_FOUND"),
        (
            1,
            "Fatal: unable to open config file: stat /c: permission denied",
            "STORAGE_UNAVAILABLE",
        ),
        (1, 'invalid id "ab": no matching ID found for prefix "ab"', "SNAPSHOT_NOT_FOUND"),
        (1, "Fatal: all target directories/files do not exist", "SOURCE_NOT_FOUND"),
        (1, "Fatal: config is damaged: ciphertext verification failed", "REPOSITORY_DAMAGED"),
        (1, "root@nas: Permission denied (publickey).", "STORAGE_REFUSED"),
        (1, "Fatal: unable to open config file: Stat: Access Denied.", "STORAGE_REFUSED"),
        (1, "Host key verification failed.", "STORAGE_HOST_KEY_CHANGED"),
        (1, "Fatal: something new", "ENGINE_FAILED"),
        (-9, "", "ENGINE_FAILED"),
    ],
)
def test_a_failure_has_a_stable_code(exit_code, line, code):
    assert find_cause(exit_code, [line]).code == code


def test_a_failure_shows_what_was_fatal():
    error = find_cause(1, ["a warning", "Fatal: something new", ""])

    assert error.message == "something new"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/a: id 49495c58 not found in repository", "REPOSITORY_DAMAGED"),
        ("/a: ciphertext verification failed", "REPOSITORY_DAMAGED"),
        ("/a: ReadFull: unexpected EOF", "REPOSITORY_DAMAGED"),
        (f"/a: open /r/data/1c/{'1c' * 32}: no such file or directory", "REPOSITORY_DAMAGED"),
        ("/a: write /t/a: no space left on device", "STORAGE_FULL"),
        ("/a: write /t/a: file too large", "STORAGE_FULL"),
    ],
)
def test_a_lost_file_tells_of_the_repository_or_the_target(line, code):
    error = find_loss(line)

    assert error is not None
    assert (error.code, error.message) == (code, line)


def test_a_file_that_is_in_the_way_tells_of_itself_alone():
    assert find_loss("/a: open /t/a: is a directory") is None


@pytest.mark.parametrize(
    "line",
    [
        "github.com/restic/restic/internal/backend/local.(*Local).Save",
        "\tgithub.com/restic/restic/internal/backend/local/local.go:170",
        "main.glob..func2",
        "main.main",
        "runtime.goexit",
        "\truntime/asm_amd64.s:1594",
    ],
)
def test_a_line_of_the_call_stack_is_known(line):
    assert is_stack_frame(line)


@pytest.mark.parametrize(
    "line",
    [
        "write /tiny/locks/10a1-tmp-39: no space left on device",
        "unable to create lock in backend",
        "Fatal: There were 2 errors",
        "repository is already locked by PID 7",
    ],
)
def test_what_a_person_should_read_is_no_call_stack(line):
    assert not is_stack_frame(line)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ({"Op": "open", "Path": "/a", "Err": 13}, "error: /a: open: Permission denied"),
        ({"message": "open /a: permission denied"}, "error: /a: open /a: permission denied"),
        ({}, "error: /a: cannot be read"),
    ],
)
def test_errors_of_old_and_new_versions_are_readable(error, line):
    assert describe_error({"message_type": "error", "item": "/a", "error": error}) == line


def test_a_fraction_stays_between_nothing_and_everything():
    assert read_progress({"percent_done": 1.7}).fraction == 1
    assert read_progress({"percent_done": -0.1}).fraction == 0


def test_progress_of_a_restore_is_read():
    progress = read_progress({"bytes_restored": 5, "total_bytes": 9, "files_restored": 1})

    assert (progress.bytes_done, progress.bytes_total, progress.files_done) == (5, 9, 1)


def test_sizes_are_read_from_snapshots_of_newer_versions():
    row = (
        '[{"id": "abcdef0123456789", "time": "2024-05-04T03:02:01.123456789+02:00",'
        ' "summary": {"total_bytes_processed": 9, "total_files_processed": 2}}]'
    )

    snapshot = read_snapshots(row)[0]

    assert (snapshot.size_bytes, snapshot.files_total) == (9, 2)
    assert snapshot.time.isoformat() == "2024-05-04T01:02:01.123456+00:00"


def test_secrets_and_terminal_codes_are_taken_out():
    secrets = secrets_of("correct horse", {"AWS_SECRET_ACCESS_KEY": "sesame", "REGION": "here"})

    line = clean("\x1b[2Kcorrect horse sesame here rest:http://me:pw@host/\r\n", secrets)

    assert line == "*** *** here rest:http://me:***@host/"


def test_what_ssh_says_is_told_rather_than_that_it_has_ended():
    lines = ["subprocess ssh: Host key verification failed.", "Fatal: unable to start: EOF"]

    assert find_cause(1, lines).message == "subprocess ssh: Host key verification failed."
