"""``flask run`` is rejected: it would serve plain HTTP."""

from types import ModuleType

from click.testing import CliRunner
from flask.cli import FlaskGroup

from tests.core.service import create_app


def test_flask_run_is_rejected(environ: dict[str, str], service: ModuleType) -> None:
    commands = FlaskGroup(create_app=lambda: create_app(environ), set_debug_flag=False, load_dotenv=False)
    refused = CliRunner().invoke(commands, ["run"])
    assert refused.exit_code == 1
    assert refused.stderr == "Error: `flask run` serves plain HTTP from one process. Start with `flask serve`.\n"
