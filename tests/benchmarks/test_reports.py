"""A report keeps the sections of other commands, and the bars of a plot are proportional."""

import re
from pathlib import Path

from benchmarks import plot, report


def test_a_command_replaces_its_own_section_only(tmp_path: Path) -> None:
    """The sections keep their order."""
    file = tmp_path / "RESULTS.md"
    report.write(file, "bench-layers", ["first"])
    report.write(file, "bench", ["second"])
    report.write(file, "bench-layers", ["third"])
    written = file.read_text(encoding="utf-8")
    assert "first" not in written
    assert written.index("second") < written.index("third")
    assert written.count("\n## ") == 2


def test_the_longest_bar_is_the_fastest(tmp_path: Path) -> None:
    """The plot is well-formed, and its bars are proportional."""
    file = tmp_path / "plot.svg"
    plot.write(file, ("GET /a", "POST /a"), {"<one>": (100, 50), "two": (20, 10)}, {"<one>"})
    drawn = file.read_text(encoding="utf-8")
    widths = [int(width) for width in re.findall(r'<rect [^>]*width="(\d+)"', drawn)][2:]
    assert widths[0] == 2 * widths[1] == 5 * widths[2]
    assert "&lt;one&gt;" in drawn
