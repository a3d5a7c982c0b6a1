"""The durations at a fixed rate contain the delay of requests that could not be sent in time."""

import asyncio
import contextlib
import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import open_loop


def test_a_stall_of_the_server_delays_every_request_that_was_due(
    bake: Callable[[Mapping[str, str]], Path],
) -> None:
    """A server that stops for a moment delays the requests of that moment, not only one."""
    certs = bake({}) / "certs"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
    with stalling_server(context) as port:
        authority = ssl.create_default_context(cafile=certs / "ca.pem")
        load = open_loop.Load(f"https://localhost:{port}/", {}, authority)
        load.run(rate=100, seconds=2)
    assert len(load.durations) == 200
    # The server stalls for 0.5 s, in which a quarter of the requests are due.
    _, longer = load.percentiles(0.5, 0.95)
    assert longer > 0.2


@contextmanager
def stalling_server(context: ssl.SSLContext) -> Iterator[int]:
    """Run a server that responds at once, except for half a second; yield its port."""
    started = time.monotonic()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                if 1 < time.monotonic() - started < 1.5:
                    await asyncio.sleep(started + 1.5 - time.monotonic())
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()

    async def serve() -> None:
        server = await asyncio.start_server(respond, "127.0.0.1", 0, ssl=context)
        ports.put(server.sockets[0].getsockname()[1])
        async with server:
            await asyncio.to_thread(stop.wait, 60)

    ports: queue.Queue[int] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield ports.get(timeout=10)
    finally:
        stop.set()
        thread.join(10)
