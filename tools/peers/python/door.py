"""TLS before the gRPC server: grpcio can neither ask for TLS 1.3 at least, nor for a certificate with a certain URI."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

CHUNK = 64 * 1024


class Door:
    """Lets in the one client whose certificate has the URI, and hands what it sends on to a socket of the file system."""

    def __init__(self, address: str, cert_dir: str, client_uri: str, behind: str) -> None:
        self._cert_dir = Path(cert_dir)
        self._client_uri = client_uri
        self._behind = behind
        self._tasks: set[asyncio.Task] = set()
        # Of the handshake; a fault puts something else here.
        self.context_of = self.new_context
        host, port = address.rsplit(":", 1)
        self._listener = socket.create_server((host, int(port)), backlog=512)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> None:
        self._accepting = self._later(self._accept())

    async def close(self) -> None:
        """Takes no new connection."""
        self._accepting.cancel()
        await asyncio.wait([self._accepting])
        self._listener.close()

    def new_context(self) -> ssl.SSLContext:
        """With the certificates that the directory has now."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self._cert_dir / "ca.crt")
        context.load_cert_chain(self._cert_dir / "tls.crt", self._cert_dir / "tls.key")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["h2"])
        return context

    def admits(self, certificate: dict) -> bool:
        return ("URI", self._client_uri) in certificate.get("subjectAltName", ())

    def _later(self, work) -> asyncio.Task:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self) -> None:
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._later(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            context = self._current_context()
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
        except (OSError, asyncio.CancelledError):
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        if not self.admits(transport.get_extra_info("peercert") or {}):
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_unix_connection(self._behind)
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    def _current_context(self) -> ssl.SSLContext:
        try:
            return self.context_of()
        except ssl.SSLError:  # read while it was replaced: key and certificate are not of one another
            return self.context_of()


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one of both ends, which ends the other."""
    with contextlib.suppress(OSError):
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    target.close()
