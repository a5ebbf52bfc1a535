"""Measures every case, or those that are named: `python -m benchmarks [--write] [CASE …]`."""

import argparse
import sys
import time
import traceback

import flask_migrate
from sqlalchemy import create_engine

import config
from app import create_app
from benchmarks import paper, report
from benchmarks.cases import CASES
from benchmarks.floor import METADATA
from benchmarks.rounds import Case
from benchmarks.scale import IS_WHOLE
from benchmarks.servers import Stage, applications, stage


def main() -> None:
    """Print the table and write the results; exits with 1 when a case could not be measured."""
    names = {case.__name__: case for case in CASES}
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the named cases' results too")
    parser.add_argument("case", nargs="*", choices=[*names, []], help="default: all of them")
    given = parser.parse_args()
    chosen = given.case or list(names)
    failed: list[str] = []
    with stage() as set_up:
        cases = _measure(set_up, chosen, failed)
    print(report.table(cases))
    if not IS_WHOLE:
        print("a run in small: nothing is written", file=sys.stderr)
    elif len(chosen) == len(names):
        report.write(cases)
        paper.write()
    elif given.write:
        report.replace(cases)
        paper.write()
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


def _measure(set_up: Stage, chosen: list[str], failed: list[str]) -> list[Case]:
    app = create_app(config.load(set_up.settings))
    with app.app_context():
        flask_migrate.upgrade()
    METADATA.create_all(create_engine(set_up.floor_database))
    found: list[Case] = []
    with applications(set_up):
        for case in CASES:
            if case.__name__ not in chosen:
                continue
            print(f"measuring {case.__name__} …", file=sys.stderr, flush=True)
            began = time.monotonic()
            try:
                measured = list(case(app, set_up))
            except Exception:
                # What the others took minutes to find out is not thrown away.
                traceback.print_exc()
                failed.append(case.__name__)
                continue
            for one in measured:
                print(report.rounds(one), file=sys.stderr, flush=True)
            print(f"… in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            found += measured
    return found


if __name__ == "__main__":
    main()
