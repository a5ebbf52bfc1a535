""".env.example names every setting, shows its default, and can be used as it is."""

import re
from io import StringIO

from dotenv import dotenv_values

import config

FILE = config.ROOT / ".env.example"
SETTING = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)
ALL_SET = dotenv_values(stream=StringIO(SETTING.sub(r"\1=\2", FILE.read_text())))


def read_by_config():
    """The table's names, and those that `load` asks for beside it."""
    asked = re.findall(r'given\.get\("([A-Z_]+)"', (config.ROOT / "config.py").read_text())
    return {*config.TABLE, *asked}


def comment_of(name):
    """The line above a setting."""
    lines = FILE.read_text().splitlines()
    return lines[next(n for n, line in enumerate(lines) if line.startswith(f"#{name}=")) - 1]


def test_it_names_each_setting_that_is_read_once():
    named = [name for name, _ in SETTING.findall(FILE.read_text())]

    assert sorted(named) == sorted(read_by_config())


def test_every_setting_has_its_comment():
    unexplained = [name for name in ALL_SET if not comment_of(name).startswith("# ")]

    assert unexplained == []


def test_it_shows_the_defaults():
    defaults = {name: default for name, (_, default) in config.TABLE.items() if default}

    assert {name: ALL_SET[name] for name in defaults} == defaults


def test_it_marks_what_production_demands():
    marked = {name for name in ALL_SET if "[production]" in comment_of(name)}

    assert marked == set(config.DEMANDED_IN_PRODUCTION)


def test_as_it_is_it_sets_nothing():
    assert dotenv_values(FILE) == {}


def test_with_everything_set_development_takes_it(tmp_path):
    settings = config.load({**ALL_SET, "INSTANCE_PATH": str(tmp_path)})

    assert settings["PUBLIC_URL"] == ALL_SET["PUBLIC_URL"]
    assert settings["STORAGE_ROOTS"] == (ALL_SET["STORAGE_ROOTS"],)
