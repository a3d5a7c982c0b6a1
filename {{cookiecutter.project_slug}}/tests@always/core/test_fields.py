"""The field types for schemas, apart from those that the probe resource uses."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from marshmallow import ValidationError

from tests.core.package import core

pytestmark = pytest.mark.control("I3")

VALID = [
    ("Boolean", True, True),
    ("Boolean", False, False),
    ("Date", "2024-02-29", date(2024, 2, 29)),
    ("Date", "0001-01-01", date(1, 1, 1)),
    ("DateTime", "2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ("DateTime", "2026-01-31T09:30:00.25+09:30", datetime(2026, 1, 31, 0, 0, 0, 250_000, UTC)),
    ("DateTime", "2026-01-31T00:00:00.123456789-00:00", datetime(2026, 1, 31, 0, 0, 0, 123_456, UTC)),
]
INVALID: list[tuple[str, Any]] = [
    *(("Boolean", value) for value in ("true", "yes", "", 0, 1, 1.0, [], {})),
    *(("Date", value) for value in (20260131, True, [], "", "20260131", "2026-W05-6", "2026-1-31", "2026-02-30")),
    *(("Date", value) for value in ("2026-01-31T00:00:00Z", "2026-01-31\n", "٢٠٢٦-01-31", "0000-01-01")),
    *(("DateTime", value) for value in (1769851800, True, {}, "", "2026-01-31", "2026-01-31T09:30:00")),
    *(("DateTime", value) for value in ("2026-01-31 09:30:00Z", "20260131T093000Z", "2026-01-31T09:30Z")),
    *(("DateTime", value) for value in ("2026-01-31T24:30:00Z", "2026-01-31T09:30:60Z", "2026-01-31T09:30:00+24:00")),
    *(("DateTime", value) for value in ("0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01")),
]


@pytest.mark.parametrize(("field", "value", "loaded"), VALID)
def test_a_valid_value_is_loaded(field: str, value: Any, loaded: Any) -> None:
    assert getattr(core.fields, field)().deserialize(value) == loaded


@pytest.mark.parametrize(("field", "value"), INVALID)
def test_an_invalid_value_is_rejected_with_a_sentence(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        getattr(core.fields, field)().deserialize(value)
    (message,) = raised.value.messages
    assert message.startswith("Not a valid ")


def test_a_null_is_valid_only_where_it_is_allowed() -> None:
    assert core.fields.DateTime(allow_none=True).deserialize(None) is None
    with pytest.raises(ValidationError):
        core.fields.Boolean().deserialize(None)
