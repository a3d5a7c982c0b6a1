"""Call a server at a fixed rate and record how long each response took.

Each request has a time at which it is due, regardless of the responses to others, and its duration
is counted from then. A server that stops for a second therefore delays all requests of that second,
not only the one that was waiting (a closed loop would hide the others: "coordinated omission").
"""

import asyncio
import gc
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 32
TIMEOUT = 60  # seconds to wait for the last responses


class Connection(asyncio.Protocol):
    """A connection that is used for one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.received = b""
        self.answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Complete the request when the whole response is here."""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator or self.answered is None:
            return
        _, _, length = head.lower().partition(b"content-length:")
        if len(body) >= int(length.split(b"\r\n", 1)[0]) and not self.answered.done():
            self.answered.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits for a response."""
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(exc or ConnectionError("the server closed the connection"))

    async def call(self, request: bytes) -> int:
        """Send a request and return the status of the response."""
        if self.transport is None:
            raise ConnectionError("not connected")
        self.received = b""
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered

    def close(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            self.transport.abort()


@dataclass
class Load:
    """The durations of the responses, in seconds."""

    url: str
    headers: Mapping[str, str]
    authority: ssl.SSLContext
    durations: list[float] = field(default_factory=list)

    def percentiles(self, *ranks: float) -> Sequence[float]:
        """Return the durations that these shares of the responses do not exceed."""
        ordered = sorted(self.durations)
        return [ordered[min(int(len(ordered) * rank), len(ordered) - 1)] for rank in ranks]

    def run(self, rate: int, seconds: float) -> None:
        """Send ``rate`` requests per second; raises RuntimeError for a status other than 200."""
        gc.disable()  # a collection of this process would count as a slow response
        try:
            asyncio.run(self._run(rate, seconds))
        finally:
            gc.enable()

    async def _run(self, rate: int, seconds: float) -> None:
        url = urlsplit(self.url)
        fields = {"Host": url.netloc, **self.headers}
        lines = [
            f"GET {url.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in fields.items()),
        ]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        idle: asyncio.Queue[Connection] = asyncio.Queue()
        connections = [await self._connect(url.port or 443) for _ in range(CONNECTIONS)]
        for connection in connections:
            idle.put_nowait(connection)
        start = time.perf_counter()
        tasks = []
        for number in range(max(1, int(rate * seconds))):
            due = start + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self._call(request, due, idle)))
        await asyncio.wait_for(asyncio.gather(*tasks), TIMEOUT)
        for connection in connections:
            connection.close()
        await asyncio.sleep(0.05)  # the transports close in the next turns of the loop

    async def _call(self, request: bytes, due: float, idle: asyncio.Queue[Connection]) -> None:
        connection = await idle.get()
        status = await connection.call(request)
        self.durations.append(time.perf_counter() - due)
        idle.put_nowait(connection)
        if status != 200:
            raise RuntimeError(f"{self.url}: {status}")

    async def _connect(self, port: int) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, "localhost", port, ssl=self.authority
        )
        return connection
