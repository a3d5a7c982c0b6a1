"""A diff of a recipe is applied where its lines fit, and refused unless that is one place."""

import pytest

from tests.recipes import changed


@pytest.mark.parametrize(
    ("diff", "result"),
    [
        (" a\n+b\n", "a\nb\na c\n"),
        ("-a c\n", "a\n"),
        (" a\n-a c\n+d\n", "a\nd\n"),
        ("+b\n a\n@@\n-a c\n", "b\na\n"),
    ],
)
def test_a_diff_is_applied(diff: str, result: str) -> None:
    """Its lines are compared as a whole."""
    assert changed("a\na c\n", diff) == result


@pytest.mark.parametrize("diff", [" b\n+c\n", " a\n+b\n", "a\n"])
def test_a_diff_that_does_not_fit_in_one_place_is_refused(diff: str) -> None:
    """Or that has a line without a sign."""
    with pytest.raises(ValueError, match=r"appear|not a line"):
        changed("a\nx\na\n", diff)
