"""What comes back from a repository."""

import os
from pathlib import Path

import pytest

from app.engines.base import EngineError, RestoreRequest

ODD_NAMES = (
    "наследие.txt".encode(),
    "備份.txt".encode(),
    "holdfast-\N{ANCHOR}-\N{GRINNING FACE}".encode(),
    b"two\nlines",
    b"-x",
    b"--help",
    b"latin-1-\xe9\xff",
    b"[a-z] * ? \\ $HOME",
    b" spaces ",
    b"n" * 255,
)


@pytest.fixture
def restore(engine, repo, watch, tmp_path):
    def call(snapshot="latest", include=(), target=tmp_path / "target"):
        return engine.restore(repo, RestoreRequest(snapshot, str(target), include), watch)

    return call


def read_tree(folder: bytes) -> dict[bytes, bytes]:
    tree = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                tree[os.path.relpath(path, folder)] = file.read()
    return tree


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_odd_names_and_bytes_come_back_equal(back_up, restore, source, tmp_path):
    for number, name in enumerate(ODD_NAMES):
        with open(os.path.join(os.fsencode(source), name), "wb") as file:
            file.write(os.urandom(1000 + number))
    back_up()

    outcome = restore()

    assert outcome.had_errors is False
    before = read_tree(os.fsencode(source))
    assert len(before) == 3 + len(ODD_NAMES)
    assert read_tree(os.fsencode(f"{tmp_path}/target{source}")) == before


def test_a_source_whose_name_is_not_utf_8_comes_back(back_up, restore, tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xe9t\xe9"
    os.mkdir(folder)
    with open(folder + b"/file", "wb") as file:
        file.write(b"kept")

    back_up(os.fsdecode(folder))
    restore()

    assert read_tree(os.fsencode(tmp_path) + b"/target" + folder) == {b"file": b"kept"}


def test_only_what_is_included_comes_back(back_up, restore, source, tmp_path):
    (source / "report [final].txt").write_text("kept")
    back_up()

    restore(include=(str(source / "report [final].txt"), str(source / "*-1.bin")))

    names = {path.name for path in (tmp_path / "target").rglob("*") if path.is_file()}
    assert names == {"report [final].txt", "file-1.bin"}


def test_a_named_snapshot_is_restored(back_up, restore, source, tmp_path):
    (source / "file-0.bin").write_text("first")
    first = back_up()
    (source / "file-0.bin").write_text("second")
    back_up()

    restore(first.snapshot_id)

    assert (tmp_path / f"target{source}/file-0.bin").read_text() == "first"


@pytest.mark.parametrize("snapshot", ["deadbeef", "latest:/etc", "--help", "", "no-such"])
def test_an_unknown_snapshot_is_told(back_up, restore, snapshot):
    back_up()

    with pytest.raises(EngineError) as refusal:
        restore(snapshot)

    assert refusal.value.code == "SNAPSHOT_NOT_FOUND"


def test_the_latest_of_an_empty_repository_is_unknown(engine, repo, watch, restore):
    with pytest.raises(EngineError) as refusal:
        restore("latest")

    assert refusal.value.code == "SNAPSHOT_NOT_FOUND"


def test_a_file_that_cannot_be_written_is_logged_and_the_rest_comes_back(
    back_up, restore, source, tmp_path, watch
):
    back_up()
    (tmp_path / f"target{source}/file-0.bin/in-the-way").mkdir(parents=True)

    outcome = restore()

    assert outcome.had_errors is True
    assert [line for line in watch.lines if "error" in line and "file-0.bin" in line]
    restored = tmp_path / f"target{source}/file-1.bin"
    assert restored.read_bytes() == (source / "file-1.bin").read_bytes()


def test_what_the_repository_has_lost_is_a_failure_that_names_the_first_file(
    back_up, restore, repo, source, tmp_path
):
    back_up()
    (source / "file-0.bin").write_bytes(os.urandom(50_000))
    back_up()
    pack = max(Path(repo.location, "data").glob("*/*"), key=lambda path: path.stat().st_size)
    flip_a_byte(pack)

    with pytest.raises(EngineError) as failure:
        restore()

    assert failure.value.code == "REPOSITORY_DAMAGED"
    assert failure.value.message.startswith(f"{source}/file-0.bin: ")
    restored = tmp_path / f"target{source}/file-1.bin"
    assert restored.read_bytes() == (source / "file-1.bin").read_bytes()


def test_a_target_named_like_an_option_is_a_folder(back_up, restore, source, tmp_path, monkeypatch):
    back_up()
    monkeypatch.chdir(tmp_path)

    restore(target="--help")

    assert (tmp_path / f"--help{source}/file-0.bin").is_file()


def test_a_target_that_cannot_be_made_is_unavailable(back_up, restore, tmp_path):
    back_up()
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(EngineError) as refusal:
        restore(target=tmp_path / "file/target")

    assert refusal.value.code == "STORAGE_UNAVAILABLE"
