"""Paths of a runner's host are judged by their words."""

import pytest

from app.backups.rules.foreign_paths import is_absolute, lands_on


@pytest.mark.parametrize("path", ["/srv/x", "/", "C:\\x", "c:/x", "\\\\nas\\share\\x"])
def test_takes_what_is_absolute_on_some_host(path):
    assert is_absolute(path)


@pytest.mark.parametrize(
    "path", ["srv/x", "", ".", "C:x", "\\x", "/srv/../etc", "C:\\a\\..\\b", "~/x"]
)
def test_refuses_what_depends_on_where_one_stands(path):
    assert not is_absolute(path)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("/srv/data", "/srv/data"),
        ("/srv/data/old", "/srv/data"),
        ("//srv/data/old/", "/srv/data/"),
        ("/", "/srv/data"),
        ("c:\\DATA\\old", "C:\\data"),
    ],
)
def test_knows_what_would_write_over_the_source(target, source):
    assert lands_on(target, source)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("/srv/restores", "/srv/data"),
        ("/srv/data2", "/srv/data"),
        ("/srv", "/srv/data"),
        ("D:\\data", "C:\\data"),
        ("/data", "C:\\data"),
    ],
)
def test_knows_what_would_not(target, source):
    assert not lands_on(target, source)
