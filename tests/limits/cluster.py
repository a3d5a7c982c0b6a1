"""A cluster of three nodes, and a Sentinel, on loopback."""

import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.services import free_port

SLOTS = 16384
NODES = 3
SECONDS = 30


def send_command(port: int, command: str) -> str:
    """Send one command to the server and return its reply."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(65536).decode()


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll the condition; raises TimeoutError after SECONDS."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


@contextmanager
def cluster(stoppable: Callable[[], Any]) -> Iterator[tuple[str, list[Any], Callable[[Any], None]]]:
    """Yield the URI of a cluster, its nodes, and a function that restarts a node."""
    with ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="cluster-"))
        nodes = [running.enter_context(stoppable()) for _ in range(NODES)]
        buses = {node.port: free_port() for node in nodes}

        def start(node: Any) -> None:
            (Path(folder) / str(node.port)).mkdir(exist_ok=True)
            node.start(
                *("--dir", f"{folder}/{node.port}", "--cluster-enabled", "yes"),
                *("--cluster-node-timeout", "1000", "--cluster-port", str(buses[node.port])),
            )

        share = SLOTS // NODES + 1
        for number, node in enumerate(nodes):
            start(node)
            last = min(SLOTS, (number + 1) * share) - 1
            send_command(node.port, f"CLUSTER ADDSLOTSRANGE {number * share} {last}")
            send_command(nodes[0].port, f"CLUSTER MEET 127.0.0.1 {node.port} {buses[node.port]}")
        wait_until(
            lambda: all("cluster_state:ok" in send_command(n.port, "CLUSTER INFO") for n in nodes)
        )
        scheme = nodes[0].uri.partition("://")[0]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        yield f"{scheme}+cluster://{hosts}", nodes, start


@contextmanager
def sentinel(stoppable: Callable[[], Any], master: Any) -> Iterator[str]:
    """Yield the URI of a Sentinel that monitors the server."""
    with tempfile.TemporaryDirectory(prefix="sentinel-") as folder, stoppable() as watcher:
        configuration = Path(folder) / "sentinel.conf"
        configuration.write_text(f"sentinel monitor ours 127.0.0.1 {master.port} 1\n")
        server, *_ = watcher._command(watcher.port)
        watcher._command = lambda port: [
            *(server, str(configuration), "--sentinel", "--port", str(port), "--dir", folder)
        ]
        watcher.start()
        wait_until(
            lambda: (
                str(master.port)
                in send_command(watcher.port, "SENTINEL get-master-addr-by-name ours")
            )
        )
        scheme = master.uri.partition("://")[0]
        yield f"{scheme}+sentinel://127.0.0.1:{watcher.port}/ours"
