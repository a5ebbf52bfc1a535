"""Links between the papers lead to files and headings that are there."""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.house import ROOT

PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[([^\]]*)\]\(<?([^)\s>]+)>?[^)]*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def links_of(paper):
    text = CODE.sub("code", FENCED.sub("", paper.read_text()))
    return [link for _, link in LINK.findall(text)] + REFERENCE.findall(text)


def anchors_of(paper):
    """The anchors that GitHub gives to headings; a second one of a name is numbered."""
    seen = Counter()
    for heading in HEADING.findall(FENCED.sub("", paper.read_text())):
        words = LINK.sub(lambda match: match[1], heading).lower()
        base = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        yield f"{base}-{seen[base]}" if seen[base] else base
        seen[base] += 1


def is_broken(paper, link, root=ROOT):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (paper.parent / unquote(parts.path)).resolve() if parts.path else paper
    if not target.exists() or not target.is_relative_to(root):
        return True
    return bool(parts.fragment) and parts.fragment not in anchors_of(target)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(paper):
    assert [link for link in links_of(paper) if is_broken(paper, link)] == []


def test_a_link_astray_is_found(tmp_path):
    paper = tmp_path / "paper.md"
    paper.write_text(
        "# A heading's name\n[a](nowhere.md) [b](#a-headings-name) [c](#other) [d](/etc)"
    )

    broken = [link for link in links_of(paper) if is_broken(paper, link, root=tmp_path)]

    assert broken == ["nowhere.md", "#other", "/etc"]
