"""Exit with status 0 if the service in this container responds to ``/healthz``.

Only the standard library is imported, because the check runs every few seconds. The certificate is not verified: it
contains the public name of the service, and the connection does not leave the container.
"""

import http.client
import os
import ssl
import sys
import tomllib
from pathlib import Path

server = tomllib.loads(Path("settings.toml").read_text("utf-8")).get("server", {})
port = int(os.environ.get("APP_SERVER_PORT", server.get("port", 8443)))
tls = os.environ.get("APP_SERVER_TLS", str(server.get("tls", True))).lower() == "true"
connection = (
    http.client.HTTPSConnection("127.0.0.1", port, timeout=4, context=ssl._create_unverified_context())
    if tls
    else http.client.HTTPConnection("127.0.0.1", port, timeout=4)
)
try:
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
except OSError as error:
    sys.exit(f"/healthz does not respond: {error}")
if status != 200:
    sys.exit(f"/healthz responds with status {status}")
