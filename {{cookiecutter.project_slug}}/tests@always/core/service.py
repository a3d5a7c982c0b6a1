"""The service that the tests of core call: core with the probe resource, and no code from outside of core.

``flask serve`` starts it as ``FLASK_APP=tests.core.service``.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint, Flask

from tests.core import probes
from tests.core.package import OWN_SETTINGS, core, package

MIGRATIONS = Path(str(package.__file__)).parent / "migrations"


def create_app(
    environ: Mapping[str, str] = os.environ,
    *,
    import_name: str = __name__,
    blueprints: Sequence[Blueprint] = (),
    migrations: Path = MIGRATIONS,
) -> Flask:
    """Return the application; ``blueprints`` are added to that of the probe.

    ``import_name`` is the module whose ``create_app`` a worker calls.
    """
    app: Flask = core.create_app(
        import_name,
        environ=environ,
        scopes=probes.SCOPES,
        sign_up_scopes=tuple(probes.SCOPES),
        settings=OWN_SETTINGS,
        blueprints=[probes.blueprint, *blueprints],
        counts={"probes": probes.count},
        migrations=migrations,
    )
    app.name = package.__name__  # which challenges and keys show
    return app
