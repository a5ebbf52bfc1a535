"""A backup is whole, or there is none: a role that sees a part of the rows cannot make one."""


def test_the_application_s_own_role_is_refused_since_it_is_filtered(site, new_site):
    new = new_site("postgresql")
    assert new.app.test_cli_runner().invoke(args=["holdfast", "prepare"]).exit_code == 0
    role = new.environ["DATABASE_URL"]

    done = new_site("sqlite", DATABASE_URL=role, MIGRATION_DATABASE_URL="").holdfast("backup")

    assert done.exit_code == 1
    assert "name the owner of the tables in MIGRATION_DATABASE_URL" in done.output
    assert list(site.repository.glob("snapshots/*")) == []
