"""Secrets that programs take as files: in no folder, and gone with whoever made them."""

import os
import stat
import subprocess

import pytest

from app.engines.private_files import PrivateFile


def test_a_grandchild_reads_it_as_often_as_it_likes():
    file = PrivateFile("a secret\n")

    read = subprocess.run(
        ["sh", "-c", f"cat {file.path}; cat {file.path}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert read.stdout == "a secret\n" * 2


def test_nobody_else_may_read_it():
    file = PrivateFile("a secret")

    assert stat.S_IMODE(os.stat(file.path).st_mode) == 0o600


def test_it_goes_with_its_last_user():
    file = PrivateFile("a secret")
    path = file.path

    del file

    with pytest.raises(FileNotFoundError):
        os.stat(path)
