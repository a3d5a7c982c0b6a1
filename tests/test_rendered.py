"""`make diff` tells what a change does to the services."""

import pytest

from tests import rendered


@pytest.mark.parametrize("reference", ["nowhere", "--help", "--is-ancestor", "", "HEAD..HEAD"])
def test_a_reference_that_there_is_not_is_told(reference: str) -> None:
    """Whatever it is to git."""
    assert rendered.main(reference) == f"git knows no common commit with {reference}"
