"""The script that Alembic runs for a command on the database; `migrator.py` contains the configuration."""

from alembic import context

context.config.attributes["run"]()
