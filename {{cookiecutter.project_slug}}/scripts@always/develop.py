"""Serve over HTTPS on this machine, from whatever state it is in: what ``make run`` does.

Makes secrets and certificates where they are missing, brings the database up to date, gets a
credential and prints two calls that use it, then hands over to ``flask serve``.
"""

import os
import subprocess
import sys

import address
import certificates
import credential
import environment
from address import ROOT

FLASK = [sys.executable, "-m", "flask"]


def main() -> None:
    """Prepare, tell, serve."""
    os.chdir(ROOT)
    if environment.write(ROOT):
        print("Wrote .env with fresh secrets.")
    try:
        if tool := certificates.make(ROOT / "certs"):
            print(f"Made the certificates in certs/ with {tool}.")
    except certificates.CannotMakeError as error:
        sys.exit(f"No certificates: {error}. Install openssl, or run uv sync, and try again.")
    flask("db", "upgrade")
    print(calls(credential.header(flask)), flush=True)
    serve()


def flask(*arguments: str, typed: str | None = None) -> str:
    """Run a command of the service and give what it prints; end here when it fails."""
    done = subprocess.run([*FLASK, *arguments], input=typed, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"Not started: flask {' '.join(arguments[:2])} failed, see above.")
    return done.stdout


def calls(header: str) -> str:
    """Give two lines to paste into another terminal: one creates an item, one reads it back.

    Double quotes hold in sh and in cmd alike.
    """
    call = f'{address.curl()} -H "{header}"'
    items = f"{address.origin()}/api/v1/items"
    body = r'-H "Content-Type: application/json" -d "{\"name\": \"First item\"}"'
    return f"\nIn another terminal:\n\n{call} {body} {items}\n{call} {items}\n"


def serve() -> None:
    """Become the server, so that signals reach it and not a parent that waits."""
    command = [*FLASK, "serve"]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  (our own interpreter)
    # Windows has no exec that keeps the console; Ctrl-C reaches both processes there.
    server = subprocess.Popen(command)
    try:
        status = server.wait()
    except KeyboardInterrupt:
        status = server.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
