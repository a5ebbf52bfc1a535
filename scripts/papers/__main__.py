"""`python -m scripts.papers [--into FOLDER] [NAME …]` writes the papers."""

import argparse
import tempfile
from pathlib import Path

import config
from app import create_app
from scripts.papers import PAPERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    parser = argparse.ArgumentParser(prog="papers")
    parser.add_argument("--into", type=Path, default=DOCS)
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args()
    unknown = set(given.names) - set(PAPERS)
    if unknown:
        parser.error(f"no such paper: {', '.join(sorted(unknown))}; there are {', '.join(PAPERS)}")
    given.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is read of this machine's settings, nor of any database.
        environ = {"FLASK_ENV_NAME": "testing", "FLASK_SKIP_DOTENV": "1", "INSTANCE_PATH": folder}
        app = create_app(config.load(environ))
        for name in given.names or PAPERS:
            (given.into / name).write_text(PAPERS[name](app), encoding="utf-8")


main()
