"""Generate valid values of If-Match in each phase of Schemathesis.

Its coverage phase puts only letters and digits into a header with a pattern, so it would send
values that the pattern excludes, and expect success. It uses a registered format as it is.
"""

from typing import Any

import schemathesis
from hypothesis import strategies as st

FORMAT = "entity-tag-list"
ENTITY_TAGS = st.from_regex(r'(\*|(W/)?"[!#-~]{0,20}"(, (W/)?"[!#-~]{0,20}"){0,2})', fullmatch=True)

schemathesis.openapi.format(FORMAT, ENTITY_TAGS)


@schemathesis.hook
def before_load_schema(context: object, raw_schema: dict[str, Any]) -> None:
    """Replace the pattern of If-Match by the format."""
    del context
    operations = [each for path in raw_schema["paths"].values() for each in path.values()]
    parameters = [
        parameter
        for operation in operations
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", ())
        if parameter.get("name") == "If-Match"
    ]
    assert parameters
    for parameter in parameters:
        parameter["schema"] = {"type": "string", "format": FORMAT}
