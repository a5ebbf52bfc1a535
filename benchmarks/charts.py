"""The results as pictures: plain SVG, with no script in it and nothing to be fetched."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import tostring  # nosec B405 # only writes

import pygal
from pygal.graph.graph import Graph
from pygal.style import Style

MET, MISSED = "#2b7a5b", "#b3402a"
_LINES = ("#2b7a5b", "#b3402a", "#2f5d9b", "#8a6d1f", "#6b4a8a", "#3c3c3c", "#9a9a9a")


def of_results(results: Mapping[str, Any]) -> str:
    """How far each case is beyond what is wanted of it: 1 is just enough."""
    rows = list(reversed(results["cases"]))
    chart = pygal.HorizontalBar(
        style=_style(MET, MISSED),
        title="Measured against the target (1 is just met, longer is better)",
        width=900,
        height=140 + 34 * len(rows),
        legend_at_bottom=True,
        print_values=True,
        value_formatter=lambda value: f"{value:.2f}",
        js=[],
        no_prefix=True,
        truncate_label=40,
    )
    chart.x_labels = [row["name"] for row in rows]
    chart.y_labels = [half / 2 for half in range(int(2 * max(map(_reached, rows))) + 2)]
    chart.add("met", [_reached(row) if row["met"] else None for row in rows])
    chart.add("missed", [None if row["met"] else _reached(row) for row in rows])
    return _plain(chart)


def of_soak(told: Mapping[str, Any]) -> str:
    """Each process's memory from beginning to end."""
    points = max(len(one["course_mib"]) for one in told["memory"])
    minutes = [told["minutes"] * (number + 1) / points for number in range(points)]
    chart = pygal.Line(
        style=_style(*_LINES),
        title="Memory of each process's own under everyday load, MiB",
        x_title="minutes",
        width=900,
        height=460,
        legend_at_bottom=True,
        legend_at_bottom_columns=4,
        show_dots=False,
        truncate_label=-1,
        range=(0, 20 + max(max(one["course_mib"]) for one in told["memory"])),
        js=[],
        no_prefix=True,
    )
    chart.x_labels = [f"{minute:.0f}" for minute in minutes]
    chart.x_labels_major_every = 10
    chart.show_minor_x_labels = False
    for one in told["memory"]:
        chart.add(one["process"], one["course_mib"])
    return _plain(chart)


def _reached(row: Mapping[str, Any]) -> float:
    """The ratio as a share of the target; upside down where less is better."""
    share = row["ratio"] / row["target"]
    return float(share if row["better"] == "higher" else 1 / share)


def _style(*colors: str) -> Style:
    return Style(
        colors=colors,
        background="white",
        plot_background="white",
        font_family="sans-serif",
        title_font_size=18,
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=12,
        legend_font_size=13,
        transition="none",
    )


def _plain(chart: Graph) -> str:
    """Without pygal's script, which shows tooltips, and its comment, which names the day."""
    tree = chart.render_tree()
    for parent in list(tree.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.endswith("script"):
                parent.remove(child)
    return tostring(tree, encoding="unicode") + "\n"
