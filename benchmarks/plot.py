"""Draw horizontal bars as an SVG file: one group for each subject, one bar for each call."""

from collections.abc import Collection, Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, LABELS, FIGURES = 760, 190, 60  # pixels
BAR, GAP, HEADER = 12, 12, 56
SHADES = ("#1f6feb", "#54aeff", "#b6e3ff")
OTHER_SHADES = ("#57606a", "#8c959f", "#d0d7de")
# Readable on a light and on a dark page.
INK = "#7d8590"


def write(
    file: Path,
    calls: Sequence[str],
    speeds: Mapping[str, Sequence[float]],
    highlighted: Collection[str],
) -> None:
    """Write the plot of requests per second; ``highlighted`` subjects have another colour."""
    most = max(max(values) for values in speeds.values())
    group = BAR * len(calls) + GAP
    height = HEADER + group * len(speeds)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12">',
        "<title>Requests per second of one worker over HTTPS</title>",
        text(0, 16, "Requests per second, one worker, HTTPS", weight="bold"),
    ]
    for number, call in enumerate(calls):
        x = LABELS + number * 185
        lines += [bar(x, 28, 10, OTHER_SHADES[number]), text(x + 16, 38, call)]
    for row, (subject, values) in enumerate(speeds.items()):
        top = HEADER + row * group
        weight = "bold" if subject in highlighted else "normal"
        lines.append(text(0, top + group / 2, subject, weight=weight))
        shades = SHADES if subject in highlighted else OTHER_SHADES
        for number, value in enumerate(values):
            y = top + number * BAR
            length = (WIDTH - LABELS - FIGURES) * value / most
            lines.append(bar(LABELS, y, length, shades[number]))
            lines.append(text(LABELS + length + 6, y + BAR - 2, f"{value:,.0f}"))
    file.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def bar(x: float, y: float, length: float, colour: str) -> str:
    """Return a rectangle."""
    return f'<rect x="{x}" y="{y}" width="{length:.0f}" height="{BAR - 2}" fill="{colour}"/>'


def text(x: float, y: float, content: str, weight: str = "normal") -> str:
    """Return a line of text."""
    place = f'x="{x:.0f}" y="{y:.0f}"'
    return f'<text {place} fill="{INK}" font-weight="{weight}">{escape(content)}</text>'
