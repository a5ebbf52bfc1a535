"""A backup that is damaged, or is not opened: one clear line, and a database that stays empty."""

import pytest
from sqlalchemy import inspect

from app.core.db import db


@pytest.fixture
def kept(site, cast):
    """A site with one backup of it."""
    cast.create_job()
    done = site.holdfast("backup")
    assert done.exit_code == 0, done.output
    return site


def flip(path):
    """Turn one bit of a file over, in the midst of it."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def packs(site):
    return sorted(site.repository.glob("data/*/*"), key=lambda path: path.stat().st_size)


def refuse(site, *words):
    """The one line that a restore ends with; nothing was made in its database."""
    done = site.holdfast("restore", *words)
    assert done.exit_code == 1, done.output
    with site.app.app_context():
        assert inspect(db.engine).get_table_names() == []
    assert not (site.instance / "own-backup").exists()
    assert "Traceback" not in done.output
    return done.output.strip().splitlines()[-1]


def test_one_flipped_bit_is_found(kept, new_site):
    flip(packs(kept)[-1])

    assert refuse(new_site()).startswith("Error: REPOSITORY_DAMAGED: ")


def test_a_lost_pack_is_found(kept, new_site):
    packs(kept)[-1].unlink()

    assert refuse(new_site()).startswith("Error: REPOSITORY_DAMAGED: ")


def test_damage_is_told_by_the_next_backup_too(kept):
    packs(kept)[-1].unlink()

    done = kept.holdfast("backup")

    assert done.exit_code == 1
    assert "Error: The repository is damaged" in done.output


def test_reading_all_data_back_finds_what_the_structure_does_not_show(kept):
    flip(packs(kept)[-1])

    plain = kept.holdfast("backup")
    done = kept.holdfast("backup", "--read-data=100")

    assert plain.exit_code == 0
    assert done.exit_code == 1
    assert "Error: The repository is damaged" in done.output


def test_a_wrong_password_is_told(kept, new_site):
    kept.password_file.write_text("not the password")

    told = refuse(new_site())

    assert told.startswith("Error: WRONG_PASSWORD: ")
    assert "not the password" not in told


def test_a_snapshot_that_is_not_there_is_told(kept, new_site):
    told = refuse(new_site(), "--snapshot=0000000000")

    assert told == "Error: There is no such backup of Holdfast in the repository."


def test_a_backup_without_keys_is_not_taken_where_another_key_is_in_force(site, cast, new_site):
    cast.create_job()
    assert site.holdfast("backup", "--without-keys").exit_code == 0

    told = refuse(new_site(HOLDFAST_ENCRYPTION_KEY="b" * 43 + "="))

    assert "HOLDFAST_ENCRYPTION_KEY opens all but 1 of its 1 secrets" in told
