"""Whether the server will stop this worker.

From then on ``/readyz`` fails, so that load balancers choose other instances, responses close their connections, and
streams end.
"""

from threading import Event

stopping = Event()
