#!/bin/sh
# Writes the locked files from the .in files; pip itself resolves so wide a list badly.
set -eu
cd "$(dirname "$0")/.."

.venv/bin/python -m uv --version >/dev/null 2>&1 || .venv/bin/python -m pip install --quiet uv
for name in requirements requirements-dev; do
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
        --output-file "$name.txt" "$name.in"
done
