"""Development tools: ``make run``, certificates, secrets, new migrations and generated documents."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
