"""The tools of a developer's machine: `make run`, development certificates, secrets and generated documents."""
