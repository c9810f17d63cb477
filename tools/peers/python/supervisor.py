"""Replaces the gRPC server behind a port, so that a restart takes no time."""

import asyncio
import time
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from provider.v1 import provider_pb2_grpc

# The shortest time between two restarts, as a supervisor that backs off would have it.
RESTART_EVERY_S = 1
# What a connection past its age may still take for its calls in flight.
AGE_GRACE_MS = 5_000
# Longer than any call.
FOR_EVER_S = 3_600


class Supervisor:
    def __init__(self, address: str, cert_dir: str, max_streams: int) -> None:
        self._address = address
        self._cert_dir = Path(cert_dir)
        self._max_streams = max_streams
        self._age_ms = 0
        self._restarted_at = 0.0
        self._replacing = asyncio.Lock()
        self._ending: set[asyncio.Task] = set()

    async def start(self, provider: provider_pb2_grpc.SecretStoreProviderServicer) -> None:
        self._provider = provider
        self._server = await self._new_server()

    async def stop(self) -> None:
        """Lets calls in flight end."""
        await self._server.stop(FOR_EVER_S)

    def go_away(self) -> None:
        """Tells all clients to connect anew; what is in flight is answered."""
        self._later(self._replace(FOR_EVER_S))

    def restart(self) -> bool:
        """Cuts all connections with what is in flight. Says whether it does: two within a second are one."""
        if time.monotonic() - self._restarted_at < RESTART_EVERY_S:
            return False
        self._restarted_at = time.monotonic()
        self._later(self._replace(0))
        return True

    def limit_age(self, age_ms: int) -> None:
        """Ends each connection after this time; 0 ends none. Those that are there end, since they have another limit."""
        if age_ms != self._age_ms:
            self._age_ms = age_ms
            self.go_away()

    def _later(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _replace(self, grace_s: float) -> None:
        async with self._replacing:
            previous, self._server = self._server, await self._new_server()
        await previous.stop(grace_s)

    async def _new_server(self) -> grpc.aio.Server:
        options = [
            ("grpc.so_reuseport", 1),  # the one before listens a moment longer
            ("grpc.max_send_message_length", -1),
            # Upstream's cores ping each 10 s, also without calls.
            ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
        if self._age_ms > 0:
            options += [("grpc.max_connection_age_ms", self._age_ms), ("grpc.max_connection_age_grace_ms", AGE_GRACE_MS)]
        if self._max_streams > 0:
            options.append(("grpc.max_concurrent_streams", self._max_streams))
        server = grpc.aio.server(options=options)
        provider_pb2_grpc.add_SecretStoreProviderServicer_to_server(self._provider, server)
        checks = health.HealthServicer()
        await checks.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(checks, server)
        server.add_secure_port(self._address, self._credentials())
        await server.start()
        return server

    def _credentials(self) -> grpc.ServerCredentials:
        """Read anew for each connection, so that a renewed certificate needs no restart."""
        return grpc.dynamic_ssl_server_credentials(self._configuration(), self._configuration, True)

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        def read(name: str) -> bytes:
            return (self._cert_dir / name).read_bytes()

        pair = (read("tls.key"), read("tls.crt"))
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=read("ca.crt"))
