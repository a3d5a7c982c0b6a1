"""The commands of a recipe, run in the environment that the services of the tests share."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.environment import Environment
from tests.services import UV, free_port


def run(environment: Environment, service: Path, command: str) -> None:
    """Run a command of a recipe."""
    match shlex.split(command):
        case ["uv", "add", requirement]:
            # The services of the tests share one environment.
            subprocess.run([UV, "add", "--quiet", "--frozen", requirement], cwd=service, check=True)
            environment.install(requirement)
        case ["uvx", name, *words]:
            # Installed with the tests of the template.
            program = [sys.executable, "-m", name.replace("-", "_"), *words]
            subprocess.run(program, cwd=service, check=True)
        case ["uv", "run", "python", "-m", *words] | ["uv", "run", *words]:
            environment.run(service, *words)
        case _:
            raise AssertionError(f"unknown command: {command}")


def call(environment: Environment, service: Path, calls: list[str]) -> None:
    """Start the service as `make run` does; run the calls with the credential that it prints."""
    origin = f"https://localhost:{free_port()}"
    variables = environment.variables(service) | {"APP_SERVER_PORT": origin.rpartition(":")[2]}
    process = subprocess.Popen(
        environment.command("dev.run"),
        cwd=service,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout
    try:
        output = ""
        for line in process.stdout:
            output += line
            if "sys_startup" in line:
                break
        (header,) = re.findall(r"^curl .*? -H (.+) \S+/api/v1/me$", output, re.MULTILINE) or [
            output
        ]
        for line in calls:
            # The generator of the client is installed here, and so are the packages of the client.
            python = f"PYTHONPATH=client {shlex.quote(sys.executable)}"
            line = line.replace("uv run --with ./client python", python)
            command = (
                f"set -e; CREDENTIAL={header}; {line.replace('https://localhost:8443', origin)}"
            )
            subprocess.run(
                [
                    "sh",
                    "-c",
                    command.replace(
                        "curl ", "curl -s --fail-with-body --retry-connrefused --retry 9 "
                    ),
                ],
                cwd=service,
                check=True,
                timeout=60,
            )
    finally:
        process.terminate()
        process.communicate(timeout=60)
