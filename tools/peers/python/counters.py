"""What a test reads, from /counters as JSON. Nothing is ever reset: tests look at differences."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler


class Counters:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: Counter[str] = Counter()
        self._in_flight = 0
        self._most_in_flight = 0
        self._addresses: set[str] = set()

    @contextmanager
    def call(self, key: str, address: str):
        """Counts a call with a key while it is being answered."""
        with self._lock:
            self._keys[key] += 1
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
            self._addresses.add(address)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def as_json(self) -> str:
        with self._lock:
            return json.dumps(
                {
                    "keys": self._keys,
                    "inFlight": self._in_flight,
                    "mostInFlight": self._most_in_flight,
                    # Connections that have carried such a call.
                    "connections": len(self._addresses),
                }
            )


def handler_of(counters: Counters) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {"/readyz": lambda: "ok", "/counters": counters.as_json}
            answer = answers.get(self.path)
            body = (answer() if answer else "not found").encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A probe each second is no news."""

    return Handler
