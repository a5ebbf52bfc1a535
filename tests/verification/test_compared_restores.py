"""A restore is compared with the snapshot after it was made: what is not the same is named."""

import os
import shutil
from pathlib import Path

import pytest

SWAPPING = """#!/bin/sh
# The real restic; after a restore, somebody else's hand is on what was restored.
{restic} "$@"
code=$?
for argument in "$@"; do
    case "$argument" in --target=*) target=${{argument#--target=}} ;; esac
done
case " $* " in *" restore "*) cd "$target{source}" && {deed} ;; esac
exit $code
"""


@pytest.fixture
def swap(lab, tmp_path, monkeypatch):
    """Let something happen to restored files before they are compared."""

    def arrange(deed):
        program = tmp_path / "restic"
        real, source = shutil.which("restic"), lab.template.source
        program.write_text(SWAPPING.format(restic=real, source=source, deed=deed))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return arrange


@pytest.mark.parametrize(
    ("deed", "name", "reason"),
    [
        ("printf 'SMALL\\n' > small.txt", "small.txt", "content differs"),
        ("printf 'short' > small.txt", "small.txt", "has 5 bytes, the snapshot 6"),
        ("rm empty", "empty", "was not restored"),
        ("ln -sf big.bin link", "link", "something else"),
        ("{ rm pipe && touch pipe; }", "pipe", "something else"),
    ],
)
def test_what_is_not_as_the_snapshot_has_it_is_named(lab, swap, deed, name, reason):
    swap(deed)

    told = lab.verify(lab.job(), "restore", scope="full")

    assert (told["test_status"], told["test_result"]) == ("completed", "failed")
    (failure,) = told["failures"]
    assert Path(failure["path"]).name == name
    assert reason in failure["reason"]


def test_a_scratch_folder_that_cannot_be_made_is_told(lab, monkeypatch):
    job = lab.job()
    monkeypatch.setitem(lab.app.config, "SCRATCH_PATH", "/proc/no-folder")

    told = lab.verify(job, "restore")

    assert (told["test_status"], told["error_code"]) == ("failed", "STORAGE_UNAVAILABLE")
