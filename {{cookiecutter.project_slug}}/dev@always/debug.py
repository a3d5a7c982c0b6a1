"""Serve from one process, in which ``breakpoint()`` opens the debugger in this terminal: what ``make debug`` does."""

import logging
import os
import sys
from contextlib import suppress

from werkzeug.serving import make_server

from . import ROOT, run, service


def main() -> None:
    """Prepare the service, and serve it until Ctrl-C."""
    os.chdir(ROOT)
    created = run.create_files()
    if service.setting("environment") == "production":
        sys.exit("Not started: APP_ENVIRONMENT is production, and the debugger is for development.")
    run.prepare(created)
    serve()


def serve() -> None:
    """Serve from threads of this process. A worker of ``flask serve`` cannot read from the terminal."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the service logs each request itself
    address, port = service.setting("server_address"), service.setting("server_port")
    context = service.tls_context() if service.setting("server_tls") else None
    server = make_server(address, port, service.application(), threaded=True, ssl_context=context)
    print(f"Debugging on {service.origin()}. Stop with Ctrl-C.", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
