"""Moving house: what was backed up from one kind of database is taken by the other."""

from tests.support.filling import contents, fill


def test_from_sqlite_to_postgresql_and_back_no_row_changes(site, cast, admin, new_site):
    fill(cast, admin)
    before = contents(site.app)
    moved, back = new_site("postgresql"), new_site("sqlite")

    for here, there in ((site, moved), (moved, back)):
        kept = here.holdfast("backup", "--keep-daily=1")
        restored = there.holdfast("restore")
        assert (kept.exit_code, restored.exit_code) == (0, 0), kept.output + restored.output

    after = contents(back.app)
    # Each backup and each restore is told.
    del before["audit_log"], after["audit_log"]
    assert after == before
    assert back.app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
