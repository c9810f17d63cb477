"""A provider in Python that does what the key of a remote ref tells it to; see README.md and ../README.md."""

import argparse
import asyncio
import signal
import threading
from http.server import ThreadingHTTPServer

from counters import Counters, handler_of
from by_key import Provider
from supervisor import Supervisor


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:0", help="address of the provider, host:port")
    parser.add_argument("--status-addr", default="127.0.0.1:0", help="address of /readyz and /counters, host:port")
    parser.add_argument("--cert-dir", required=True, help="directory with tls.crt, tls.key and ca.crt")
    parser.add_argument("--max-streams", type=int, default=0, help="calls a connection may have in flight; 0: no limit")
    return parser.parse_args()


def serve_status(address: str, counters: Counters) -> None:
    host, port = address.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), handler_of(counters))
    threading.Thread(target=server.serve_forever, daemon=True).start()


async def main() -> None:
    options = read_options()
    counters = Counters()
    supervisor = Supervisor(options.listen, options.cert_dir, options.max_streams)
    await supervisor.start(Provider(counters, supervisor))
    serve_status(options.status_addr, counters)
    print(f"serves on {options.listen}", flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await supervisor.stop()


if __name__ == "__main__":
    asyncio.run(main())
