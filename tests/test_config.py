"""The settings that come from the environment, and what is said about wrong ones."""

import json
import threading

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import QueuePool, create_engine

import config

KEYS = ("SECRET_KEY", "JWT_SECRET_KEY", "HOLDFAST_ENCRYPTION_KEYS")


@pytest.fixture
def development(tmp_path):
    return {"FLASK_ENV_NAME": "development", "INSTANCE_PATH": str(tmp_path / "instance")}


@pytest.fixture
def production(tmp_path):
    return {
        "FLASK_ENV_NAME": "production",
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32,
        "HOLDFAST_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "DATABASE_URL": "postgresql://holdfast:hidden-password@db/holdfast",
    }


def test_development_needs_nothing_and_keeps_everything_in_its_instance(development):
    settings = config.load(development)

    instance = development["INSTANCE_PATH"]
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{instance}/holdfast.db"
    assert settings["BACKUP_SOURCE_ROOTS"] == ("/",)
    assert settings["RESTORE_ROOTS"] == (f"{instance}/restores",)
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:5000"


def test_development_keeps_the_secrets_it_made_for_its_owner_only(development, tmp_path):
    first, second = config.load(development), config.load(development)

    assert [first[key] for key in KEYS] == [second[key] for key in KEYS]
    assert (tmp_path / "instance" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o700


def test_processes_that_start_at_once_agree_on_the_secrets(development, tmp_path):
    start = threading.Barrier(8)
    seen = []

    def load():
        start.wait()
        seen.append(config.load(development)["SECRET_KEY"])

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [config.load(development)["SECRET_KEY"]] * 8
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secrets.json"]


def test_a_secret_of_the_environment_wins_over_the_kept_one(development):
    config.load(development)

    assert config.load(development | {"SECRET_KEY": "e" * 32})["SECRET_KEY"] == "e" * 32


def test_damaged_secrets_are_refused_instead_of_replaced(development, tmp_path):
    config.load(development)
    damaged = json.dumps({"SECRET_KEY": "half"})
    (tmp_path / "instance" / "secrets.json").write_text(damaged)

    with pytest.raises(config.ConfigError, match="INSTANCE_PATH"):
        config.load(development)
    assert (tmp_path / "instance" / "secrets.json").read_text() == damaged


def test_testing_has_no_roots_and_writes_no_secrets(tmp_path):
    settings = config.load({"FLASK_ENV_NAME": "testing", "INSTANCE_PATH": str(tmp_path)})

    assert settings["STORAGE_ROOTS"] == ()
    assert list(tmp_path.iterdir()) == []


def test_production_names_all_that_is_missing(tmp_path):
    with pytest.raises(config.ConfigError) as refusal:
        config.load({"FLASK_ENV_NAME": "production", "INSTANCE_PATH": str(tmp_path)})

    assert [part.split()[0] for part in str(refusal.value).split("; ")] == [
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        "HOLDFAST_ENCRYPTION_KEY",
        "DATABASE_URL",
    ]


def test_production_takes_only_the_roots_it_was_given(production):
    settings = config.load(production | {"RESTORE_ROOTS": "/srv/a/../b:/srv/c/"})

    assert settings["RESTORE_ROOTS"] == ("/srv/b", "/srv/c")
    assert settings["BACKUP_SOURCE_ROOTS"] == ()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgresql_is_spoken_through_psycopg2(production, scheme):
    settings = config.load(production | {"DATABASE_URL": f"{scheme}://u:p@db/holdfast"})

    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg2://u:p@db/holdfast"


def test_the_pool_has_a_connection_for_each_thread(production):
    options = config.load(production | {"WEB_THREADS": "32"})["SQLALCHEMY_ENGINE_OPTIONS"]

    assert options["pool_size"] + options["max_overflow"] == 36
    assert options["connect_args"]["options"] == "-c timezone=utc"


def test_the_connection_that_was_used_last_is_used_next(production):
    options = config.load(production)["SQLALCHEMY_ENGINE_OPTIONS"]
    of_pool = {name: value for name, value in options.items() if name.startswith("pool_")}
    engine = create_engine("sqlite://", poolclass=QueuePool, **of_pool)
    first, second = engine.connect(), engine.connect()
    used_last = second.connection.dbapi_connection

    first.close()
    second.close()

    with engine.connect() as connection:
        assert connection.connection.dbapi_connection is used_last
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ADMIN_PASSWORD", "too-short"),
        ("ALLOW_LOOPBACK_STORAGE", "maybe"),
        ("BACKUP_SOURCE_ROOTS", "relative/path"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("DATABASE_URL", "mysql://u:hidden-value@db/x"),
        ("DEFAULT_TIMEZONE", "Mars/Base"),
        ("DEFAULT_TIMEZONE", "../../etc/passwd"),
        ("HOLDFAST_ENCRYPTION_KEY", "not-a-fernet-key"),
        ("HOLDFAST_ENCRYPTION_KEY", ","),
        ("LOG_LEVEL", "LOUD"),
        ("MAX_CONTENT_LENGTH", "1 MiB"),
        ("METRICS_ALLOWED_NETWORKS", "10.0.0.0/99"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("RATE_LIMIT_LOGIN", "often"),
        ("REDIS_URL", "http://redis"),
        ("SECRET_KEY", "hidden-but-short"),
        ("SWEEP_SECONDS", "nan"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_not_repeated(production, name, text):
    with pytest.raises(config.ConfigError, match=f"^{name} takes ") as refusal:
        config.load(production | {name: text})

    assert text not in str(refusal.value).removeprefix(f"{name} takes ").split()
    assert refusal.value.__cause__ is None


def test_several_problems_come_in_one_message(development):
    with pytest.raises(config.ConfigError, match=r"PORT takes .*; .*WEB_THREADS takes "):
        config.load(development | {"PORT": "x", "WEB_THREADS": "0"})


def test_an_unknown_environment_is_refused(tmp_path):
    with pytest.raises(config.ConfigError, match="^FLASK_ENV_NAME takes one of development"):
        config.load({"FLASK_ENV_NAME": "staging", "INSTANCE_PATH": str(tmp_path)})


def test_an_empty_value_counts_as_not_set(development):
    assert config.load(development | {"PORT": "", "REDIS_URL": " "})["PORT"] == 5000


def test_the_real_environment_wins_over_the_env_file(tmp_path):
    (tmp_path / ".env").write_text("PORT=6000\nLOG_LEVEL=DEBUG\n")

    merged = config.environment({"PORT": "7000"}, tmp_path / ".env")

    assert merged == {"PORT": "7000", "LOG_LEVEL": "DEBUG"}


def test_testing_does_not_read_the_env_file(tmp_path):
    (tmp_path / ".env").write_text("PORT=6000\n")

    assert "PORT" not in config.environment({"FLASK_ENV_NAME": "testing"}, tmp_path / ".env")


def test_printing_the_settings_shows_no_secret(production):
    shown = repr(config.load(production))

    assert "SECRET_KEY" in shown
    assert "s" * 32 not in shown
    assert "hidden-password" not in shown
