"""Start the service over HTTPS on this machine, from any state: what ``make run`` does.

Create missing secrets and certificates, upgrade the database, get a credential, print calls that use it, and become
``flask serve``.
"""

import os
import subprocess
import sys

from . import ROOT, calls, certificates, credential, environment, service

SERVE = [sys.executable, "-m", "flask", "serve"]


def main() -> None:
    """Prepare and start the service."""
    os.chdir(ROOT)
    prepare(create_files())
    serve()


def prepare(created: list[str]) -> None:
    """Upgrade the database and print calls that work; ``created`` is what ``create_files`` returned.

    Production is refused, because the credential would be created in its database and printed.
    """
    if service.setting("environment") == "production":
        sys.exit("Not started: APP_ENVIRONMENT is production, and `make run` is for development. Run `flask serve`.")
    service.check_port()
    for line in created:
        print(line)
    service.flask("db", "upgrade")
    header, notes = credential.credential()
    if service.request("/docs").status_code == 200:
        notes.append(f"Documentation, where you can try calls: {service.origin()}/docs")
    print("", *notes, "", "In another terminal:", "", *calls.commands(header), "", sep="\n", flush=True)


def create_files() -> list[str]:
    """Create the secrets and the certificates that are missing; return a sentence for each."""
    created = [environment.create(ROOT)]
    try:
        if tool := certificates.create(ROOT / "certs"):
            created.append(f"Created the certificates in certs/ with {tool}.")
    except certificates.CertificateError as error:
        sys.exit(f"Cannot create certificates: {error}. Install openssl, or run `uv sync`.")
    return [line for line in created if line]


def serve() -> None:
    """Replace this process by the server, so that signals reach it directly."""
    if os.name != "nt":
        os.execv(SERVE[0], SERVE)  # noqa: S606  (our own interpreter)
    # Windows cannot replace a process and keep its console. Ctrl-C reaches both processes there.
    server = subprocess.Popen(SERVE)
    try:
        status = server.wait()
    except KeyboardInterrupt:
        status = server.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
