"""What the papers about security name exists, so that no claim outlives its proof."""

import re

import pytest

from tests.support.house import ROOT

PAPERS = ("security.md", "ISO_27001_COMPLIANCE.md", "ISO_19650_COMPLIANCE.md")
NAMED = re.compile(r"`((?:app|config|docs|migrations|nginx|setup|tests)[\w./]*)`")
CELLS = re.compile(r"(?<!\\)\|")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_that_it_names_exists(paper):
    named = set(NAMED.findall((ROOT / "docs" / paper).read_text()))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert len(named) > 20


@pytest.mark.parametrize("paper", PAPERS)
def test_every_row_of_its_tables_has_its_cells(paper):
    wrong, width = [], 0
    for line in (ROOT / "docs" / paper).read_text().splitlines():
        cells = len(CELLS.findall(line)) if line.startswith("|") else 0
        if cells and width and cells != width:
            wrong.append(line)
        width = cells
    assert wrong == []


def test_what_asvs_asks_is_met_or_says_why_not():
    rows = [
        [cell.strip() for cell in CELLS.split(line)[1:-1]]
        for line in (ROOT / "docs" / "security.md").read_text().splitlines()
        if re.match(r"\| \d", line)
    ]

    assert [row[0] for row in rows if row[2] not in ("✓", "~", "✗", "n/a") or not row[3]] == []
    assert len(rows) > 80
