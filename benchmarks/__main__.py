"""Measures every case, or those that are named: `python -m benchmarks [CASE …]`."""

import argparse
import sys

import flask_migrate
from sqlalchemy import create_engine

import config
from app import create_app
from benchmarks import report
from benchmarks.cases import CASES
from benchmarks.floor import METADATA
from benchmarks.rounds import Case
from benchmarks.servers import Stage, applications, stage


def main() -> None:
    """Print the table, and write the results after a whole run."""
    names = {case.__name__: case for case in CASES}
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*names, []], help="default: all of them")
    chosen = parser.parse_args().case or list(names)
    with stage() as set_up:
        cases = _measure(set_up, chosen)
    print(report.table(cases))
    if len(chosen) == len(names):
        report.write(cases)


def _measure(set_up: Stage, chosen: list[str]) -> list[Case]:
    app = create_app(config.load(set_up.settings))
    with app.app_context():
        flask_migrate.upgrade()
    METADATA.create_all(create_engine(set_up.floor_database))
    found: list[Case] = []
    with applications(set_up):
        for case in CASES:
            if case.__name__ in chosen:
                print(f"measuring {case.__name__} …", file=sys.stderr, flush=True)
                found += case(app, set_up)
    return found


if __name__ == "__main__":
    main()
