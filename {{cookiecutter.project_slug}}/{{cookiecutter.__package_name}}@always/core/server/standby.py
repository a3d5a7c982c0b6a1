"""Threads on standby: while requests are fast, one thread serves all of them, and the others wait here.

granian starts a thread for each request that waits, and these threads compete for the GIL: it changes hands several
times in a request, and each time the next thread must wake up first. With threads on standby, a worker on two
processors serves 1.7 times as many calls of ``/api/v1/me``, and up to 1.6 times as many that use the database.
"""

import time
from _thread import LockType, allocate_lock, get_ident
from collections import deque
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from ..request.body import RequestBody
from ..request.state import stopping

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

INTERVAL = 0.01  # seconds between two checks
SLOW = 0.02  # seconds without a finished request, after which all threads leave standby
PERIOD = 10  # checks after which the load is measured
MIN_LOAD = 0.4  # share of a processor that the worker uses; below it, requests wait for something else than the GIL
PAUSE = 20  # periods without standby after a lower load


class Standby:
    """Wraps a WSGI application that the server calls in at most ``threads`` threads.

    All threads leave standby if no request finishes for ``SLOW`` seconds, or if the worker uses little CPU time:
    requests then wait for a database or another service. It delays a request by at most ``SLOW + INTERVAL`` seconds.
    """

    def __init__(self, app: "WSGIApplication", threads: int) -> None:
        self._app, self._threads = app, threads
        self._finished = 0.0  # time of the end of the last request
        self._last: int | None = None  # the thread that finished it, if that thread is not on standby
        self._waiting: deque[LockType] = deque()
        self._maximum = 0  # number of threads that may be on standby
        self._work = Event()
        Thread(target=self._check_repeatedly, name="standby", daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application; the thread may wait after the response was sent."""
        content = self._app(environ, start_response)
        body = environ.get("wsgi.input")
        if isinstance(body, RequestBody) and not body.is_read:
            return content  # the connection is closed when the server drops the body, after the thread has returned
        return _Content(content, self._finish) if isinstance(content, list) else ClosingIterator(content, self._finish)

    def _finish(self) -> None:
        self._finished, own = time.monotonic(), get_ident()
        if not self._work.is_set():
            self._work.set()
        if self._last in {None, own} or len(self._waiting) >= self._maximum:
            self._last = own
            return
        self._last = None
        lock = allocate_lock()
        lock.acquire()
        self._waiting.append(lock)
        lock.acquire()  # until the thread of the checks releases it

    def _check_repeatedly(self) -> None:
        pause = 0
        while not stopping.is_set():
            last, begun, cpu = self._finished, time.monotonic(), time.process_time()
            for _ in range(PERIOD):
                time.sleep(INTERVAL)
                fast = time.monotonic() - self._finished < SLOW
                self._release(self._threads - 1 if fast and not pause else 0)
            load = (time.process_time() - cpu) / (time.monotonic() - begun)
            pause = pause - 1 if pause else PAUSE if load < MIN_LOAD else 0
            if self._finished == last:
                self._work.clear()
                if self._finished == last:  # still: otherwise no request would end the wait
                    self._work.wait()
                pause = 0
        self._release(0)

    def _release(self, maximum: int) -> None:
        """Let at most ``maximum`` threads be on standby."""
        self._maximum = maximum
        while len(self._waiting) > maximum:
            self._waiting.pop().release()


class _Content(list[bytes]):
    """A body that the server sends at once; it releases the body only after that."""

    def __init__(self, content: list[bytes], finished: Callable[[], None]) -> None:
        super().__init__(content)
        self._finished = finished

    def __del__(self) -> None:
        self._finished()
