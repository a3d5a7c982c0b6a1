"""Development tools: ``make run``, certificates, secrets and generated documents."""
